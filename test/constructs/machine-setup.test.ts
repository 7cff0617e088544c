import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { cloudInitTemplate } from "../../constructs/cloud-init";
import { machineSetup } from "../../constructs/machine-setup";
import { Template, templateText } from "../../constructs/template";
import type { RunnerConfiguration } from "../../src/vocabulary/runner-configuration";
import { folderWith, writeFiles } from "../support/folder";
import { cloudConfigProblems } from "./cloud-init-schema";

const configuration: RunnerConfiguration = {
  format: 1,
  nest: "acme",
  egg: "my-app",
  revision: "0123456789ab",
  cloud: "aws",
  type: "vm",
  repositories: [{ name: "my-app", url: "https://gitlab.com", projectId: 1, runnerToken: "aws-sm://gitlab/gitlab.com/my-app/runner-token" }],
  executor: "shell",
  tags: ["a"],
  runUntagged: false,
  protected: false,
  locked: true,
  timeoutSeconds: 3600,
  agentConfig: {},
  environment: { GREETING: "héllo ${x} \"quoted\"\nsecond line" },
  secrets: { TOKEN: "aws-sm://team/token" },
};
const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const proxy = { http: "http://proxy:3128", https: "http://proxy:3128", noProxy: ["10.0.0.0/8"] };
const everything: Partial<RunnerConfiguration> = { proxy, caCertificate: `# our own\n${PEM}${PEM}`, startupScript: "touch hello", executor: "docker", image: "debian:13" };

