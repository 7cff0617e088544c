import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Claim, claimRunner, newestClaim } from "../../src/runner/claim";
import { type RunnerFolder, runnerFolder } from "../../src/runner/folder";
import type { Heartbeat } from "../../src/runner/heartbeat";
import type { Processes } from "../../src/runner/processes";
import { drainRunner, readRunners } from "../../src/runner/records";
import { runnerFile } from "../support/runner-file";

let nest: string;
beforeEach(async () => {
  nest = await mkdtemp(join(tmpdir(), "gosling-records-"));
});
afterEach(() => rm(nest, { recursive: true }));

/** A machine with these processes; it keeps the signals that were sent. */
function machine(startTimes: Record<number, string>): Processes & { readonly signals: string[] } {
  const signals: string[] = [];
  return {
    signals,
    startTimes: async (pids) => new Map(pids.flatMap((pid) => (startTimes[pid] === undefined ? [] : [[pid, startTimes[pid]]]))),
    signal(pid, signal) {
      signals.push(`${signal} ${pid}`);
      return true;
    },
  };
}

async function made(id: string, files: Record<string, unknown>): Promise<RunnerFolder> {
  const folder = runnerFolder(nest, "my-app", id);
  await mkdir(folder.path, { recursive: true });
  for (const [name, content] of Object.entries({ "runner.json": runnerFile({ id }), ...files })) await writeFile(join(folder.path, name), typeof content === "string" ? content : JSON.stringify(content));
  return folder;
}

const claim = (pid: number, startedAt = "now"): Claim => ({ pid, startedAt, launch: `launch-${pid}` });
const heartbeat = (pid: number, over: Partial<Heartbeat> = {}): Heartbeat => ({
  format: 1,
  egg: "my-app",
  id: "r1",
  revision: "rev1",
  pid,
  launch: `launch-${pid}`,
  state: "idle",
  missing: [],
  busy: false,
  draining: false,
  since: "2026-11-03T10:00:00.000Z",
  at: "2026-11-03T10:00:00.000Z",
  ...over,
});

describe("readRunners", () => {
  test("a Nest without runners has none", async () => {
    expect(await readRunners(nest)).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, Record<number, string>, Record<string, unknown>]>([
    ["never started", {}, {}, { process: "none", busy: false, revision: "rev1" }],
    ["alive and idle", { "process.1.json": claim(10), "heartbeat.json": heartbeat(10) }, { 10: "now" }, { process: "alive", pid: 10, busy: false }],
    ["alive and busy", { "process.1.json": claim(10), "heartbeat.json": heartbeat(10, { state: "busy", busy: true }) }, { 10: "now" }, { process: "alive", busy: true }],
    ["alive and silent: it may be busy", { "process.1.json": claim(10), "heartbeat.json": heartbeat(9) }, { 10: "now" }, { process: "alive", busy: true }],
    ["killed", { "process.1.json": claim(10), "heartbeat.json": heartbeat(10) }, {}, { process: "dead", busy: false }],
    ["ended as it was asked to", { "process.1.json": claim(10), "heartbeat.json": heartbeat(10, { state: "stopped" }), drain: "" }, {}, { process: "none", draining: true }],
    ["killed before it spoke, after another one had stopped", { "process.2.json": claim(11), "heartbeat.json": heartbeat(10, { state: "stopped" }) }, {}, { process: "dead" }],
    ["its number is another process's now", { "process.1.json": claim(10, "then") }, { 10: "now" }, { process: "dead" }],
    ["its agent has outlived it", { "process.1.json": claim(10), "agent.json": { pid: 12, startedAt: "now", port: 1 } }, { 12: "now" }, { process: "dead", busy: true, orphan: { pid: 12, startedAt: "now", port: 1 } }],
    ["its files are damaged", { "runner.json": "{", "process.1.json": "", "heartbeat.json": "[]" }, {}, { process: "none", busy: false }],
  ])("%s", async (_title, files, startTimes, expected) => {
    const folder = await made("r1", files);
    const records = await readRunners(nest, machine(startTimes));
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ egg: "my-app", id: "r1", folder: folder.path, log: folder.log, ...expected });
  });

  test("are sorted, and what is no runner's folder is left out", async () => {
    await made("b", {});
    await made("a", {});
    await mkdir(join(nest, ".gosling/runners/other/z"), { recursive: true });
    await writeFile(join(nest, ".gosling/runners/stray"), "");
    await symlink("/", join(nest, ".gosling/runners/.hidden"));
    expect((await readRunners(nest, machine({}))).map(({ egg, id }) => `${egg}/${id}`)).toEqual(["my-app/a", "my-app/b", "other/z"]);
  });
});

describe("drainRunner", () => {
  test("asks the process, and again changes nothing", async () => {
    await made("r1", { "process.1.json": claim(10), "heartbeat.json": heartbeat(10) });
    const processes = machine({ 10: "now" });
    for (let time = 0; time < 2; time++) {
      const [record] = await readRunners(nest, processes);
      if (record) await drainRunner(record, processes);
    }
    expect(processes.signals).toEqual(["SIGTERM 10", "SIGTERM 10"]);
    expect(await readRunners(nest, processes)).toMatchObject([{ draining: true }]);
  });

  test("asks the agent that has outlived its runner to finish", async () => {
    await made("r1", { "process.1.json": claim(10), "agent.json": { pid: 12, startedAt: "now", port: 1 } });
    const processes = machine({ 12: "now" });
    const [record] = await readRunners(nest, processes);
    if (record) await drainRunner(record, processes);
    expect(processes.signals).toEqual(["SIGQUIT 12"]);
  });

  test("signals nobody who only has the number now", async () => {
    await made("r1", { "process.1.json": claim(10, "then"), "agent.json": { pid: 12, startedAt: "then", port: 1 } });
    const processes = machine({ 10: "now", 12: "now" });
    const [record] = await readRunners(nest, processes);
    if (record) await drainRunner(record, processes);
    expect(processes.signals).toEqual([]);
  });
});

describe("claimRunner", () => {
  test("of many rivals one wins, and it alone stays", async () => {
    const folder = await made("r1", { "process.3.json": claim(3, "then") });
    const pids = Array.from({ length: 20 }, (_, index) => 100 + index);
    const processes = machine(Object.fromEntries(pids.map((pid) => [pid, "now"])));
    const holders = await Promise.all(pids.map((pid) => claimRunner(folder, claim(pid), processes)));
    const winners = pids.filter((_, index) => holders[index] === undefined);
    expect(winners).toHaveLength(1);
    expect(await newestClaim(folder)).toMatchObject({ pid: winners[0] });
    for (const holder of holders) if (holder !== undefined) expect(holder.pid).toBe(winners[0]);
  });

  test("the living holder keeps it", async () => {
    const folder = await made("r1", { "process.1.json": claim(10) });
    expect(await claimRunner(folder, claim(11), machine({ 10: "now", 11: "now" }))).toMatchObject({ pid: 10 });
  });
});
