import fc from "fast-check";
import { labelValue, unitLabels } from "../../../../constructs/clouds/yandex/labels";
import { NAME_RULES, RUNNER_ID_LIMIT } from "../../../../constructs/clouds/yandex/name-rules";
import { resourceName } from "../../../../constructs/names";

const RUNS = { numRuns: Number(process.env["FC_RUNS"] ?? 200) };
const nest = fc.stringMatching(/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/);
const unit = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{1,63}$/), fc.stringMatching(/^job\.[A-Za-z0-9_-]{1,63}$/));
const part = fc.constantFrom("runner", "trigger", "start", "dead", "disk", "vm");

/** What the services say of names: a letter first, a letter or a digit last. */
const COMMON = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LABEL_NAME = /^[a-z][-_./\\@0-9a-z]{0,62}$/;
const LABEL_VALUE = /^[-_./\\@0-9a-z]{0,63}$/;

test("every name is one that its service takes", () => {
  fc.assert(
    fc.property(nest, unit, part, (nestName, unitName, partName) => {
      const name = (rule: keyof typeof NAME_RULES): string => resourceName({ nest: nestName, unit: unitName }, partName, NAME_RULES[rule]);
      for (const rule of ["serviceAccount", "securityGroup", "logGroup", "key", "container", "trigger"] as const) expect(name(rule)).toMatch(COMMON);
      expect(`${name("machine")}-${"9".repeat(RUNNER_ID_LIMIT)}`).toMatch(COMMON);
      expect(name("queue")).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
    }),
    RUNS,
  );
});

test("two units have no name and no label in common", () => {
  fc.assert(
    fc.property(nest, unit, unit, part, (nestName, a, b, partName) => {
      // The vocabulary has no two names that differ only in case, or in - against _.
      fc.pre(a.toLowerCase().replaceAll("_", "-") !== b.toLowerCase().replaceAll("_", "-"));
      for (const rule of Object.values(NAME_RULES)) expect(resourceName({ nest: nestName, unit: a }, partName, rule)).not.toBe(resourceName({ nest: nestName, unit: b }, partName, rule));
      expect(labelValue(a)).not.toBe(labelValue(b));
    }),
    RUNS,
  );
});

describe("labels", () => {
  test("are such as every service takes", () => {
    fc.assert(
      fc.property(nest, unit, (nestName, unitName) => {
        for (const [name, value] of Object.entries(unitLabels({ nest: nestName, unit: unitName }, { team: "web" }))) {
          expect(name).toMatch(LABEL_NAME);
          expect(value).toMatch(LABEL_VALUE);
        }
      }),
      RUNS,
    );
  });

  test("are the Egg's own first, and Gosling's, which nobody can take", () => {
    expect(unitLabels({ nest: "acme", unit: "My_App" }, { team: "web", "gosling-nest": "other" }, { "gosling-config": "abc" })).toEqual({
      team: "web",
      "gosling-nest": "acme",
      "gosling-egg": "my_app",
      "gosling-managed-by": "gosling",
      "gosling-config": "abc",
    });
  });

  test("more than 64 are refused", () => {
    const many = (count: number): Record<string, string> => Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag-${index}`, "x"]));
    expect(Object.keys(unitLabels({ nest: "acme", unit: "a" }, many(61)))).toHaveLength(64);
    expect(() => unitLabels({ nest: "acme", unit: "a" }, many(62))).toThrow(expect.objectContaining({ code: "PROPS", message: "A resource of a would have 65 labels; Yandex Cloud takes 64" }));
  });

  test("hold nothing that the engine would evaluate", () => {
    expect(unitLabels({ nest: "acme", unit: "a" }, { x: "${var.secret}" })["x"]).toBe("$${var.secret}");
  });
});
