import { canonicalJson } from "./canonical-json";
import type { CloudInit } from "./cloud-init";
import type { RiftConfiguration } from "./clouds/rift-cloud";
import { literalJson } from "./literal";
import { DEFAULT_SERVICE_IMAGE, RIFT_FOLDER, RIFT_VARIABLE } from "./service-image";
import { joinTemplates, template, type Template } from "./template";

/** What a cloud adds to the setup of a Rift's machine. */
export interface RiftSetup {
  readonly configuration: RiftConfiguration;
  /** Expressions that the engine puts into the configuration, by name. */
  readonly values: Readonly<Record<string, Template>>;
  /** Where the cache's disk may appear; the first that is there is taken. */
  readonly devices: readonly (string | Template)[];
  /** Arguments of `docker create` that send the output to the cloud's log. */
  readonly logging: readonly (string | Template)[];
}

const CONTAINER = "gosling-rift";
const PREPARE = "/usr/local/lib/gosling/prepare";
const ENVIRONMENT = "/etc/gosling/rift.env";

/**
 * What a Rift's machine does at its first start: it waits for the disk of the cache, makes a file system on
 * it where there is none, installs Docker and runs the service's image under systemd. A machine that takes
 * the place of another one finds the cache as it was.
 */
export function riftSetup({ configuration, values, devices, logging }: RiftSetup): CloudInit {
  // Values of the engine are ids and names, which stand in JSON as they are.
  const lines = Object.entries(values).map(([name, value]) => template`GOSLING_RIFT_${name}=${value}\n`);
  const environment = joinTemplates([template`${`${RIFT_VARIABLE}=${literalJson(canonicalJson(configuration))}\n`}`, ...lines], "");
  return {
    write_files: [
      { path: ENVIRONMENT, permissions: "0600", content: environment },
      { path: PREPARE, permissions: "0755", content: prepareScript(configuration, devices, logging) },
      { path: "/etc/systemd/system/gosling-rift.service", permissions: "0644", content: SERVICE },
    ],
    runcmd: [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "--now", "--no-block", "gosling-rift.service"],
    ],
  };
}

/** Every step is done once, and again at the next start where it failed. */
function prepareScript({ docker }: RiftConfiguration, devices: RiftSetup["devices"], logging: RiftSetup["logging"]): Template {
  // The Docker engine that runners share is the machine's own; the service stands in front of it.
  const socket = docker ? ["--volume", "/var/run/docker.sock:/var/run/docker.sock"] : [];
  const create = joinTemplates(
    [
      ...["docker", "create", "--name", CONTAINER, "--init", "--network", "host", "--env-file", ENVIRONMENT, "--volume", `${RIFT_FOLDER}:${RIFT_FOLDER}`],
      ...socket,
      ...logging,
      ...[DEFAULT_SERVICE_IMAGE, "rift", "serve"],
    ],
    " ",
  );
  return template`#!/bin/sh -e
until device=$(ls -1 ${joinTemplates(devices, " ")} 2>/dev/null | head -n 1) && [ -n "$device" ]; do sleep 2; done
mkdir -p ${RIFT_FOLDER}
blkid "$device" >/dev/null || mkfs.ext4 -q "$device"
mountpoint -q ${RIFT_FOLDER} || mount "$device" ${RIFT_FOLDER}
command -v docker >/dev/null || { export DEBIAN_FRONTEND=noninteractive; apt-get update -q; apt-get install -q -y docker.io; }
docker container inspect ${CONTAINER} >/dev/null 2>&1 || ${create}
`;
}

const SERVICE = `[Unit]
Description=Gosling Rift
Wants=network-online.target
After=network-online.target docker.service

[Service]
ExecStartPre=${PREPARE}
ExecStart=/usr/bin/docker start --attach ${CONTAINER}
ExecStop=/usr/bin/docker stop ${CONTAINER}
TimeoutStartSec=infinity
Restart=always
RestartSec=15

[Install]
WantedBy=multi-user.target
`;
