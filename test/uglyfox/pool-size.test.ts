import { decidePool, type ObservedRunner, type PoolSizes } from "../../src/uglyfox/pool-size";

const sizes = (apex: [number, number], nadir: [number, number] = [0, 0]): PoolSizes => ({
  apex: { minCount: apex[0], maxCount: apex[1] },
  nadir: { minCount: nadir[0], maxCount: nadir[1] },
});
const OLD = "0ld0ld000000";
const NEW = "abcdef000000";
const runner = (id: string, extra: Partial<ObservedRunner> = {}): ObservedRunner => ({
  id, power: "on", revision: NEW, shard: 1, place: "local", activity: "idle", draining: false, ...extra,
});
const decide = (poolSizes: PoolSizes, runners: readonly ObservedRunner[] = [], demand = 0) =>
  decidePool({ sizes: poolSizes, revision: NEW, runners, demand, place: "local" });
const shape = (decision: ReturnType<typeof decide>) => Object.entries(decision.runners).map(([id, r]) => `${id} ${r.power}`);

describe("Apex", () => {
  test("a new Egg gets min_count runners, named after the revision", () => {
    expect(shape(decide(sizes([2, 3])))).toEqual(["abcdef-1 on", "abcdef-2 on"]);
  });
  test("demand raises it, up to max_count", () => {
    expect(shape(decide(sizes([0, 2]), [], 5))).toEqual(["abcdef-1 on", "abcdef-2 on"]);
  });
  test("a sleeping runner is woken before a new one is made", () => {
    const decision = decide(sizes([2, 3], [0, 2]), [runner("a", { power: "off" })]);
    expect(decision.steps).toEqual([{ kind: "wake", id: "a" }, { kind: "create", id: "abcdef-1", power: "on" }]);
  });
  test("what is right stays as it is, without a step", () => {
    const decision = decide(sizes([2, 3]), [runner("a"), runner("b")]);
    expect(decision.steps).toEqual([]);
    expect(shape(decision)).toEqual(["a on", "b on"]);
  });
  test("a lower min_count puts idle runners to sleep where Nadir has room and removes the others", () => {
    const decision = decide(sizes([1, 3], [0, 1]), [runner("a"), runner("b"), runner("c")]);
    expect(decision.steps).toEqual([{ kind: "sleep", id: "b" }, { kind: "remove", id: "c", reason: "over the limit" }]);
  });
  test("busy runners over a lowered limit are drained and reported, never ended", () => {
    const busy = ["a", "b"].map((id) => runner(id, { activity: "busy" }));
    const decision = decide(sizes([0, 1]), busy);
    expect(shape(decision)).toEqual(["a on", "b on"]);
    expect(decision.overLimit).toEqual(["b"]);
    expect(decision.steps).toEqual([{ kind: "drain", id: "b", reason: "over the limit" }]);
  });
});

describe("Nadir", () => {
  test("min_count sleeping runners are made", () => {
    expect(shape(decide(sizes([1, 1], [1, 2])))).toEqual(["abcdef-1 on", "abcdef-2 off"]);
  });
});

describe("a changed configuration", () => {
  test("replaces idle runners at once, with new ids", () => {
    const decision = decide(sizes([1, 2]), [runner("old-1", { revision: OLD })]);
    expect(decision.steps).toEqual([
      { kind: "remove", id: "old-1", reason: "old configuration" },
      { kind: "create", id: "abcdef-1", power: "on" },
    ]);
  });
  test("drains a busy runner and makes its successor where there is room", () => {
    const decision = decide(sizes([1, 2]), [runner("old-1", { revision: OLD, activity: "busy" })]);
    expect(shape(decision)).toEqual(["old-1 on", "abcdef-1 on"]);
    expect(decision.steps).toContainEqual({ kind: "drain", id: "old-1", reason: "old configuration" });
  });
  test("waits with the successor while the busy one fills Apex", () => {
    const decision = decide(sizes([1, 1]), [runner("old-1", { revision: OLD, activity: "busy", draining: true })]);
    expect(shape(decision)).toEqual(["old-1 on"]);
    expect(decision.steps).toEqual([]);
  });
  test("never wakes a sleeping runner of the old configuration", () => {
    const decision = decide(sizes([1, 1], [0, 1]), [runner("old-1", { revision: OLD, power: "off" })]);
    expect(shape(decision)).toEqual(["abcdef-1 on"]);
  });
});

test("the hundred-and-first runner goes to the second stack", () => {
  const decision = decide(sizes([101, 101]));
  expect(Object.values(decision.runners).filter((r) => r.shard === 1)).toHaveLength(100);
  expect(Object.values(decision.runners).filter((r) => r.shard === 2)).toHaveLength(1);
});
