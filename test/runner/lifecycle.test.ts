import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newestClaim } from "../../src/runner/claim";
import { isAlive, machineProcesses } from "../../src/runner/processes";
import { drainRunner } from "../../src/runner/records";
import { eventually } from "../support/eventually";
import { type LocalRunner, localRunner, result } from "../support/local-runner";

const TOKEN = "glrt-abcdefghij0123456789";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

let runner: LocalRunner;
/** A job that runs until it is let go, or its Nest is gone. */
const untilReleased = (name: string): string => `while [ -d "${runner.nest}" ] && [ ! -e "${join(runner.nest, name)}" ]; do sleep 0.02; done; echo finished`;
const release = (name: string): Promise<void> => runner.write(name, "");

afterEach(() => runner.dispose());

async function running(): Promise<void> {
  runner = await localRunner({ token: TOKEN });
  await runner.create();
  await runner.start();
  await runner.state("idle");
}

describe("create", () => {
  test("makes a folder for its owner alone, and a second time changes nothing", async () => {
    runner = await localRunner();
    await runner.create();
    expect((await stat(runner.folder.path)).mode & 0o777).toBe(0o700);
    const before = await stat(runner.folder.runnerFile);
    expect(before.mode & 0o777).toBe(0o600);
    await runner.create();
    expect((await stat(runner.folder.runnerFile)).ino).toBe(before.ino);
    expect(await runner.record()).toMatchObject({ egg: "my-app", id: "r1", revision: "rev1", process: "none", draining: false, busy: false });
  });

  test("refuses what is no configuration, and names that lead elsewhere", async () => {
    runner = await localRunner();
    expect(await runner.cli("create", [], { GOSLING_RUNNER_CONFIGURATION: "{}" })).toMatchObject({ code: 64, stderr: expect.stringContaining("no runner configuration of format 1") as string });
    expect(await runner.cli("create")).toMatchObject({ code: 64, stderr: expect.stringContaining("is not set") as string });
    expect(await runner.cli("start", ["--id", "../../r1"])).toMatchObject({ code: 64, stderr: expect.stringContaining("can't name") as string });
    expect(await runner.cli("start")).toMatchObject({ code: 1, stderr: expect.stringContaining("there is no runner r1 of my-app") as string });
  });
});

describe("start", () => {
  test("returns with the first heartbeat, from a process of its own session", async () => {
    runner = await localRunner({ token: TOKEN });
    await runner.create();
    expect(await runner.cli("start")).toMatchObject({ code: 0, stdout: "runner r1 of my-app: started\n", stderr: "" });
    const record = await runner.record();
    expect(record).toMatchObject({ process: "alive", heartbeat: { format: 1, egg: "my-app", id: "r1", revision: "rev1", draining: false, pid: record.pid } });
  });

  test("many at once give one process", async () => {
    runner = await localRunner({ token: TOKEN });
    await runner.create();
    const answers = await Promise.all(Array.from({ length: 4 }, () => runner.cli("start")));
    expect(answers.map(({ code, stderr }) => ({ code, stderr }))).toEqual(answers.map(() => ({ code: 0, stderr: "" })));
    expect(answers.filter(({ stdout }) => stdout.includes("started"))).toHaveLength(1);
    const before = (await runner.record()).pid;
    expect(await runner.cli("start")).toMatchObject({ code: 0, stdout: "runner r1 of my-app: running\n" });
    expect((await runner.record()).pid).toBe(before);
    expect((await readdir(runner.folder.path)).filter((name) => name.startsWith("process."))).toHaveLength(1);
  });

  test("a number that another process has now is not taken for the runner", async () => {
    runner = await localRunner({ token: TOKEN });
    await runner.create();
    await writeFile(join(runner.folder.path, "process.7.json"), JSON.stringify({ pid: process.pid, startedAt: "another-boot:1", launch: "old" }));
    expect((await runner.record()).process).toBe("dead");
    // Would it be trusted, this very process would get the signal.
    await drainRunner(await runner.record());
    await runner.start();
    expect(await runner.record()).toMatchObject({ process: "alive", draining: false });
    expect((await runner.record()).pid).not.toBe(process.pid);
  });

  test("says why where the process ends at once", async () => {
    runner = await localRunner({ token: TOKEN });
    await runner.create();
    const { code, stderr } = await runner.cli("start", [], { GOSLING_UMASK: "9" });
    expect(code).toBe(1);
    expect(stderr).toContain("runner r1 of my-app ended at once");
    expect(stderr).toContain('GOSLING_UMASK is three octal digits, such as 022, not "9"');
  });
});

