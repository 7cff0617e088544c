import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { machineProcesses } from "../../src/runner/processes";
import { eventually } from "../support/eventually";
import { contentOf } from "../support/folder";
import { type LocalRunner, localRunner } from "../support/local-runner";

let runner: LocalRunner;
afterEach(() => runner.dispose());

/** Runs a job that writes its environment, separated by NULs. */
async function environmentOfJob(): Promise<Map<string, string>> {
  await runner.agent.submit("environment", "env -0");
  expect(await runner.agent.ended("environment")).toBe("done 0");
  return new Map(
    (await runner.agent.output("environment")).split("\0").flatMap((entry): [string, string][] => {
      const at = entry.indexOf("=");
      return at === -1 ? [] : [[entry.slice(0, at), entry.slice(at + 1)]];
    }),
  );
}

describe("the environment of a job", () => {
  test("P29: has the Egg's variables and secrets byte for byte, through real processes", async () => {
    const environment = { DOLLAR: "$HOME ${PATH} $$ $1 $", QUOTES: `"'\`\\`, LINES: "one\ntwo\r\n\n", UNICODE: "é 😀 \u0001", EMPTY: "", EQUALS: "a=b=c", SPACES: "  x  " };
    runner = await localRunner({ token: "glrt-abcdefghij0123456789" });
    await runner.write("secrets/key", "-----BEGIN $KEY-----\nMIIE${x}\n-----END-----\n");
    await runner.create({ environment, secrets: { DEPLOY_KEY: "file://secrets/key", FROM_ENV: "env://SOME_SECRET" } });
    await runner.start({ SOME_SECRET: "p$$w" });
    const seen = await environmentOfJob();
    for (const [name, value] of Object.entries(environment)) expect([name, seen.get(name)]).toEqual([name, value]);
    expect(seen.get("DEPLOY_KEY")).toBe("-----BEGIN $KEY-----\nMIIE${x}\n-----END-----");
    expect(seen.get("FROM_ENV")).toBe("p$$w");
  });

  test("has the proxy, and nothing of the credentials of the one who deploys", async () => {
    runner = await localRunner({ token: "glrt-abcdefghij0123456789" });
    await runner.create({ proxy: { https: "http://proxy.example.com:3128", noProxy: [".example.com"] }, repositories: [{ name: "my-app", url: "https://gitlab.com", projectId: 1, runnerToken: "env://RUNNER_TOKEN" }] });
    await runner.start({ RUNNER_TOKEN: "glrt-abcdefghij0123456789", AWS_SECRET_ACCESS_KEY: "hunter22", TF_ENCRYPTION: "hunter22", CI_JOB_TOKEN: "hunter22", LC_ALL: "C" });
    const seen = await environmentOfJob();
    expect(seen.get("HTTPS_PROXY")).toBe("http://proxy.example.com:3128");
    expect(seen.get("https_proxy")).toBe("http://proxy.example.com:3128");
    expect(seen.get("no_proxy")).toBe(".example.com");
    expect(seen.get("LC_ALL")).toBe("C");
    for (const name of ["AWS_SECRET_ACCESS_KEY", "TF_ENCRYPTION", "CI_JOB_TOKEN", "RUNNER_TOKEN"]) expect([name, seen.get(name)]).toEqual([name, undefined]);
    expect([...seen.keys()].filter((name) => name.startsWith("GOSLING_RUNNER"))).toEqual([]);
  });
});

test("GOSLING_UMASK is the jobs' again, and the runner's own files stay private", async () => {
  runner = await localRunner({ token: "glrt-abcdefghij0123456789" });
  await runner.create();
  await runner.start({ GOSLING_UMASK: "022" });
  await runner.agent.submit("umask", "umask");
  expect(await runner.agent.ended("umask")).toBe("done 0");
  expect(await runner.agent.output("umask")).toMatch(/^0*22\n$/);
  for (const file of [runner.folder.agentConfig, runner.folder.heartbeat, runner.folder.runnerFile, runner.folder.log, runner.folder.agentFile]) expect([file, (await stat(file)).mode & 0o777]).toEqual([file, 0o600]);
});

