import { checkDeployable } from "../../src/deploy/check-deployable";
import type { Nest } from "../../src/nest/model";
import { unitsOf } from "../../src/synth";
import { eggNamed, local, nestOf, riftNamed } from "../synth/model-nest";

const cloudy = eggNamed("cloudy", { cloud: { ...local, provider: "aws", region: "eu-central-1" } });

function check(nest: Nest, names?: readonly string[]): void {
  checkDeployable(nest, unitsOf(nest).filter(({ name }) => names?.includes(name) ?? true), names === undefined);
}

test("the local cloud with local state is deployed", () => {
  expect(() => check(nestOf("/nest", { eggs: [eggNamed("a")] }))).not.toThrow();
});

test("what can't be deployed yet is told all at once, with its place and a way out", () => {
  const nest = nestOf("/nest", { eggs: [cloudy, eggNamed("a")], rifts: [riftNamed("main")] });
  expect(() => check(nest)).toThrow(
    expect.objectContaining({
      code: "NOT_SUPPORTED",
      message: 'This version can\'t deploy all of this yet, and has changed nothing:\n  Eggs/cloudy/config.fly:3: egg "cloudy" on aws\n  rifts.fly:7: rift "main"',
      hint: "It deploys what runs on the local cloud: --target a",
    }),
  );
  expect(() => check(nest, ["a"])).not.toThrow();
});

test.each(["s3", "gitlab"] as const)("state in %s is refused, whatever is deployed", (backend) => {
  const nest = nestOf("/nest", { eggs: [eggNamed("a")], values: { state: { backend, bucket: "b", region: "r" } } });
  expect(() => check(nest, ["a"])).toThrow(expect.objectContaining({ code: "NOT_SUPPORTED", message: expect.stringContaining(`nest.fly: state in backend "${backend}"`) as string }));
});
