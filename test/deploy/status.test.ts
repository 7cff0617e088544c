import type { DeploymentRecord } from "../../src/store/deployment";
import { describeStatus, type NamedUnit } from "../../src/deploy/status";
import type { RunnerRecord } from "../../src/runner/records";
import { deploymentRecord } from "../support/deployed";
import { runnerFile } from "../support/runner-file";

const unit: NamedUnit = { unit: "app", kind: "egg", cloud: "local", type: "vm" };
const record = (runners: DeploymentRecord["runners"], more: Partial<DeploymentRecord> = {}): DeploymentRecord => deploymentRecord({ runners, ...more });
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

test("a machine of a cloud is on or asleep, of the current configuration or an older one", () => {
  const applied = record({ a: { ...entry, place: "0" }, b: { ...entry, power: "off", revision: "r1", place: "1" } }, { cloud: "aws", location: "eu-central-1" });
  const [status] = describeStatus([{ ...unit, cloud: "aws" }], new Map([["app", { unit: "app", applied }]]), []);
  expect(status?.runners.map(({ id, pool, state, configuration }) => [id, pool, state, configuration])).toEqual([["a", "apex", "on", "current"], ["b", "nadir", "asleep", "old"]]);
  expect(status?.notes).toEqual([]);
});
