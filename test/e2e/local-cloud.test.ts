import { existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { machineProcesses } from "../../src/runner/processes";
import { describeWithEngines, testOnce } from "../support/engines";
import { contentOf } from "../support/folder";
import { eventually } from "../support/eventually";
import { eggFile, localNest, type LocalNest, type LocalNestOptions, succeeded } from "../support/local-nest";

/** Those of the processes that are alive; an ended one that nobody has waited for is not. */
const alive = async (pids: readonly (number | undefined)[]) => [...(await machineProcesses.startTimes(pids.filter((pid) => pid !== undefined))).keys()];

describeWithEngines("The local cloud", (engine) => {
  let nest: LocalNest;
  const make = async (files: Readonly<Record<string, string>>, options?: LocalNestOptions) => (nest = await localNest(engine, { "secrets/token": "glrt-token\n", ...files }, options));
  const egg = (name: string, options?: Parameters<typeof eggFile>[1]) => ({ [`Eggs/${name}/config.fly`]: eggFile(name, options) });
  const on = async (unit: string) => (await nest.status()).find((status) => status.unit === unit)?.runners.filter((runner) => runner.pool === "apex") ?? [];
  afterEach(() => nest.dispose());

  test("deploy brings min_count runners up, a second deploy changes nothing, destroy leaves nothing", async () => {
    await make(egg("app", { apex: [2, 3] }));
    const first = await nest.deploy();
    expect(first.stdout).toBe("1 deployed.\n");
    const status = await nest.statusOf("app", "two idle runners", ({ runners }) => runners.length === 2 && runners.every((runner) => runner.state === "idle"));
    expect(status.runners.map((runner) => runner.configuration)).toEqual(["current", "current"]);
    expect(statSync(join(nest.root, ".gosling/state/app.tfstate")).mode & 0o777).toBe(0o600);

    expect((await nest.deploy()).stdout).toBe("Nothing has changed: 1 unit as the Nest says.\n");
    const pids = status.runners.map((runner) => runner.pid);
    expect((await on("app")).map((runner) => runner.pid)).toEqual(pids);

    expect(succeeded(await nest.cli("destroy", "--yes")).stdout).toBe("1 destroyed.\n");
    expect(await alive(pids)).toEqual([]);
    expect(readdirSync(join(nest.root, ".gosling/state"))).toEqual([]);
    expect((await nest.status())[0]).toMatchObject({ deployment: "not deployed", runners: [] });
  });

  testOnce(engine, "a changed Egg never ends a running job: the busy runner finishes it, then goes", async () => {
    await make(egg("app", { apex: [1, 2] }));
    await nest.deploy();
    const [old] = (await nest.statusOf("app", "idle", ({ runners }) => runners[0]?.state === "idle")).runners;
    const job = await nest.job("build");
    await nest.statusOf("app", "busy", ({ runners }) => runners[0]?.state === "busy");

    nest.write(egg("app", { apex: [1, 2], more: 'environment = { CHANGED = "yes" }' }));
    await nest.deploy();
    const both = await nest.statusOf("app", "old one draining, new one idle", ({ runners }) => runners.length === 2 && runners.some((runner) => runner.state === "idle"));
    expect(both.runners.find((runner) => runner.id === old?.id)).toMatchObject({ state: "draining", configuration: "old", pid: old?.pid });
    expect((await nest.deploy()).stdout).toContain("Nothing has changed");

    job.finish();
    await nest.statusOf("app", "drained", ({ runners }) => runners.some((runner) => runner.id === old?.id && runner.state === "drained"));
    expect(await job.outcome()).toBe("done 0");
    await nest.deploy();
    const after = await on("app");
    expect(after).toHaveLength(1);
    expect(after[0]).toMatchObject({ configuration: "current" });
    expect(after[0]?.id).not.toBe(old?.id);
  });

  testOnce(engine, "deploy --wait waits for the job and then replaces the runner", async () => {
    await make(egg("app", { apex: [1, 1] }));
    await nest.deploy();
    const job = await nest.job("build");
    nest.write(egg("app", { apex: [1, 1], more: 'environment = { CHANGED = "yes" }' }));
    const deploy = nest.deploy("--wait");
    await nest.statusOf("app", "draining", ({ runners }) => runners[0]?.state === "draining");
    job.finish();
    await deploy;
    expect(await job.outcome()).toBe("done 0");
    expect((await on("app")).map((runner) => runner.configuration)).toEqual(["current"]);
  });

  testOnce(engine, "a process that died is shown as dead and started again by the next deploy", async () => {
    await make(egg("app"));
    await nest.deploy();
    const [runner] = await on("app");
    process.kill(runner?.pid as number, "SIGKILL");
    const dead = await nest.statusOf("app", "dead", ({ runners }) => runners[0]?.state === "dead");
    expect(dead.notes).toContain("gosling deploy starts dead runners again");
    await nest.deploy();
    const again = await nest.statusOf("app", "idle again", ({ runners }) => runners[0]?.state === "idle");
    expect(again.runners[0]?.id).toBe(runner?.id);
    expect(again.runners[0]?.pid).not.toBe(runner?.pid);
  });

  testOnce(engine, "a runner that waits for a variable of the environment gets it with the next deploy", async () => {
    await make({ "Eggs/app/config.fly": eggFile("app").replace("file://secrets/token", "env://LATE_TOKEN") });
    await nest.deploy();
    const waiting = await nest.statusOf("app", "waiting", ({ runners }) => runners[0]?.state === "waiting");
    expect(waiting.runners[0]?.details).toEqual(["no token behind env://LATE_TOKEN"]);
    const code = await new Promise((resolve) => nest.spawnCli(["deploy", "--yes"], { LATE_TOKEN: "glrt-late" }).once("close", resolve));
    expect(code).toBe(0);
    const idle = await nest.statusOf("app", "idle", ({ runners }) => runners[0]?.state === "idle");
    expect(idle.runners[0]?.id).toBe(waiting.runners[0]?.id);
  });

  testOnce(engine, "a job outlives its runner's death: the agent finishes it, and the runner comes back", async () => {
    await make(egg("app"));
    await nest.deploy();
    const job = await nest.job("build");
    const [runner] = await on("app");
    process.kill(runner?.pid as number, "SIGKILL");
    await nest.statusOf("app", "dead", ({ runners }) => runners[0]?.state === "dead");
    await nest.deploy();
    expect(await alive((await on("app")).map(({ pid }) => pid))).toHaveLength(1);
    job.finish();
    expect(await job.outcome()).toBe("done 0");
    await nest.statusOf("app", "idle again", ({ runners }) => runners.length === 1 && runners[0]?.state === "idle");
  });

  testOnce(engine, "a runner in the Nadir has a folder and no process", async () => {
    await make(egg("app", { apex: [0, 1], nadir: [1, 1] }));
    await nest.deploy();
    const [status] = await nest.status();
    expect(status?.runners).toMatchObject([{ pool: "nadir", state: "asleep" }]);
    expect(status?.runners[0]?.pid).toBeUndefined();
    nest.write(egg("app", { apex: [1, 1], nadir: [0, 1] }));
    await nest.deploy();
    expect((await on("app")).map((runner) => runner.id)).toEqual([status?.runners[0]?.id]);
  });

  testOnce(engine, "renamed_from keeps the runners and their processes", async () => {
    await make(egg("old-name", { apex: [2, 2] }));
    await nest.deploy();
    const before = await on("old-name");
    rmSync(join(nest.root, "Eggs/old-name"), { recursive: true });
    // The same project as before: only the Egg's name changes.
    nest.write({ "Eggs/new-name/config.fly": eggFile("old-name", { apex: [2, 2], more: 'renamed_from = "old-name"' }).replace('egg "old-name"', 'egg "new-name"') });
    expect((await nest.deploy()).stdout).toBe("1 deployed.\n");
    expect((await on("new-name")).map((runner) => runner.pid)).toEqual(before.map((runner) => runner.pid));
    expect((await nest.status()).map((status) => status.unit)).toEqual(["new-name"]);
    expect((await nest.deploy()).stdout).toContain("Nothing has changed");
    succeeded(await nest.cli("destroy", "--yes"));
    expect(await alive(before.map((runner) => runner.pid))).toEqual([]);
  });

  testOnce(engine, "runners of a removed Egg finish their jobs and go", async () => {
    await make({ ...egg("app"), ...egg("other") });
    await nest.deploy();
    const job = await nest.job("build");
    rmSync(join(nest.root, "Eggs/app"), { recursive: true });
    rmSync(join(nest.root, "Eggs/other"), { recursive: true });
    await nest.deploy();
    expect((await nest.status()).map((status) => status.deployment)).toEqual(["removed"]);
    job.finish();
    await eventually("all gone", async () => {
      await nest.deploy();
      return (await nest.status()).length === 0;
    });
    expect(await job.outcome()).toBe("done 0");
    expect(readdirSync(join(nest.root, ".gosling/stacks"))).toEqual([]);
  });

  testOnce(engine, "a serverless Egg is registered and waits; status says for what", async () => {
    await make({ "Eggs/app/config.fly": eggFile("app").replace('type = "vm"', 'type = "serverless"').replace(/pool \{[\s\S]*?\n {2}\}\n/, "") });
    await nest.deploy();
    const [status] = await nest.status();
    expect(status).toMatchObject({ type: "serverless", deployment: "deployed", runners: [] });
    expect(status?.notes[0]).toContain("waits for jobs");
  });

  testOnce(engine, "an Egg that becomes serverless lets its runners go first", async () => {
    await make(egg("app"));
    await nest.deploy();
    const [runner] = await on("app");
    nest.write({ "Eggs/app/config.fly": eggFile("app").replace('type = "vm"', 'type = "serverless"').replace(/pool \{[\s\S]*?\n {2}\}\n/, "") });
    await nest.deploy();
    expect(await alive([runner?.pid])).toEqual([]);
    expect((await nest.status())[0]).toMatchObject({ type: "serverless", runners: [] });
  });

  test("a Ctrl-C stops the engine gracefully, and the next deploy goes on", async () => {
    await make(egg("app", { apex: [3, 3], runner: 'startup_script = "true"' }));
    const child = nest.spawnCli(["deploy", "--yes"]);
    await eventually("the engine works", () => existsSync(join(nest.root, ".gosling/stacks/app/cdk.tf.json")));
    child.kill("SIGINT");
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) expect(code).toBe(130);
    await nest.deploy();
    await nest.statusOf("app", "three up", ({ runners, deployment }) => deployment === "deployed" && runners.length === 3 && runners.every((runner) => runner.state === "idle"));
  });

  test("a deploy that was killed half-way leaves no runner that nobody knows of", async () => {
    await make(egg("app", { apex: [3, 3] }));
    const child = nest.spawnCli(["deploy", "--yes"]);
    const folders = () => (existsSync(join(nest.root, ".gosling/runners/app")) ? readdirSync(join(nest.root, ".gosling/runners/app")) : []);
    await eventually("the first runner is there", () => folders().length > 0);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    await eventually("the engine has let go of the state", async () => (await nest.cli("deploy", "--yes")).code === 0, 60_000);
    const status = await nest.statusOf("app", "three up", ({ runners }) => runners.length === 3 && runners.every((runner) => runner.state === "idle"));
    expect(folders().sort()).toEqual(status.runners.map((runner) => runner.id).sort());
  });

  testOnce(engine, "P24: a dry run and a plan create, change and write nothing", async () => {
    await make(egg("app"));
    const before = contentOf(nest.root);
    expect(succeeded(await nest.cli("deploy", "--dry-run")).stdout).toContain("is made and started");
    expect((await nest.cli("plan", "--detailed-exitcode")).code).toBe(2);
    expect(contentOf(nest.root)).toEqual(before);
    await nest.deploy();
    await nest.statusOf("app", "idle", ({ runners }) => runners[0]?.state === "idle");
    nest.write(egg("app", { more: 'environment = { CHANGED = "yes" }' }));
    const quiet = (content: Record<string, string>) => Object.fromEntries(Object.entries(content).filter(([path]) => !/heartbeat|\/log|\.tmp$|agent\.json/.test(path)));
    const deployed = quiet(contentOf(nest.root));
    expect(succeeded(await nest.cli("deploy", "--dry-run")).stdout).toContain("old configuration");
    expect(quiet(contentOf(nest.root))).toEqual(deployed);
    expect((await nest.cli("plan", "--detailed-exitcode")).code).toBe(2);
    expect((await nest.cli("destroy", "--dry-run")).code).toBe(0);
    expect(quiet(contentOf(nest.root))).toEqual(deployed);
  });

  testOnce(engine, "without a terminal deploy asks for --yes instead of changing anything", async () => {
    await make(egg("app"));
    const { code, stderr } = await nest.cli("deploy");
    expect(code).toBe(64);
    expect(stderr).toContain("gosling deploy --yes");
    expect(existsSync(join(nest.root, ".gosling"))).toBe(false);
  });

  testOnce(engine, "a canary behind env:// and file:// is in no file but the agent's configuration, and in no output", async () => {
    const canary = "glrt-CANARY-4711";
    const other = "CANARY-npm-0815";
    await make(egg("app", { more: 'secrets = { NPM_TOKEN = "env://NPM" }' }), { env: { NPM: other } });
    nest.write({ "secrets/token": `${canary}\n` });
    const outputs = [await nest.deploy(), await nest.cli("plan"), await nest.cli("synth"), await nest.cli("status"), await nest.cli("status", "--json"), await nest.cli("validate", "--explain"), await nest.cli("get", "egg", "app")];
    await nest.statusOf("app", "idle", ({ runners }) => runners[0]?.state === "idle");
    for (const { stdout, stderr } of outputs) for (const secret of [canary, other]) expect(stdout + stderr).not.toContain(secret);
    const holders = Object.entries(contentOf(nest.root)).filter(([path, text]) => !path.startsWith("secrets/") && (text.includes(canary) || text.includes(other))).map(([path]) => path);
    expect(holders).toEqual([expect.stringMatching(/^\.gosling\/runners\/app\/[^/]+\/config\.toml$/)]);
    expect(readFileSync(join(nest.root, holders[0] as string), "utf8")).toContain(canary);
    expect(statSync(join(nest.root, holders[0] as string)).mode & 0o777).toBe(0o600);
  });
});
