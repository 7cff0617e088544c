import { decideUnit, type WantedUnit } from "../../src/deploy/decide-unit";
import type { FoundRunner } from "../../src/deploy/observe";
import type { DeploymentRecord } from "../../src/store/deployment";
import { deploymentRecord } from "../support/deployed";

const NOW = "abcdef000000";
const OLD = "0ld0ld000000";
const engine = { name: "tofu", version: "1.12.6" };
const wanted = (more: Partial<WantedUnit> = {}): WantedUnit => ({
  unit: "app", kind: "egg", cloud: "local", location: "", runnerType: "vm", revision: NOW, place: "local",
  sizes: { apex: { minCount: 1, maxCount: 2 }, nadir: { minCount: 0, maxCount: 1 } },
  stacks: [{ name: "app", configurationHash: "h1" }],
  ...more,
});
const runner = (id: string, more: Partial<FoundRunner> = {}): FoundRunner => ({
  id, home: "app", power: "on", revision: NOW, shard: 1, place: "local", activity: "idle", draining: false, dead: false, orphaned: false, ...more,
});
const record = (runners: readonly FoundRunner[], more: Partial<DeploymentRecord> = {}): DeploymentRecord =>
  deploymentRecord({ revision: NOW, engine, runners: Object.fromEntries(runners.map(({ id, power, revision, shard, place }) => [id, { power, revision, shard, place }])), ...more });
const decide = (runners: readonly FoundRunner[], options: { wanted?: WantedUnit | null; applied?: Partial<DeploymentRecord> | null; pending?: boolean; refresh?: boolean; engine?: typeof engine } = {}) => {
  const applied = options.applied === null ? undefined : record(runners, options.applied);
  const records = { unit: "app", ...(applied && { applied }), ...(options.pending && { pending: record(runners) }) };
  const want = options.wanted === null ? undefined : (options.wanted ?? wanted());
  return decideUnit({ found: { unit: "app", records, runners }, ...(want && { wanted: want }), engine: options.engine ?? engine, ...(options.refresh && { refresh: true }) });
};

describe("a unit that is as the Nest says", () => {
  test("costs no engine", () => expect(decide([runner("a")]).action).toBe("none"));
  test("is applied again when asked to refresh", () => expect(decide([runner("a")], { refresh: true }).action).toBe("apply"));
  test("is applied again after an interrupted deployment", () => expect(decide([runner("a")], { pending: true }).action).toBe("apply"));
  test("is applied again by another engine version", () => expect(decide([runner("a")], { engine: { name: "tofu", version: "1.13.0" } }).action).toBe("apply"));
  test("is applied again when its configuration differs", () => expect(decide([runner("a")], { applied: { stacks: [{ name: "app", configurationHash: "h0" }] } }).action).toBe("apply"));
});

test("a new unit is applied with its first runners", () => {
  const decision = decide([], { applied: null });
  expect(decision.action).toBe("apply");
  expect(Object.keys(decision.runners)).toEqual(["abcdef-1"]);
});

test("a dead runner is started again under its own id", () => {
  const decision = decide([runner("a", { activity: "ended", dead: true })]);
  expect(decision).toMatchObject({ action: "apply", steps: [{ kind: "restart", id: "a" }] });
  expect(Object.keys(decision.runners)).toEqual(["a"]);
});

test("a dead runner of an old configuration is replaced, not started again", () => {
  const decision = decide([runner("a", { revision: OLD, activity: "ended", dead: true })]);
  expect(decision.steps.map((step) => step.kind)).toEqual(["remove", "create"]);
});

describe("busy runners", () => {
  const busy = runner("a", { activity: "busy", revision: OLD });
  test("of an old configuration are drained, and their successor comes where there is room", () => {
    const decision = decide([busy]);
    expect(decision.action).toBe("apply");
    expect(decision.waiting).toEqual(["a"]);
    expect(Object.keys(decision.runners).sort()).toEqual(["a", "abcdef-1"]);
  });
  test("over a lowered limit hold the new limits back", () => {
    const decision = decide([runner("a", { activity: "busy" }), runner("b", { activity: "busy" })], { wanted: wanted({ sizes: { apex: { minCount: 0, maxCount: 1 }, nadir: { minCount: 0, maxCount: 0 } } }) });
    expect(decision).toMatchObject({ action: "held", waiting: ["b"], steps: [{ kind: "drain", id: "b", reason: "over the limit" }] });
  });
  test("of a removed unit are drained; the unit goes when they have ended", () => {
    expect(decide([busy], { wanted: null })).toMatchObject({ action: "held", waiting: ["a"], steps: [{ kind: "drain", id: "a", reason: "no longer wanted" }] });
    expect(decide([{ ...busy, activity: "ended", draining: true }], { wanted: null })).toMatchObject({ action: "destroy", goneStacks: ["app"] });
  });
  test("keep a unit from becoming serverless until they have ended", () => {
    const serverless = wanted({ runnerType: "serverless" });
    expect(decide([busy], { wanted: serverless }).action).toBe("held");
    expect(decide([runner("a")], { wanted: serverless })).toMatchObject({ action: "replace", runners: {} });
  });
  test("in a stack that is not needed any more keep the stack until they have ended", () => {
    const inSecond = runner("b", { shard: 2, activity: "busy" });
    const applied = { stacks: [{ name: "app", configurationHash: "h1" }, { name: "app.2", configurationHash: "h2" }] };
    expect(decide([runner("a"), inSecond], { applied })).toMatchObject({ action: "held", waiting: ["b"] });
    const decision = decide([runner("a"), { ...inSecond, activity: "idle" }], { applied });
    expect(decision).toMatchObject({ action: "apply", goneStacks: ["app.2"] });
    expect(Object.keys(decision.runners)).toEqual(["a"]);
  });
});
