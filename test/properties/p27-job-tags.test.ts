import fc from "fast-check";
import { EggStack } from "../../constructs";
import { renderStack } from "../../src/synth/render-stack";
import { newApp } from "../constructs/egg-props";
import { eggOn, portableEgg } from "../support/cloud-egg";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

/** Every text of a stack, with texts inside of texts (a configuration in user data) unpacked once more. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

describe("P27: a runner has all tags that jobs ask its Egg for", () => {
  test.each(["aws", "yandex"] as const)("P27: what a runner on %s is told holds the Egg's tags, all and no others, in their order", (cloud) => {
    fc.assert(
      fc.property(portableEgg, (egg) => {
        const stack = new EggStack(newApp(), "egg", { egg: eggOn(egg, cloud) });
        expect(stack.unit.configuration.tags).toEqual(egg.runner.tags);
        // The stack itself tells it to the machine or the container, however deep it is quoted there.
        const told = textsOf(JSON.parse(renderStack(stack))).map((text) => text.replaceAll("\\", ""));
        expect(told.some((text) => text.includes(`"tags":${JSON.stringify(egg.runner.tags)}`))).toBe(true);
      }),
      { numRuns },
    );
  });
});
