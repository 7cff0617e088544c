import { type RunnerDecision, checkEgg, checkUglyFox, decideRunners } from "../../src/vocabulary";
import type { BlockInput } from "../../src/vocabulary";
import { block, condition, egg, line, uglyfox, type EggParts } from "./inputs";

function decide(parts: EggParts, conditions: readonly BlockInput[] = []): RunnerDecision {
  const checked = checkEgg(egg(parts));
  const fox = checkUglyFox(uglyfox(conditions.length > 0 ? conditions : [condition("none", ["nobody"])]));
  if (!checked.values || !fox.values) throw new Error([...checked.problems, ...fox.problems].map(line).join("\n"));
  return decideRunners("my-app", checked.values, fox.values.runnersCondition);
}

const own = { pool: block({}, { apex: block({ min_count: 1, max_count: 2 }), nadir: block({ max_count: 3, idle_timeout: "1h" }) }) };
const spot = { provider: "aws", region: "eu-central-1", preemptible: true };

describe("sizes of pools", () => {
  test("come from the Egg's own pool", () => {
    expect(decide({ more: own }, [condition("named", ["my-app"], { max_count: 9 })]).pool).toEqual({
      apex: { minCount: 1, maxCount: 2 },
      nadir: { minCount: 0, maxCount: 3, idleTimeout: "1h" },
      source: "pool of the Egg itself",
    });
  });

  test("an own pool without apex reaches up to concurrent", () => {
    expect(decide({ more: { pool: block({}) } }).pool).toMatchObject({ apex: { minCount: 0, maxCount: 3 }, nadir: { minCount: 0, maxCount: 0, idleTimeout: "30m" } });
  });

  test("else from the condition that names it", () => {
    const { pool, problems } = decide({}, [condition("all", ["*"], { max_count: 1 }), condition("named", ["my-app"], { min_count: 1, max_count: 2 }, { max_count: 2 })]);
    expect(pool).toEqual({ apex: { minCount: 1, maxCount: 2 }, nadir: { minCount: 0, maxCount: 2, idleTimeout: "30m" }, source: 'runners_condition "named", which names it' });
    expect(problems).toEqual([]);
  });

  test('else from the one with "*"', () => {
    expect(decide({}, [condition("all", ["*"], { max_count: 2 }, { max_count: 1, idle_timeout: "2h" })]).pool).toEqual({
      apex: { minCount: 0, maxCount: 2 },
      nadir: { minCount: 0, maxCount: 1, idleTimeout: "2h" },
      source: 'runners_condition "all", which is for all',
    });
  });

  test("else Apex reaches up to concurrent and there is no Nadir", () => {
    expect(decide({}).pool).toEqual({ apex: { minCount: 0, maxCount: 3 }, nadir: { minCount: 0, maxCount: 0, idleTimeout: "30m" }, source: "default: Apex 0 to concurrent (3), no Nadir" });
  });
});