describe("without an agent and a token", () => {
  test("it stays up, says what is missing, and goes on when it is there", async () => {
    runner = await localRunner({ withAgent: false });
    await rename(runner.agent.path, `${runner.agent.path}.hidden`);
    await runner.create();
    await runner.start({ GOSLING_AGENT: runner.agent.path });
    expect((await runner.state("waiting")).heartbeat).toMatchObject({ missing: ["no token behind file://secrets/token", `no agent: ${runner.agent.path} is no program`], busy: false });

    await runner.write("secrets/token", TOKEN);
    await eventually("only the agent is missing", async () => (await runner.record()).heartbeat?.missing.length === 1);
    await rename(`${runner.agent.path}.hidden`, runner.agent.path);
    machineProcesses.signal((await runner.record()).pid ?? 0, "SIGHUP");
    expect((await runner.state("idle")).heartbeat).toMatchObject({ missing: [], jobs: 0, agent: { path: runner.agent.path, version: "17.5.0" } });
    expect(await runner.log()).toContain("waiting: no token behind file://secrets/token; no agent:");
  });

  test("stop ends it", async () => {
    runner = await localRunner({ withAgent: false });
    await runner.create();
    await runner.start();
    await runner.state("waiting");
    expect(await runner.cli("stop")).toMatchObject({ code: 0, stdout: "runner r1 of my-app: stopped\n" });
    expect(await runner.record()).toMatchObject({ process: "none", heartbeat: { state: "stopped" } });
  });
});

