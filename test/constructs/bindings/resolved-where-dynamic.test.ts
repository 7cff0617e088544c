import * as fc from "fast-check";
import { SqsQueue } from "../../../constructs/bindings/aws/sqs-queue";
import { App, LocalBackend, TerraformResource, TerraformStack, TerraformVariable, Token } from "../../../constructs/cdktf";

type Attributes = Record<string, unknown>;

/** A resource as the engine library writes it, with nothing of ours. */
class Plain extends TerraformResource {
  constructor(
    scope: TerraformStack,
    id: string,
    private readonly attributes: Attributes,
  ) {
    super(scope, id, { terraformResourceType: "aws_sqs_queue" });
  }

  protected override synthesizeAttributes(): Attributes {
    return this.attributes;
  }
}

/** The whole stack, made by ours or by the library alone. */
function stackWith(side: "ours" | "plain", attributesIn: (stack: TerraformStack) => Attributes): unknown {
  const stack = new TerraformStack(new App({ skipValidation: true, outdir: "unused" }), "stack");
  const attributes = attributesIn(stack);
  if (side === "ours") new SqsQueue(stack, "queue", attributes);
  else new Plain(stack, "queue", attributes);
  stack.prepareStack();
  return JSON.parse(JSON.stringify(stack.toTerraform()));
}

const token = (): string => Token.asString({ resolve: () => "${var.x}" });
const number = Token.asNumber({ resolve: () => 7 });
const samples: readonly [string, () => Attributes][] = [
  ["nothing", () => ({})],
  ["no token", () => ({ name: "jobs", tags: { a: "1" } })],
  ["a token", () => ({ name: token() })],
  ["a token in a string", () => ({ name: `a-${token()}-b`, policy: "{}" })],
  ["a token in a map", () => ({ name: "jobs", tags: { a: "1", b: token() } })],
  ["a token as a key", () => ({ tags: { [token()]: "1" } })],
  ["a map token", () => ({ tags: Token.asStringMap({ resolve: () => "${var.tags}" }) })],
  ["a number token", () => ({ delay_seconds: Token.asNumber({ resolve: () => "${var.delay}" }) })],
  ["a number token in a string", () => ({ name: `jobs ${number}` })],
  ["a resolvable", () => ({ fifo_queue: { resolve: () => true, creationStack: [], toString: () => "" } })],
  ["a token that gives nothing", () => ({ name: "a", policy: Token.asAny({ resolve: () => undefined }) })],
  ["templates and their escapes", () => ({ name: "${var.x}", policy: "$${x} %%{x} $$${x}", tags: { "${a}": "$${b}" } })],
  ["undefined in a map", () => ({ name: "a", tags: { a: undefined, b: "1" } })],
  ["null", () => ({ name: null })],
  ["empty ones", () => ({ name: "", tags: {} })],
];

test.each(samples)("%s: the same as from the library alone", (_, attributes) => {
  // The properties of a queue are called like its attributes, but for the underscores.
  const camel = (given: Attributes): Attributes => Object.fromEntries(Object.entries(given).map(([name, value]) => [name.replace(/_(.)/, (_match, letter: string) => letter.toUpperCase()), value]));
  expect(stackWith("ours", () => camel(attributes()))).toEqual(stackWith("plain", attributes));
});

test("any text, also such that looks like a token or a template, is the same as from the library alone", () => {
  const text = fc.array(fc.constantFrom("$", "{", "}", "%", "#", "&", "TfToken[", "x", "]", "1e300", "-1.8e+289", "Ω", "."), { maxLength: 6 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.record({ name: text, policy: text, tags: fc.dictionary(text, text, { maxKeys: 2, noNullPrototype: true }) }, { requiredKeys: [] }), (attributes) => {
      const [ours, plain] = (["ours", "plain"] as const).map((side) => {
        try {
          return stackWith(side, () => attributes);
        } catch (error) {
          return (error as Error).message.split("\n")[0];
        }
      });
      expect(ours).toEqual(plain);
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 200) },
  );
});

test("what the library itself adds is resolved: depends_on, count, overrides", () => {
  const stack = new TerraformStack(new App({ skipValidation: true, outdir: "unused" }), "stack");
  const count = new TerraformVariable(stack, "count", { type: "number" });
  const first = new SqsQueue(stack, "first", {});
  const second = new SqsQueue(stack, "second", { name: "a", count: count.numberValue, dependsOn: [first], lifecycle: { ignoreChanges: ["tags"] } });
  second.addOverride("tags.a", first.arn);
  second.addOverride("name", "b");
  const { resource } = stack.toTerraform() as { resource: { aws_sqs_queue: { second: Attributes } } };
  expect(resource.aws_sqs_queue.second).toMatchObject({
    name: "b",
    count: "${var.count}",
    depends_on: ["aws_sqs_queue.first"],
    lifecycle: { ignore_changes: ["tags"] },
    tags: { a: "${aws_sqs_queue.first.arn}" },
  });
});

test("a reference to another stack's resource becomes an output there and remote state here", () => {
  const app = new App({ skipValidation: true, outdir: "unused" });
  const [here, there] = [new TerraformStack(app, "here"), new TerraformStack(app, "there")];
  for (const stack of [here, there]) new LocalBackend(stack, { path: `${stack.node.id}.tfstate` });
  const queue = new SqsQueue(there, "queue", {});
  new SqsQueue(here, "other", { name: "a", tags: { deep: queue.arn } });
  for (const stack of [here, there]) stack.prepareStack();
  expect(JSON.stringify(here.toTerraform())).toContain('"deep":"${data.terraform_remote_state.cross-stack-reference-input-there.outputs.cross-stack-output-aws_sqs_queuequeuearn}"');
  expect(there.toTerraform()).toMatchObject({ output: { "cross-stack-output-aws_sqs_queuequeuearn": { value: "${aws_sqs_queue.queue.arn}" } } });
});

test("one resource by itself can be written as JSON", () => {
  const stack = new TerraformStack(new App({ skipValidation: true, outdir: "unused" }), "stack");
  const element = JSON.parse(JSON.stringify(new SqsQueue(stack, "queue", { name: "jobs" }).toTerraform())) as unknown;
  expect(element).toMatchObject({ resource: { aws_sqs_queue: { queue: { name: "jobs" } } } });
});