describe("the startup script", () => {
  test("runs once per runner, before the agent, and its output is in the log without secrets", async () => {
    runner = await localRunner({ token: "glrt-abcdefghij0123456789" });
    await runner.write("secrets/npm", "npm_0123456789abcdef");
    await runner.create({ startupScript: `echo "token $NPM_TOKEN for $TEAM"; echo x >> ${runner.nest}/runs`, environment: { TEAM: "web" }, secrets: { NPM_TOKEN: "file://secrets/npm" } });
    await runner.start();
    await runner.state("idle");
    expect(await runner.log()).toContain("token ***MASKED*** for web\n");
    await runner.cli("stop");
    await runner.start();
    await runner.state("idle");
    expect(await readFile(join(runner.nest, "runs"), "utf8")).toBe("x\n");
  });

  test("that fails is told and tried again", async () => {
    runner = await localRunner({ token: "glrt-abcdefghij0123456789" });
    await runner.create({ startupScript: `cd ${runner.nest}\n[ -e mended ]\necho never where the line above fails > reached` });
    await runner.start();
    expect((await runner.state("failed")).heartbeat).toMatchObject({ reason: "the startup script ended with exit code 1", busy: false });
    await expect(readFile(join(runner.nest, "reached"))).rejects.toMatchObject({ code: "ENOENT" });
    await runner.write("mended", "");
    await runner.state("idle");
  });

  test("may install the agent, and is aborted by stop", async () => {
    runner = await localRunner({ token: "glrt-abcdefghij0123456789", withAgent: false });
    await runner.create({ startupScript: `#!/bin/sh\nln -s ${runner.agent.path} ${runner.nest}/installed\nwhile [ -d ${runner.nest} ] && [ ! -e ${runner.nest}/go ]; do sleep 0.02; done` });
    await runner.start({ GOSLING_AGENT: join(runner.nest, "installed") });
    await eventually("it runs", async () => (await readdir(runner.nest)).includes("installed"));
    expect(await runner.cli("stop")).toMatchObject({ code: 0 });
    await runner.write("go", "");
    await runner.cli("remove");
    await runner.create({ startupScript: `ln -sf ${runner.agent.path} ${runner.nest}/installed` });
    await runner.start({ GOSLING_AGENT: join(runner.nest, "installed") });
    await runner.state("idle");
  });
});

test("a secret's value is in config.toml alone: in no other file, in no output, in no heartbeat", async () => {
  const canaries = ["glrt-canary-4f9a7c21b0", "env-canary-8d3e6f5a12", 'quoted"canary\\9b1c<x>'];
  const [token = "", fromEnv = "", quoted = ""] = canaries;
  runner = await localRunner({ token });
  await runner.write("secrets/quoted", quoted);
  await runner.create({ secrets: { FROM_ENV: "env://CANARY", QUOTED: "file://secrets/quoted" }, startupScript: 'echo "$FROM_ENV"; echo "$QUOTED" | base64' });
  const outputs = [await runner.cli("start", [], { CANARY: fromEnv })];
  await runner.state("idle");
  machineProcesses.signal((await runner.record()).pid ?? 0, "SIGHUP");
  await eventually("it has reloaded", async () => ((await runner.agent.loaded())?.loads ?? 0) > 1);
  await runner.agent.crash();
  await runner.state("failed");
  await runner.state("idle");

  const forms = canaries.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), Buffer.from(value).toString("base64").slice(0, 16)]);
  const check = (where: string, text: string): void => {
    for (const form of forms) expect([where, text.includes(form)]).toEqual([where, false]);
  };
  // What the agent says of its token shows that masking was at work.
  expect(await runner.log()).toContain("token ***MASKED***");
  expect(await readFile(runner.folder.agentConfig, "utf8")).toContain(token);
  const folder = join(runner.nest, ".gosling");
  for (const [path, content] of Object.entries(contentOf(folder))) {
    if (join(folder, path) !== runner.folder.agentConfig) check(path, Buffer.from(content, "latin1").toString("utf8"));
  }
  outputs.push(await runner.cli("stop"));
  for (const { stdout, stderr } of outputs) check("output", stdout + stderr);
  check("log", await runner.log());
  expect(await readdir(runner.folder.path)).not.toContain("config.toml");
});