describe("a job", () => {
  test("makes the runner busy, then idle again", async () => {
    await running();
    await runner.agent.submit("one", untilReleased("go"));
    expect((await runner.state("busy")).heartbeat).toMatchObject({ busy: true, jobs: 1 });
    expect((await runner.record()).busy).toBe(true);
    await release("go");
    expect((await runner.state("idle")).busy).toBe(false);
    expect(await runner.agent.ended("one")).toBe("done 0");
  });

  test("is finished by a runner that drains; no other one is begun", async () => {
    await running();
    await runner.agent.submit("one", untilReleased("go"));
    await runner.state("busy");
    const stopping = runner.cli("stop");
    expect(await runner.state("draining")).toMatchObject({ draining: true, busy: true });
    await runner.agent.submit("two", "echo never");
    await drainRunner(await runner.record());
    await release("go");
    expect(await stopping).toMatchObject({ code: 0, stdout: "runner r1 of my-app: stopped\n" });
    expect(await runner.agent.ended("one")).toBe("done 0");
    expect(await runner.agent.output("one")).toBe("finished\n");
    expect(await runner.record()).toMatchObject({ process: "none", draining: true });
    await expect(runner.agent.output("two")).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("is aborted by stop --now", async () => {
    await running();
    await runner.agent.submit("one", untilReleased("never"));
    await runner.state("busy");
    expect(await runner.cli("stop", ["--now"])).toMatchObject({ code: 0 });
    expect(await runner.agent.ended("one")).toBe("aborted null");
    expect((await runner.record()).process).toBe("none");
  });

  test("goes on when stop is interrupted, and the runner goes on draining", async () => {
    await running();
    await runner.agent.submit("one", untilReleased("go"));
    await runner.state("busy");
    const stop = runner.spawnCli("stop");
    const ended = result(stop);
    await runner.state("draining");
    stop.kill("SIGTERM");
    expect((await ended).code).not.toBe(0);
    expect(await runner.record()).toMatchObject({ process: "alive", draining: true, busy: true });
    await release("go");
    expect(await runner.agent.ended("one")).toBe("done 0");
    await runner.state("stopped");
  });

  test("goes on when a runner that drains is started again, and another one is taken after it", async () => {
    await running();
    await runner.agent.submit("one", untilReleased("go"));
    await runner.state("busy");
    await drainRunner(await runner.record());
    await runner.state("draining");
    const { pid } = await runner.record();
    expect(await runner.cli("start")).toMatchObject({ code: 0, stdout: "runner r1 of my-app: running\n" });
    expect(await runner.record()).toMatchObject({ process: "alive", pid, draining: false });
    await release("go");
    expect(await runner.agent.ended("one")).toBe("done 0");
    await runner.agent.submit("two", "echo second");
    expect(await runner.agent.ended("two")).toBe("done 0");
  });
});

describe("signals", () => {
  test.each(["SIGTERM", "SIGQUIT"] as const)("%s drains, and SIGHUP does not take it back", async (signal) => {
    await running();
    await runner.agent.submit("one", untilReleased("go"));
    const { pid = 0 } = await runner.state("busy");
    machineProcesses.signal(pid, signal);
    await runner.state("draining");
    machineProcesses.signal(pid, "SIGHUP");
    await release("go");
    await runner.state("stopped");
    expect(await runner.agent.ended("one")).toBe("done 0");
    expect((await runner.record()).draining).toBe(false);
  });

  test("SIGINT aborts the job and ends", async () => {
    await running();
    await runner.agent.submit("one", untilReleased("never"));
    const { pid = 0 } = await runner.state("busy");
    machineProcesses.signal(pid, "SIGINT");
    await runner.state("stopped");
    expect(await runner.agent.ended("one")).toBe("aborted null");
  });
});

describe("the agent", () => {
  test("is started again when it ends unasked", async () => {
    await running();
    const first = (await runner.agent.loaded())?.pid;
    await runner.agent.crash();
    expect((await runner.state("failed")).heartbeat).toMatchObject({ reason: "the agent ended with exit code 9", busy: false });
    await runner.state("idle");
    expect((await runner.agent.loaded())?.pid).not.toBe(first);
  });

  test("gets a new token at SIGHUP, without being started again", async () => {
    await running();
    const before = await runner.agent.loaded();
    expect(before?.tokens).toEqual([sha256(TOKEN)]);
    await runner.write("secrets/token", "glrt-another-token-12345");
    machineProcesses.signal((await runner.record()).pid ?? 0, "SIGHUP");
    const after = await eventually("the agent has read it", async () => {
      const loaded = await runner.agent.loaded();
      return loaded !== undefined && loaded.loads > 1 && loaded;
    });
    expect(after).toMatchObject({ pid: before?.pid, tokens: [sha256("glrt-another-token-12345")] });
  });

  test("keeps its token at SIGHUP while the new one is missing", async () => {
    await running();
    await runner.write("secrets/token", "");
    machineProcesses.signal((await runner.record()).pid ?? 0, "SIGHUP");
    await eventually("the log says so", async () => (await runner.log()).includes("not reloaded, the agent keeps what it has: no token behind file://secrets/token"));
    expect((await runner.record()).heartbeat?.state).toBe("idle");
    expect((await runner.agent.loaded())?.loads).toBe(1);
  });
});

describe("a runner that was killed", () => {
  async function killed(): Promise<void> {
    await running();
    await runner.agent.submit("one", untilReleased("go"));
    await runner.state("busy");
    const claim = await newestClaim(runner.folder);
    if (claim === undefined) throw new Error("it has no process");
    machineProcesses.signal(claim.pid, "SIGKILL");
    await eventually("it is gone", async () => !(await isAlive(machineProcesses, claim)));
  }

  test("is dead, and busy while its agent lives on", async () => {
    await killed();
    const loaded = await runner.agent.loaded();
    expect(await runner.record()).toMatchObject({ process: "dead", busy: true, draining: false, orphan: { pid: loaded?.pid } });
    expect(await runner.cli("remove")).toMatchObject({ code: 1, stderr: expect.stringContaining("can't be removed while it runs") as string });
  });

  test("lets the old agent finish its job when it is started again, then starts a new one", async () => {
    await killed();
    const old = await runner.agent.loaded();
    await runner.start();
    await runner.state("busy");
    await release("go");
    expect(await runner.agent.ended("one")).toBe("done 0");
    await runner.state("idle");
    expect((await runner.agent.loaded())?.pid).not.toBe(old?.pid);
  });

  test("is stopped by ending its agent after the job", async () => {
    await killed();
    const stopping = runner.cli("stop");
    await eventually("it drains", async () => (await runner.record()).draining);
    await release("go");
    expect(await stopping).toMatchObject({ code: 0 });
    expect(await runner.agent.ended("one")).toBe("done 0");
    expect((await runner.record()).orphan).toBeUndefined();
  });
});

describe("remove", () => {
  test("refuses while it runs, then leaves nothing, write-protected folders of jobs too", async () => {
    await running();
    const refused = await runner.cli("remove");
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("gosling runner stop --egg my-app --id r1") as string });
    await runner.cli("stop");
    await mkdir(join(runner.folder.work, "builds/modules"), { recursive: true });
    await writeFile(join(runner.folder.work, "builds/modules/file"), "");
    await chmod(join(runner.folder.work, "builds/modules"), 0o500);
    expect(await runner.cli("remove")).toMatchObject({ code: 0 });
    expect(await readdir(join(runner.nest, ".gosling/runners"))).toEqual([]);
    expect(await runner.cli("remove")).toMatchObject({ code: 0 });
    expect(await runner.cli("stop")).toMatchObject({ code: 0, stdout: "runner r1 of my-app: not running\n" });
  });
});

test("a runner whose folder is gone ends by itself", async () => {
  await running();
  const claim = await newestClaim(runner.folder);
  await rename(join(runner.nest, ".gosling"), join(runner.nest, "gone"));
  await eventually("it has ended", async () => claim !== undefined && !(await isAlive(machineProcesses, claim)));
  await rename(join(runner.nest, "gone"), join(runner.nest, ".gosling"));
});
