import { LoggingGroup } from "../../bindings/yandex/logging-group";
import type { CloudInit } from "../../cloud-init";
import type { Construct } from "../../cdktf";
import { type NamedUnit, resourceName } from "../../names";
import { type Template, template } from "../../template";
import { NAME_RULES } from "./name-rules";

/** How long the logs of runners are kept: 3 days, as long as Cloud Logging does by itself. The logs of jobs are in GitLab. */
export const LOG_RETENTION = "72h";

/** Fluent Bit with the output for Cloud Logging, as Yandex publishes it: Docker itself has none. */
const SENDER_IMAGE = "cr.yandex/yc/fluent-bit-plugin-yandex:v2.1.1-fluent-bit-1.8.15";
const SENDER = "gosling-logs";
const SENDER_CONFIGURATION = "/etc/gosling/fluent-bit.conf";
const PORT = 24224;
/** Where a machine asks for its service account's token; never through a proxy. */
const METADATA_ADDRESS = "169.254.169.254";

/** Child: `logs` (`LoggingGroup`). */
export function makeLogGroup(scope: Construct, unit: NamedUnit, folderId: string, labels: Readonly<Record<string, string>>): LoggingGroup {
  return new LoggingGroup(scope, "logs", {
    folderId,
    name: resourceName(unit, "runner", NAME_RULES.logGroup),
    retentionPeriod: LOG_RETENTION,
    labels,
    // A renamed Egg keeps its logs.
    lifecycle: { ignoreChanges: ["name"] },
  });
}

/** Arguments of `docker create` that send a container's output to this machine's sender. It may start before the sender does. */
export function logArguments(runner: Template): readonly (string | Template)[] {
  return ["--log-driver", "fluentd", "--log-opt", `fluentd-address=127.0.0.1:${PORT}`, "--log-opt", "fluentd-async=true", "--log-opt", template`tag=${runner}`];
}

/** The machine's setup with a service beside the runner that hands its output on to the log group. */
export function withLogSender(setup: CloudInit, logGroup: Template, proxy?: { readonly noProxy?: readonly string[] }): CloudInit {
  const environment = proxy ? `--env-file /etc/gosling/proxy.env --env ${noProxy("NO_PROXY", proxy)} --env ${noProxy("no_proxy", proxy)} ` : "";
  return {
    ...setup,
    write_files: [
      ...setup.write_files,
      { path: SENDER_CONFIGURATION, permissions: "0644", content: senderConfiguration(logGroup) },
      { path: `/etc/systemd/system/${SENDER}.service`, permissions: "0644", content: senderUnit(environment) },
    ],
    runcmd: [...setup.runcmd, ["systemctl", "enable", "--now", "--no-block", `${SENDER}.service`]],
  };
}

function noProxy(name: string, { noProxy: hosts = [] }: { readonly noProxy?: readonly string[] }): string {
  return `${name}=${[...hosts, METADATA_ADDRESS].join(",")}`;
}

function senderConfiguration(logGroup: Template): Template {
  return template`[SERVICE]
    Flush 1

[INPUT]
    Name forward
    Listen 127.0.0.1
    Port ${PORT}

[OUTPUT]
    Name yc-logging
    Match *
    group_id ${logGroup}
    message_key log
    message_tag_key runner
    resource_type gosling.runner
    authorization instance-service-account
`;
}

/** Docker is installed by the runner's own service: until then this one tries again. */
function senderUnit(environment: string): string {
  return `[Unit]
Description=Log of the GitLab runner
Wants=network-online.target
After=network-online.target docker.service

[Service]
ExecStartPre=-/usr/bin/docker rm --force ${SENDER}
ExecStart=/usr/bin/docker run --rm --name ${SENDER} --network host ${environment}--volume ${SENDER_CONFIGURATION}:/fluent-bit/etc/fluent-bit.conf:ro ${SENDER_IMAGE}
ExecStop=/usr/bin/docker stop ${SENDER}
Restart=always
RestartSec=15

[Install]
WantedBy=multi-user.target
`;
}
