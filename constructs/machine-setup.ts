import { GoslingError } from "../src/vocabulary/error";
import type { RunnerConfiguration } from "../src/vocabulary/runner-configuration";
import { canonicalJson } from "./canonical-json";
import type { CloudInit, CloudInitFile } from "./cloud-init";
import { literalJson } from "./literal";
import { CONFIGURATION_VARIABLE, DEFAULT_RUNNER_IMAGE, RUNNER_FOLDER } from "./runner-image";
import { expression, joinTemplates, template, type Template } from "./template";

/** What a cloud adds to a machine's setup. */
export interface MachineSetup {
  readonly configuration: RunnerConfiguration;
  /** Variables of the runner's environment that say where its secrets are. */
  readonly secretsPlace: Readonly<Record<string, string>>;
  /** Arguments of `docker create` that send the runner's output to the cloud's log. */
  readonly logging: readonly (string | Template)[];
  /** Shell command that lets Docker fetch the runner's image, where its registry asks who wants it. */
  readonly login?: string;
}

/** Seconds after a job's time limit that an agent may use to end it before the unit is killed. */
const STOP_GRACE_SECONDS = 300;

const CONTAINER = "gosling-runner";
const PREPARE = "/usr/local/lib/gosling/prepare";
const ENVIRONMENT = "/etc/gosling/runner.env";
const PROXY_ENVIRONMENT = "/etc/gosling/proxy.env";
const STARTUP_SCRIPT = "/etc/gosling/startup-script";
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";
/** The metadata service of the machine itself, on AWS and on Yandex Cloud: no proxy could reach it. */
const METADATA_ADDRESS = "169.254.169.254";
const STARTED = `${RUNNER_FOLDER}/started`;

/** The id of the machine's runner, for what is made with `for_each` over the runners. */
const RUNNER_ID = expression("each.key");

/**
 * What a machine does at its first start: it trusts the company's certificates, goes through the proxy,
 * installs Docker where there is none, runs the startup script once, and then runs the runner's image as
 * a service of systemd, which is told to drain by SIGQUIT.
 *
 * With the executor `shell` jobs run inside the runner's container: the startup script runs there, by
 * the runner itself. With `docker` they run beside it: the script runs on the machine.
 */
export function machineSetup(setup: MachineSetup): CloudInit {
  const { configuration } = setup;
  const { proxy } = configuration;
  const certificates = configuration.caCertificate === undefined ? [] : certificatesOf(configuration.caCertificate, configuration.egg);
  const apt = { ...(proxy?.http !== undefined && { http_proxy: proxy.http }), ...(proxy?.https !== undefined && { https_proxy: proxy.https }) };
  return {
    ...(Object.keys(apt).length > 0 && { apt }),
    ...(certificates.length > 0 && { ca_certs: { trusted: certificates } }),
    write_files: [
      { path: ENVIRONMENT, permissions: "0600", content: environmentFile(setup, certificates.length > 0) },
      ...proxyFiles(configuration),
      ...startupScriptFile(configuration),
      { path: PREPARE, permissions: "0755", content: prepareScript(setup, certificates.length > 0) },
      { path: "/etc/systemd/system/gosling-runner.service", permissions: "0644", content: serviceUnit(configuration) },
    ],
    runcmd: [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "--now", "--no-block", "gosling-runner.service"],
    ],
  };
}