const setup = (changes: Partial<RunnerConfiguration> = {}) => machineSetup({ configuration: { ...configuration, ...changes }, secretsPlace: { AWS_REGION: "eu-central-1" }, logging: ["--log-driver", "journald"] });
const files = (changes: Partial<RunnerConfiguration> = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(setup(changes).write_files.map(({ path, content }) => [path, content instanceof Template ? templateText(content) : content]));
const environment = (changes: Partial<RunnerConfiguration> = {}): Readonly<Record<string, string>> =>
  Object.fromEntries((files(changes)["/etc/gosling/runner.env"] ?? "").trimEnd().split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
const unit = (changes: Partial<RunnerConfiguration> = {}): string => files(changes)["/etc/systemd/system/gosling-runner.service"] ?? "";
const prepare = (changes: Partial<RunnerConfiguration> = {}): string => files(changes)["/usr/local/lib/gosling/prepare"] ?? "";

test("fits cloud-init's schema, with all and with nothing", () => {
  for (const changes of [{}, everything]) expect(cloudConfigProblems(load(templateText(cloudInitTemplate(setup(changes)))))).toEqual([]);
  expect(cloudConfigProblems({ write_files: [{ content: "x" }], run_cmd: [] })).toEqual([".write_files[0] lacks path", " has no run_cmd"]);
});

describe("the runner's container", () => {
  test("is told all that the Egg says, in one line, byte for byte; secrets by reference", () => {
    expect(JSON.parse(environment()["GOSLING_RUNNER_CONFIGURATION"] ?? "")).toEqual(configuration);
    expect(setup().write_files[0]).toMatchObject({ permissions: "0600" });
  });

  test("is told where its secrets are", () => {
    expect(environment()).toMatchObject({ AWS_REGION: "eu-central-1" });
  });

  test("runs runner mode for its id, with a folder that outlives it", () => {
    expect(prepare()).toContain("--volume /var/lib/gosling:/var/lib/gosling --log-driver journald gosling/runner:1 runner run --nest /var/lib/gosling --egg my-app --id ${each.key}\n");
  });

  test("is the image that the Egg names where jobs run inside it; with docker, that is the image of jobs", () => {
    expect(prepare({ image: "registry.example.com/runner:2" })).toContain(" registry.example.com/runner:2 runner run");
    expect(prepare({ executor: "docker", image: "debian:13" })).toContain(" gosling/runner:1 runner run");
    expect(prepare({ executor: "docker" })).toContain("--volume /var/run/docker.sock:/var/run/docker.sock");
    expect(prepare()).not.toContain("docker.sock");
  });

  test("an image's name can't run commands", () => {
    expect(prepare({ image: "x; rm -rf '/'" })).toContain(` 'x; rm -rf '\\''/'\\''' runner run`);
  });
});

describe("the service", () => {
  test("drains on SIGQUIT, for as long as a job may take, and comes back after a crash", () => {
    expect(unit()).toContain("KillSignal=SIGQUIT\nKillMode=mixed\n");
    expect(unit({ timeoutSeconds: 7200 })).toContain("TimeoutStopSec=7500\n");
    expect(unit()).toContain("Restart=on-failure\n");
  });

  test("starts after Docker and the network, and prepares first", () => {
    expect(unit()).toContain("After=network-online.target docker.service\n");
    expect(unit().indexOf("ExecStartPre=/usr/local/lib/gosling/prepare")).toBeLessThan(unit().indexOf("ExecStart=/usr/bin/docker start --attach gosling-runner"));
  });
});

describe("the proxy", () => {
  test("is there for packages, images, the startup script and the runner; the metadata service is reached directly", () => {
    expect(setup({ proxy }).apt).toEqual({ http_proxy: "http://proxy:3128", https_proxy: "http://proxy:3128" });
    expect(environment({ proxy })).toMatchObject({ HTTPS_PROXY: "http://proxy:3128", https_proxy: "http://proxy:3128", NO_PROXY: "10.0.0.0/8,169.254.169.254" });
    expect(files({ proxy })).toMatchObject({ "/etc/systemd/system/docker.service.d/proxy.conf": "[Service]\nEnvironmentFile=/etc/gosling/proxy.env\n" });
    expect(unit({ proxy })).toContain("EnvironmentFile=/etc/gosling/proxy.env\n");
  });

  test("leaves no trace where there is none", () => {
    expect(JSON.stringify([setup(), files()])).not.toMatch(/proxy/i);
    expect(JSON.stringify(setup({ proxy: { noProxy: [] } }))).not.toMatch(/proxy\.env/);
  });
});

describe("a company's certificates", () => {
  test("are trusted by the machine and by the runner", () => {
    expect(setup(everything).ca_certs).toEqual({ trusted: [PEM, PEM] });
    expect(environment(everything)).toMatchObject({ NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt" });
    expect(prepare(everything)).toContain("--volume /etc/ssl/certs/ca-certificates.crt:/etc/ssl/certs/ca-certificates.crt:ro");
  });

  test("a text without one is refused", () => {
    expect(() => setup({ caCertificate: "nothing" })).toThrow(expect.objectContaining({ code: "PROPS", message: "ca_certificate of my-app holds no certificate" }));
  });
});

describe("the startup script", () => {
  test("with shell it is the runner's to run, where the jobs are", () => {
    expect(JSON.parse(environment({ startupScript: "x" })["GOSLING_RUNNER_CONFIGURATION"] ?? "")).toMatchObject({ startupScript: "x" });
    expect(prepare({ startupScript: "x" })).not.toContain("startup-script");
  });

  test("with docker it runs on the machine, which Docker belongs to", () => {
    expect(files(everything)["/etc/gosling/startup-script"]).toBe("#!/bin/sh -e\ntouch hello");
    expect(files({ ...everything, startupScript: "#!/bin/bash\ntrue" })["/etc/gosling/startup-script"]).toBe("#!/bin/bash\ntrue");
    expect(JSON.parse(environment(everything)["GOSLING_RUNNER_CONFIGURATION"] ?? "")).not.toHaveProperty("startupScript");
  });
});

describe("preparing, played with a Docker that writes down what it is told", () => {
  const played = (changes: Partial<RunnerConfiguration>, script = "#!/bin/sh -e\necho ran >> $ROOT/script-log\n") => {
    const root = folderWith({ "bin/docker": '#!/bin/sh\necho "$@" >> "$ROOT/docker-log"\n[ "$2" != inspect ] || [ -e "$ROOT/created" ] || exit 1\n[ "$1" != create ] || touch "$ROOT/created"\n' });
    const text = prepare(changes).replaceAll("/var/lib/gosling", `${root}/lib`).replaceAll("/etc/gosling", `${root}/etc`).replaceAll("${each.key}", "a1");
    writeFiles(root, { prepare: text, "etc/startup-script": script });
    mkdirSync(join(root, "etc"), { recursive: true });
    for (const file of ["bin/docker", "prepare", "etc/startup-script"]) chmodSync(join(root, file), 0o755);
    const run = () => spawnSync(join(root, "prepare"), { encoding: "utf8", env: { PATH: `${root}/bin:/usr/bin:/bin`, ROOT: root } });
    const log = (name: string): readonly string[] => (existsSync(join(root, name)) ? readFileSync(join(root, name), "utf8").trim().split("\n") : []);
    return { run, log };
  };

  test("makes the container once, and runs the script once, however often it is called", () => {
    const { run, log } = played(everything);
    expect([run().status, run().status]).toEqual([0, 0]);
    expect(log("script-log")).toEqual(["ran"]);
    expect(log("docker-log").map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual(["container inspect", "create --name", "container inspect"]);
    expect(log("docker-log")[1]).toMatch(/ --egg my-app --id a1$/);
  });

  test("a script that fails is run again, and there is no container before it succeeds", () => {
    const { run, log } = played(everything, '#!/bin/sh -e\necho ran >> $ROOT/script-log\n[ "$(wc -l < $ROOT/script-log)" -gt 1 ]\n');
    expect(run().status).not.toBe(0);
    expect(log("docker-log")).toEqual([]);
    expect(run().status).toBe(0);
    expect(log("docker-log")).toHaveLength(2);
  });
});
