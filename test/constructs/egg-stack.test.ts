import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EggStack, TerraformData } from "../../constructs";
import { TerraformOutput } from "../../constructs/cdktf";
import { renderStack } from "../../src/synth/render-stack";
import { bucket, egg, jsonOf, newApp, newStack, type StackJson } from "./egg-props";

test("a stack has an explicit backend inside the Nest and no absolute path", () => {
  const json = renderStack(new EggStack(newApp(), "my-app", { egg }));
  expect((JSON.parse(json) as StackJson).terraform).toEqual({ backend: { local: { path: "../../../.gosling/state/my-app.tfstate" } }, required_version: ">= 1.8.0" });
  expect(json).not.toContain(process.cwd());
});

test("its state and the version of its engine can be chosen", () => {
  expect(jsonOf(new EggStack(newApp(), "my-app", { egg, statePath: "my.tfstate", engineVersion: "1.12.6" })).terraform).toEqual({ backend: { local: { path: "my.tfstate" } }, required_version: "1.12.6" });
  expect(jsonOf(new EggStack(newApp(), "my-app", { egg: { ...egg, tofu: { version: "1.10.6" } } })).terraform).toMatchObject({ required_version: "1.10.6" });
});

test("it tells its revision and its machines", () => {
  const stack = new EggStack(newApp(), "team", { bucket });
  expect(jsonOf(stack).output).toMatchObject({ revision: { value: stack.unit.revision }, machines: { value: expect.stringContaining("terraform_data.runner") as string } });
});

test("a further shard makes its own runners and checks the limits of all", () => {
  const { variable, resource } = jsonOf(new EggStack(newApp(), "my-app.2", { egg: { ...egg, shard: 2, runner: { ...egg.runner, concurrent: 150 } } }));
  expect(resource.terraform_data["runner"]?.for_each).toContain("runner.shard == 2");
  expect(variable["runners"]?.validation.map(({ condition }) => condition)).toContain("${length(var.runners) <= 150}");
});

test("App.synth() of a program of one's own writes the same stack", () => {
  const app = newApp();
  const stack = new EggStack(app, "my-app", { egg });
  const ours = jsonOf(stack);
  app.synth();
  const theirs = JSON.parse(readFileSync(join(app.outdir, "stacks/my-app/cdk.tf.json"), "utf8")) as StackJson & { "//": unknown };
  for (const resource of Object.values(theirs.resource.terraform_data)) delete (resource as { "//"?: unknown })["//"];
  expect(theirs).toEqual({ ...ours, "//": theirs["//"] });
});

test("a stack that holds tokens of the library comes out as one that holds none", () => {
  const plain = new EggStack(newApp(), "my-app", { egg });
  new TerraformData(plain, "first", { input: { a: 1 } });
  new TerraformOutput(plain, "id", { value: "${terraform_data.first.id}" });
  const tokens = new EggStack(newApp(), "my-app", { egg });
  const first = new TerraformData(tokens, "first", { input: { a: 1 } });
  new TerraformOutput(tokens, "id", { value: first.id });
  expect(renderStack(tokens)).toBe(renderStack(plain));
});

describe("terraform_data", () => {
  test("starts no engine while it is made", () => {
    const path = process.env["PATH"];
    process.env["PATH"] = "";
    try {
      const stack = newStack();
      new TerraformData(stack, "data", { input: "x" });
      expect(() => stack.runAllValidations()).not.toThrow();
    } finally {
      process.env["PATH"] = path;
    }
  });

  test("takes what the engine's resource takes", () => {
    const stack = newStack();
    const first = new TerraformData(stack, "first", { input: { list: [1, null, true] }, triggersReplace: ["a"] });
    new TerraformData(stack, "second", {
      forEach: "${toset([1])}",
      dependsOn: [first],
      input: first.output,
      lifecycle: { createBeforeDestroy: true, preventDestroy: false, precondition: [{ condition: "${true}", errorMessage: "never" }] },
    });
    expect(jsonOf(stack).resource.terraform_data).toEqual({
      first: { input: { list: [1, null, true] }, triggers_replace: ["a"] },
      second: {
        for_each: "${toset([1])}",
        depends_on: ["terraform_data.first"],
        input: "${terraform_data.first.output}",
        lifecycle: { create_before_destroy: true, prevent_destroy: false, precondition: [{ condition: "${true}", error_message: "never" }] },
      },
    });
  });
});
