import type { DeploymentRecord } from "../../src/deploy/record";
import { describeStatus, type NamedUnit } from "../../src/deploy/status";
import type { RunnerRecord } from "../../src/runner/records";
import { runnerFile } from "../support/runner-file";

const unit: NamedUnit = { unit: "app", kind: "egg", cloud: "local", type: "vm" };
const record = (runners: DeploymentRecord["runners"], more: Partial<DeploymentRecord> = {}): DeploymentRecord => ({
  format: 1, unit: "app", kind: "egg", runnerType: "vm", revision: "r2", engine: { name: "tofu", version: "1.12.6" }, at: "2026-01-01T00:00:00.000Z",
  stacks: [{ name: "app", configurationHash: "h" }], runners, ...more,
});
const entry = { power: "on", revision: "r2", shard: 1, place: "local" } as const;
const machine = (id: string, more: Partial<RunnerRecord> = {}): RunnerRecord => ({
  egg: "app", id, folder: `/nest/.gosling/runners/app/${id}`, log: `/nest/.gosling/runners/app/${id}/log`,
  configuration: runnerFile(), revision: "r2", process: "alive", pid: 7, draining: false, busy: false,
  heartbeat: { format: 1, egg: "app", id, revision: "r2", pid: 7, launch: "l", state: "idle", missing: [], busy: false, draining: false, since: "2026-01-01T00:00:00.000Z", at: "2026-01-01T00:00:00.000Z" },
  ...more,
});
const stateOf = (power: "on" | "off", found: RunnerRecord | undefined) =>
  describeStatus([unit], new Map([["app", { unit: "app", applied: record({ a: { ...entry, power } }) }]]), found ? [found] : [])[0]?.runners[0]?.state;

test.each([
  ["idle", "on", machine("a")],
  ["dead", "on", machine("a", { process: "dead" })],
  ["draining", "on", machine("a", { draining: true })],
  ["drained", "on", machine("a", { process: "none", draining: true })],
  ["asleep", "off", machine("a", { process: "none" })],
  ["lost", "on", undefined],
] as const)("a runner is shown as %s (power %s)", (state, power, found) => {
  expect(stateOf(power, found)).toBe(state);
});

test("a dead runner whose agent lives on says so", () => {
  const orphan = machine("a", { process: "dead", busy: true, orphan: { pid: 99, startedAt: "x" } });
  const [status] = describeStatus([unit], new Map([["app", { unit: "app", applied: record({ a: entry }) }]]), [orphan]);
  expect(status?.runners[0]).toMatchObject({ state: "dead", details: ["its agent (process 99) lives on and may run a job"] });
});

test("what was never deployed, what was interrupted, and what the Nest no longer has", () => {
  const records = new Map([
    ["half", { unit: "half", pending: record({}, { unit: "half" }) }],
    ["gone", { unit: "gone", applied: record({}, { unit: "gone" }) }],
  ]);
  const statuses = describeStatus([unit, { ...unit, unit: "half" }], records, []);
  expect(statuses.map((status) => [status.unit, status.deployment])).toEqual([["app", "not deployed"], ["gone", "removed"], ["half", "interrupted"]]);
});

test("a runner that an interrupted deployment made is shown though no record names it", () => {
  const [status] = describeStatus([unit], new Map([["app", { unit: "app", pending: record({}) }]]), [machine("a")]);
  expect(status?.runners).toMatchObject([{ id: "a", state: "idle", pool: "apex" }]);
});

test("a runner of an earlier configuration is marked as old", () => {
  const [status] = describeStatus([unit], new Map([["app", { unit: "app", applied: record({ a: { ...entry, revision: "r1" } }) }]]), [machine("a")]);
  expect(status?.runners[0]?.configuration).toBe("old");
});

test("an Egg in a cloud that this version doesn't deploy to says so", () => {
  expect(describeStatus([{ ...unit, cloud: "aws" }], new Map(), [])[0]?.notes).toEqual(["this version deploys no Eggs on aws yet"]);
});