describe("more than can be had", () => {
  test("is an error where the Egg is named", () => {
    expect(decide({}, [condition("named", ["my-app"], { max_count: 4 }, { max_count: 5 })]).problems.map(line)).toEqual([
      'FLY137 uglyfox.runners_condition.named.apex.max_count: Apex is larger than concurrent | max_count is 4, runner.concurrent of "my-app" is 3. Lower max_count or raise concurrent.',
      'FLY137 uglyfox.runners_condition.named.nadir.max_count: Nadir is larger than concurrent | max_count is 5, runner.concurrent of "my-app" is 3. Lower max_count or raise concurrent.',
    ]);
    expect(decide({}, [condition("named", ["my-app"], { min_count: 4 })]).problems.map(({ code, path }) => `${code} ${path.join(".")}`)).toEqual(["FLY137 uglyfox.runners_condition.named.apex.min_count"]);
    expect(decide({ cloud: spot }, [condition("named", ["my-app"], {}, { max_count: 1 })]).problems.map(({ code }) => code)).toEqual(["FLY138"]);
    expect(decide({ egg: { type: "serverless" } }, [condition("named", ["my-app"], {}, { max_count: 1 })]).problems.map(line)).toEqual([
      'FLY134 uglyfox.runners_condition.named.nadir.max_count: a Nadir needs machines | Nothing of a serverless runner can sleep: remove nadir. Or use type = "vm".',
    ]);
  });

  test('is cut under "*", and said so', () => {
    const all = [condition("all", ["*"], { min_count: 5, max_count: 10 }, { min_count: 4, max_count: 4 })];
    expect(decide({}, all)).toMatchObject({
      problems: [],
      pool: { apex: { minCount: 3, maxCount: 3 }, nadir: { minCount: 3, maxCount: 3 }, source: 'runners_condition "all", which is for all; Apex cut from 10 to 3: concurrent; Nadir cut from 4 to 3: concurrent' },
    });
    expect(decide({ egg: { type: "serverless" } }, all).pool).toMatchObject({ nadir: { minCount: 0, maxCount: 0 }, source: 'runners_condition "all", which is for all; Apex cut from 10 to 3: concurrent; Nadir cut from 4 to 0: serverless runners can\'t sleep' });
    expect(decide({ cloud: spot }, all).pool).toMatchObject({ nadir: { maxCount: 0 }, source: 'runners_condition "all", which is for all; Apex cut from 10 to 3: concurrent; Nadir cut from 4 to 0: spot machines can\'t sleep' });
  });
});

describe("type auto", () => {
  const auto = { type: "auto" };
  test("is serverless where nothing speaks against it", () => {
    expect(decide({ egg: auto }).runnerType).toEqual({ type: "serverless", reasons: ["a timeout of 1h is within the 60m of serverless runners", "nothing asks for Docker, a Nadir or more than serverless runners have"] });
    expect(decide({ egg: auto, cloud: { provider: "aws", region: "eu-central-1" } }).runnerType.reasons[1]).toBe("nothing asks for Docker, a Nadir or more than Fargate has");
  });

  test.each([
    ["a long job", { runner: { timeout: "61m" } }, "a timeout of 61m is over the 60m of serverless runners"],
    ["Docker", { runner: { executor: "docker" } }, "the docker executor needs a machine"],
    ["a Nadir of its own", { more: own }, "a Nadir needs machines"],
    ["arm64 on Yandex", { cloud: { provider: "yandex", region: "r", folder_id: "f" }, resources: { disk: 10, architecture: "arm64" } }, "Yandex Serverless Containers have no arm64"],
    ["more disk than Yandex has", { cloud: { provider: "yandex", region: "r", folder_id: "f" } }, "disk of 20 GB is over the 10 GB of Yandex Serverless Containers"],
    ["more memory than Fargate has", { cloud: { provider: "aws", region: "r" }, resources: { memory: "121GiB" } }, "memory of 123904 MB is over the 122880 MB of Fargate"],
    ["a machine type", { cloud: { provider: "aws", region: "r" }, resources: { instance_types: ["g6.xlarge"] } }, "instance_types asks for machines"],
  ] as const)("is vm because of %s", (_, parts, reason) => expect(decide({ ...parts, egg: auto }).runnerType).toEqual({ type: "vm", reasons: [reason] }));

  test("is vm because of a Nadir in the condition that names it, but not in the one for all", () => {
    expect(decide({ egg: auto }, [condition("named", ["my-app"], {}, { max_count: 1 })])).toMatchObject({ runnerType: { type: "vm", reasons: ["a Nadir needs machines"] }, problems: [] });
    expect(decide({ egg: auto }, [condition("all", ["*"], {}, { max_count: 1 })]).runnerType.type).toBe("serverless");
  });

  test("tells all reasons", () => expect(decide({ egg: auto, runner: { timeout: "2h", executor: "docker" } }).runnerType.reasons).toHaveLength(2));
});

test("what is written needs no decision", () => {
  expect(decide({}).runnerType).toEqual({ type: "vm", reasons: ['type is "vm"'] });
  expect(decide({ egg: { type: "serverless" } }).runnerType).toEqual({ type: "serverless", reasons: ['type is "serverless"'] });
});
