import { mkdir, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMasker } from "../../src/secrets";
import { findOrphan } from "../../src/runner/agent-process";
import { runnerFolder } from "../../src/runner/folder";
import { createLog } from "../../src/runner/log";
import { machineProcesses } from "../../src/runner/processes";
import type { RunnerFile } from "../../src/runner/runner-file";
import type { Status } from "../../src/runner/status-keeper";
import { type Supervisor, superviseRunner } from "../../src/runner/supervisor";
import { GoslingError } from "../../src/vocabulary/error";
import { systemId } from "../../src/vocabulary/system-id";
import { installAgent, type TestAgent } from "../support/agent";
import { eventually } from "../support/eventually";
import { runnerFile } from "../support/runner-file";

let root: string;
let agent: TestAgent;
/** The clock is the test's; agents are real processes. */
let clock: number;
/** What is behind the reference of its token. */
let token: string;
/** A store's value that was read before. */
let kept: string | undefined;
/** What the store says instead of giving it. */
let refusal: string | undefined;
let reports: Partial<Status>[];
let lines: string[];
let supervisor: Supervisor | undefined;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "gosling-supervisor-")));
  agent = await installAgent(join(root, "agent"));
  clock = 0;
  token = "glrt-abcdefghij0123456789";
  kept = refusal = undefined;
  reports = [];
  lines = [];
});

afterEach(async () => {
  supervisor?.stopNow();
  supervisor?.stopNow();
  await supervisor?.done;
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

async function supervise(over: Partial<RunnerFile> = {}, agentPath = agent.path): Promise<Supervisor> {
  const folder = runnerFolder(root, "my-app", "r1");
  await mkdir(folder.path, { recursive: true });
  const masker = createMasker();
  supervisor = superviseRunner({
    runner: runnerFile(over),
    folder,
    env: { PATH: process.env["PATH"] },
    agentPath,
    secrets: {
      async read() {
        if (refusal !== undefined) throw new GoslingError("SECRET_DENIED", refusal);
        return (kept ??= token);
      },
      forget: () => (kept = undefined),
    },
    masker,
    log: createLog({ write: (bytes) => lines.push(Buffer.from(bytes).toString()), close: () => undefined }, masker, () => 0),
    status: {
      async report(status) {
        reports.push(status);
      },
    },
    processes: machineProcesses,
    heartbeatMs: 10,
    refreshMs: 300_000,
    now: () => clock,
    random: () => 1,
  });
  return supervisor;
}

const state = (wanted: Status["state"]): Promise<unknown> => eventually(`it is ${wanted}`, () => reports.at(-1)?.state === wanted);
/** Some heartbeats go by. */
const beats = (count = 5): Promise<unknown> => {
  const from = reports.length;
  return eventually("it beats", () => reports.length >= from + count);
};
const starts = (): number => lines.filter((line) => line.includes("started the agent")).length;

test("an agent that ends unasked is started again after pauses that grow", async () => {
  await supervise();
  await state("idle");
  for (const pause of [1000, 2000, 4000]) {
    const before = starts();
    await agent.crash();
    await state("failed");
    clock += pause - 1;
    await beats();
    expect(starts()).toBe(before);
    clock += 1;
    await state("idle");
    expect(starts()).toBe(before + 1);
  }
  // One that was well for a minute begins a new row.
  clock += 60_000;
  await agent.crash();
  await state("failed");
  clock += 1000;
  await state("idle");
});

test("GitLab knows the agent by an id that follows from the runner's names", async () => {
  await supervise();
  await state("idle");
  expect((await agent.loaded())?.systemId).toBe(systemId("acme", "my-app", "r1"));
});

test("a token that was replaced is with the agent within the interval, while its job runs on; what has not changed tells it nothing", async () => {
  await supervise();
  await agent.submit("one", `while [ -d "${root}" ] && [ ! -e "${root}/go" ]; do sleep 0.02; done`);
  await state("busy");
  clock += 300_000;
  await beats();
  expect(lines.join("")).not.toContain("reloaded");
  token = "glrt-the-one-that-came-after";
  clock += 299_999;
  await beats();
  expect(lines.join("")).not.toContain("reloaded");
  clock += 1;
  await eventually("it is told", () => lines.join("").includes("a secret has changed: reloaded"));
  await eventually("it has the new token", async () => (await readFile(runnerFolder(root, "my-app", "r1").agentConfig, "utf8")).includes(token));
  expect(starts()).toBe(1);
  await mkdir(join(root, "go"));
  await eventually("the job ends", async () => (await agent.ended("one")) === "done 0");
  expect(lines.join("")).not.toContain(token);
});

test("an agent that can't be asked any more counts as busy", async () => {
  await supervise();
  await state("idle");
  await agent.mute();
  await state("busy");
  expect(reports.at(-1)).toMatchObject({ busy: true });
  expect(reports.at(-1)).not.toHaveProperty("jobs");
});

test("an agent without a job that ignores the wish to drain is ended after half a minute, by force if need be", async () => {
  await agent.deafen();
  const it = await supervise();
  await state("idle");
  it.drain();
  await state("draining");
  clock += 29_000;
  await beats();
  expect(reports.at(-1)?.state).toBe("draining");
  clock += 1000;
  await beats();
  clock += 35_000;
  await it.done;
  expect(lines.join("")).toContain("the agent does not end; it is killed");
  expect(reports.at(-1)).toMatchObject({ state: "stopped", draining: true });
});

test("an agent with a job that drains is never ended, however long it takes", async () => {
  const it = await supervise();
  await agent.submit("one", `while [ -d "${root}" ] && [ ! -e "${root}/go" ]; do sleep 0.02; done`);
  await state("busy");
  it.drain();
  await state("draining");
  clock += 1e9;
  await beats();
  expect(reports.at(-1)).toMatchObject({ state: "draining", busy: true });
  await mkdir(join(root, "go"));
  await it.done;
  expect(await agent.ended("one")).toBe("done 0");
});

test("an agent that ignores being stopped is killed at its limit, or at the second time", async () => {
  await agent.deafen();
  const it = await supervise();
  await state("idle");
  it.stopNow();
  clock += 34_000;
  await beats();
  expect(lines.join("")).not.toContain("killed");
  it.stopNow();
  await it.done;
  expect(lines.join("")).toContain("the agent does not end; it is killed");
  expect(await findOrphan(runnerFolder(root, "my-app", "r1"), machineProcesses)).toBeUndefined();
});

test("what is missing is looked for again with pauses up to a minute, and told once", async () => {
  await supervise({}, join(root, "nothing"));
  await state("waiting");
  for (let time = 0; time < 12; time++) {
    clock += 60_000;
    await beats(2);
  }
  expect(reports.at(-1)).toMatchObject({ state: "waiting", missing: [`no agent: ${join(root, "nothing")} is no program`] });
  expect(lines.filter((line) => line.includes("waiting:"))).toHaveLength(1);
});

test("what a store says where a secret is missing holds no secret of before, in the heartbeat or in the log", async () => {
  await supervise();
  await state("idle");
  refusal = `denied, and so is ${Buffer.from(token).toString("base64")}`;
  await agent.crash();
  await state("failed");
  clock += 1000;
  await state("waiting");
  expect(reports.at(-1)).toMatchObject({ missing: ["denied, and so is ***MASKED***"] });
  expect(lines.join("")).toContain("waiting: denied, and so is ***MASKED***");
});