/** The environment of the runner's container, as Docker reads it: a variable a line, nothing quoted. */
function environmentFile({ configuration, secretsPlace }: MachineSetup, hasCertificates: boolean): string {
  const { startupScript: _, ...withoutScript } = configuration;
  const told = scriptRunsOnMachine(configuration) ? withoutScript : configuration;
  const lines = [`${CONFIGURATION_VARIABLE}=${literalJson(canonicalJson(told))}`, ...Object.entries(secretsPlace).map(([name, value]) => `${name}=${value}`), ...proxyLines(configuration)];
  if (hasCertificates) lines.push(`NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, `SSL_CERT_FILE=${CERTIFICATES}`);
  return lines.map((line) => `${line}\n`).join("");
}

/** Programs disagree about the case of these names, so both are set. */
function proxyLines({ proxy }: RunnerConfiguration): readonly string[] {
  if (proxy?.http === undefined && proxy?.https === undefined) return [];
  const values = { http_proxy: proxy.http, https_proxy: proxy.https, no_proxy: [...(proxy.noProxy ?? []), METADATA_ADDRESS].join(",") };
  return Object.entries(values).flatMap(([name, value]) => (value === undefined || value === "" ? [] : [`${name.toUpperCase()}=${value}`, `${name}=${value}`]));
}

/** The proxy of the startup script, and of Docker itself, which fetches images. */
function proxyFiles(configuration: RunnerConfiguration): readonly CloudInitFile[] {
  const lines = proxyLines(configuration);
  if (lines.length === 0) return [];
  return [
    { path: PROXY_ENVIRONMENT, permissions: "0644", content: lines.map((line) => `${line}\n`).join("") },
    { path: "/etc/systemd/system/docker.service.d/proxy.conf", permissions: "0644", content: `[Service]\nEnvironmentFile=${PROXY_ENVIRONMENT}\n` },
  ];
}

function scriptRunsOnMachine({ executor, startupScript }: RunnerConfiguration): boolean {
  return executor === "docker" && startupScript !== undefined;
}

function startupScriptFile(configuration: RunnerConfiguration): readonly CloudInitFile[] {
  const { startupScript } = configuration;
  if (startupScript === undefined || !scriptRunsOnMachine(configuration)) return [];
  return [{ path: STARTUP_SCRIPT, permissions: "0700", content: startupScript.startsWith("#!") ? startupScript : `#!/bin/sh -e\n${startupScript}` }];
}

/** What has to be there before the runner: each step is done once, and again at the next start where it failed. */
function prepareScript(setup: MachineSetup, hasCertificates: boolean): Template {
  const { configuration } = setup;
  const script = scriptRunsOnMachine(configuration) ? `[ -e ${STARTED} ] || { ${STARTUP_SCRIPT}; touch ${STARTED}; }\n` : "";
  const certificates = hasCertificates ? ["--volume", `${CERTIFICATES}:${CERTIFICATES}:ro`] : [];
  // Jobs run beside the runner's container, made by the machine's own Docker.
  const docker = configuration.executor === "docker" ? ["--volume", "/var/run/docker.sock:/var/run/docker.sock"] : [];
  const create = joinTemplates(
    [
      ...["docker", "create", "--name", CONTAINER, "--init", "--network", "host", "--env-file", ENVIRONMENT, "--volume", `${RUNNER_FOLDER}:${RUNNER_FOLDER}`],
      ...docker,
      ...certificates,
      ...setup.logging,
      shellQuoted(machineImage(configuration)),
      ...["runner", "run", "--nest", RUNNER_FOLDER, "--egg", configuration.egg, "--id"],
      template`${RUNNER_ID}`,
    ],
    " ",
  );
  return template`#!/bin/sh -e
mkdir -p ${RUNNER_FOLDER}
command -v docker >/dev/null || { export DEBIAN_FRONTEND=noninteractive; apt-get update -q; apt-get install -q -y docker.io; }
${script}docker container inspect ${CONTAINER} >/dev/null 2>&1 || ${setup.login === undefined ? create : template`{ ${setup.login}; ${create}; }`}
`;
}

/** The runner's image. With the executor `docker`, `image` is the image of jobs; with `shell` they run in the runner's own. */
export function machineImage({ executor, image }: RunnerConfiguration): string {
  return executor === "docker" ? DEFAULT_RUNNER_IMAGE : (image ?? DEFAULT_RUNNER_IMAGE);
}

function serviceUnit(configuration: RunnerConfiguration): string {
  const proxy = proxyLines(configuration).length > 0 ? `EnvironmentFile=${PROXY_ENVIRONMENT}\n` : "";
  return `[Unit]
Description=GitLab runner
Wants=network-online.target
After=network-online.target docker.service

[Service]
${proxy}ExecStartPre=${PREPARE}
ExecStart=/usr/bin/docker start --attach ${CONTAINER}
KillSignal=SIGQUIT
KillMode=mixed
TimeoutStartSec=infinity
TimeoutStopSec=${configuration.timeoutSeconds + STOP_GRACE_SECONDS}
Restart=on-failure
RestartSec=15

[Install]
WantedBy=multi-user.target
`;
}

/** The certificates of a PEM text, without what stands around them. */
function certificatesOf(pem: string, egg: string): readonly string[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (!found) throw new GoslingError("PROPS", `ca_certificate of ${egg} holds no certificate`, { hint: "It is PEM text: -----BEGIN CERTIFICATE----- and so on." });
  return found.map((certificate) => `${certificate.replace(/\r/g, "")}\n`);
}

function shellQuoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
}
