import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkStack, problemText, type SynthesizedStack } from "../../constructs/bindings/schema-check";
import { rehearse } from "../../src/rehearsal";
import { outcomeOf } from "../support/rehearsed";
import { describeWithEngines } from "../support/engines";
import { folderWith } from "../support/folder";
import { readable } from "../support/readable-stack";

const ROOT = join(__dirname, "../..");
/** What the example's package.json asks for; a test installs nothing. */
const INSTALLED = ["@cdktf/provider-null", "cdktf", "constructs", "@types/node", "typescript"];

interface Stack extends SynthesizedStack {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly provider: Readonly<Record<string, unknown>>;
  readonly terraform: { readonly required_providers: Readonly<Record<string, unknown>> };
}

let stack: Stack;

/** The program as its author has it: a folder of its own with the packages that it asks for. */
beforeAll(() => {
  const app = folderWith({});
  cpSync(join(ROOT, "examples/constructs-app"), app, { recursive: true });
  const asked = JSON.parse(readFileSync(join(app, "package.json"), "utf8")) as { dependencies: object; devDependencies: object };
  expect(Object.keys({ ...asked.dependencies, ...asked.devDependencies }).sort()).toEqual([...INSTALLED, "gosling"].sort());
  for (const name of [...INSTALLED, "gosling"]) {
    const link = join(app, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(name === "gosling" ? ROOT : join(ROOT, "node_modules", name), link, "dir");
  }
  const run = (...args: readonly string[]): void => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: app, encoding: "utf8", env: { PATH: process.env["PATH"], HOME: app } });
    expect({ status, said: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, said: "" });
  };
  run(join(ROOT, "node_modules/typescript/bin/tsc"));
  run("main.js");
  stack = JSON.parse(readFileSync(join(app, "cdktf.out/stacks/ci/cdk.tf.json"), "utf8")) as Stack;
}, 120_000);

/** Without what a program's author has from elsewhere. */
function ours({ resource, provider, terraform, ...rest }: Stack): Stack {
  const without = <T extends object>(all: T, ...names: readonly string[]): T => Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name))) as T;
  return { ...rest, resource: without(resource, "null_resource"), provider: without(provider, "null"), terraform: { ...terraform, required_providers: without(terraform.required_providers, "null") } };
}

test("compiles, and what it makes on AWS fits the provider's schema", () => {
  expect(checkStack(ours(stack)).map(problemText)).toEqual([]);
  expect(stack.provider).toEqual({ aws: [{ region: "eu-central-1" }], null: [{}] });
});

test("a resource of another package refers to the runners' security group and the cache's name", () => {
  const groups = Object.keys(stack.resource["aws_security_group"] ?? {});
  expect(stack.resource["null_resource"]?.["firewall"]?.["triggers"]).toEqual({ runners: `\${aws_security_group.${groups.find((name) => name.startsWith("runners_"))}.id}`, cache: "main.rift.acme.gosling.internal" });
});

test("its stack is what it was; npx jest test/e2e/constructs-app -u takes over what has changed", () => {
  const { "//": _, ...content } = stack as Stack & { readonly "//"?: unknown };
  // Where the program lies is in the library's own remarks.
  expect(readable(JSON.parse(JSON.stringify(content, (key, value: unknown) => (key === "//" ? undefined : value))))).toMatchSnapshot();
});

describeWithEngines("what it makes on AWS, rehearsed", (engine) => {
  test("comes up and goes without a trace", async () => {
    const { terraform, ...rest } = ours(stack);
    const folder = folderWith({ "cdk.tf.json": JSON.stringify({ ...rest, terraform: { ...terraform, backend: { local: {} } } }) });
    expect(outcomeOf(await rehearse(folder, { engine: { ...engine, origin: "path" }, env: { PATH: process.env["PATH"], HOME: folder } }))).toMatchObject({ outcome: "passed" });
  });
});
