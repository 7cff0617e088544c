import fc from "fast-check";
import { decidePool, type ObservedRunner, type PoolSituation } from "../../src/uglyfox/pool-size";

const numRuns = Number(process.env["FC_RUNS"] ?? 300);

const range = fc.tuple(fc.nat(4), fc.nat(4)).map(([min, more]) => ({ minCount: min, maxCount: min + more }));
const observed: fc.Arbitrary<ObservedRunner[]> = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom("aaaaaa-1", "aaaaaa-2", "aaaaaa-3", "bbbbbb-1", "bbbbbb-2", "bbbbbb-3", "bbbbbb-4"),
    power: fc.constantFrom("on" as const, "off" as const),
    revision: fc.constantFrom("aaaaaa000000", "bbbbbb000000"),
    shard: fc.constant(1),
    place: fc.constant("local"),
    activity: fc.constantFrom("idle" as const, "busy" as const, "ended" as const),
    draining: fc.boolean(),
  }),
  { selector: (runner) => runner.id },
);
const situation: fc.Arbitrary<PoolSituation> = fc.record({
  sizes: fc.record({ apex: range, nadir: range }),
  revision: fc.constantFrom("aaaaaa000000", "bbbbbb000000"),
  runners: observed,
  demand: fc.nat(12),
  place: fc.constant("local"),
});
const isBusy = (runner: ObservedRunner) => runner.power === "on" && runner.activity === "busy";
const power = (decision: ReturnType<typeof decidePool>, wanted: "on" | "off") => Object.values(decision.runners).filter((r) => r.power === wanted).length;

describe("P14: Apex never holds more than max_count", () => {
  test("P14: whatever is there, no decision passes a limit that busy runners do not already pass", () => {
    fc.assert(
      fc.property(situation, (s) => {
        const decision = decidePool(s);
        const busy = s.runners.filter(isBusy).length;
        const { apex, nadir } = s.sizes;
        expect(power(decision, "on")).toBeLessThanOrEqual(Math.max(apex.maxCount, busy));
        expect(power(decision, "off")).toBeLessThanOrEqual(nadir.maxCount);
        expect(Object.keys(decision.runners).length).toBeLessThanOrEqual(Math.max(apex.maxCount + nadir.maxCount, busy));
        expect(decision.overLimit.length > 0).toBe(power(decision, "on") > apex.maxCount);
      }),
      { numRuns },
    );
  });

  test("P14: no busy runner is removed or put to sleep", () => {
    fc.assert(
      fc.property(situation, (s) => {
        const decision = decidePool(s);
        for (const runner of s.runners.filter(isBusy)) expect(decision.runners[runner.id]?.power).toBe("on");
      }),
      { numRuns },
    );
  });

  test("P14: a decision that was carried out needs no other", () => {
    fc.assert(
      fc.property(situation, (s) => {
        const first = decidePool(s);
        const runners = Object.entries(first.runners).map(([id, entry]): ObservedRunner => {
          const before = s.runners.find((r) => r.id === id);
          const drained = first.steps.some((step) => step.kind === "drain" && step.id === id);
          return { id, ...entry, activity: before && isBusy(before) ? "busy" : "idle", draining: before?.draining === true || drained };
        });
        const again = decidePool({ ...s, runners });
        expect(again.steps.filter((step) => step.kind !== "create")).toEqual([]);
      }),
      { numRuns },
    );
  });
});
