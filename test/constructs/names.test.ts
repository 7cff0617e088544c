import fc from "fast-check";
import { resourceName, unitTags } from "../../constructs/names";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);
const plain = { limit: 64, forbidden: /[^A-Za-z0-9._-]/ };
const noDots = { limit: 80, forbidden: /[^A-Za-z0-9_-]/ };
const small = { limit: 63, forbidden: /[^a-z0-9-]/, lowerCase: true };

const nest = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
const word = fc.stringMatching(/^[A-Za-z0-9_-]{1,63}$/);
const unit = fc.oneof(word, word.map((name) => `job.${name}`));
const rule = fc.constantFrom(plain, noDots, small);
/** What the vocabulary takes for one and the same name. */
const sameName = (name: string): string => name.toLowerCase().replaceAll("_", "-");

test("a name tells the Nest, the Egg and the part", () => {
  expect(resourceName({ nest: "acme", unit: "my_App" }, "runner", plain)).toBe("gosling-acme-my_App-runner");
});

test("what a service forbids is replaced, and a hash keeps a Job's name apart from an Egg's", () => {
  expect(resourceName({ nest: "acme", unit: "my_App" }, "runner", small)).toBe("gosling-acme-my-app-runner");
  expect(resourceName({ nest: "acme", unit: "job.drift" }, "start", noDots)).toMatch(/^gosling-acme-job-drift-[0-9a-f]{8}-start$/);
});

test("a long name is cut and gets a hash; all parts of a unit are cut alike", () => {
  const names = ["runner", "states"].map((part) => resourceName({ nest: "acme", unit: "x".repeat(63) }, part, plain));
  expect(names[0]).toMatch(/^gosling-acme-x{35}-[0-9a-f]{8}-runner$/);
  expect(names[1]?.replace(/-states$/, "")).toBe(names[0]?.replace(/-runner$/, ""));
});

test("a name is within the service's limits, whatever the Nest and the unit are called", () => {
  fc.assert(
    fc.property(nest, unit, rule, fc.constantFrom("runner", "start", "longestparts"), (nestName, unitName, nameRule, part) => {
      const name = resourceName({ nest: nestName, unit: unitName }, part, nameRule);
      expect(name.length).toBeLessThanOrEqual(nameRule.limit);
      expect(name).not.toMatch(nameRule.forbidden);
      expect(name).toMatch(new RegExp(`^gosling-.*-${part}$`));
    }),
    { numRuns },
  );
});

test("two units of a Nest never share a name", () => {
  const like = fc.tuple(fc.constantFrom("job.", "job-", "job_", ""), fc.stringMatching(/^[a-zA-Z0-9_-]{1,4}$/), fc.constantFrom("", "x".repeat(59))).map((parts) => parts.join(""));
  fc.assert(
    fc.property(like, like, rule, fc.constantFrom("runner", "start"), fc.constantFrom("runner", "start"), (first, second, nameRule, firstPart, secondPart) => {
      fc.pre(sameName(first) !== sameName(second));
      expect(resourceName({ nest: "acme", unit: first }, firstPart, nameRule)).not.toBe(resourceName({ nest: "acme", unit: second }, secondPart, nameRule));
    }),
    { numRuns: numRuns * 5 },
  );
});

test("tags tell whose a resource is; an Egg's own tags stand beside them", () => {
  expect(unitTags({ nest: "acme", unit: "my-app" }, { team: "web" }, "abc")).toEqual({ team: "web", "gosling:nest": "acme", "gosling:egg": "my-app", "gosling:managed-by": "gosling", "gosling:config": "abc" });
  expect(unitTags({ nest: "acme", unit: "my-app" }, {})).not.toHaveProperty("gosling:config");
});
