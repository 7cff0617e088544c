import * as fc from "fast-check";
import { bindings } from "../../../constructs/bindings";
import { type SchemaProblem, type SynthesizedStack, checkStack, problemText } from "../../../constructs/bindings/schema-check";
import { SCHEMA_NAMES, loadSchema } from "../../../constructs/bindings/schemas";
import { App, TerraformStack } from "../../../constructs/cdktf";
import { type ElementClass, ourClass } from "./our-classes";
import { type Config, anyConfig, sampleConfig } from "./sample-config";

const RUNS = Number(process.env["FC_RUNS"] ?? 10);

function check(stack: SynthesizedStack): readonly Pick<SchemaProblem, "kind" | "place">[] {
  return checkStack(stack).map(({ kind, place }) => ({ kind, place }));
}

/** A stack with one queue. */
function queue(body: object): SynthesizedStack {
  return { resource: { aws_sqs_queue: { jobs: body } } };
}

function instance(body: object): SynthesizedStack {
  return { resource: { yandex_compute_instance: { runner: { boot_disk: {}, network_interface: [{ subnet_id: "s" }], resources: { cores: 2, memory: 4 }, ...body } } } };
}

describe("what the classes make has no problem", () => {
  const types = SCHEMA_NAMES.flatMap((provider) => {
    const { resource_schemas: resources, data_source_schemas: dataSources } = loadSchema(provider);
    return [
      ...Object.entries(resources).map(([type, { block }]) => ({ provider, type, top: "resource" as const, block })),
      ...Object.entries(dataSources).map(([type, { block }]) => ({ provider, type, top: "data" as const, block })),
    ];
  });

  test.each(types)("$top $type", ({ provider, type, top, block }) => {
    const Class = ourClass(provider, type, top);
    const problemsOf = (config: Config): readonly string[] => checkStack(synthesized(Class, config)).map(problemText);
    expect(problemsOf(sampleConfig(block, "minimal", top))).toEqual([]);
    expect(problemsOf(sampleConfig(block, "full", top))).toEqual([]);
    fc.assert(
      fc.property(anyConfig(block, top), (config) => {
        expect(problemsOf(config)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});

function synthesized(Class: ElementClass, config: Config): SynthesizedStack {
  const stack = new TerraformStack(new App({ skipValidation: true, outdir: "unused" }), "stack");
  new Class(stack, "it", config);
  return stack.toTerraform() as SynthesizedStack;
}

describe("attributes", () => {
  test("one that the schema doesn't have", () => {
    expect(check(queue({ nmae: "jobs" }))).toEqual([{ kind: "unknown attribute", place: "aws_sqs_queue.jobs.nmae" }]);
  });

  test("one that is required", () => {
    expect(check({ resource: { aws_iam_role: { r: {} } } })).toEqual([{ kind: "missing attribute", place: "aws_iam_role.r.assume_role_policy" }]);
    expect(check({ resource: { aws_iam_role: { r: { assume_role_policy: null } } } })).toHaveLength(1);
  });

  test("one that only the provider can set", () => {
    expect(check(queue({ arn: "arn:aws:sqs:eu-central-1:123456789012:jobs" }))).toEqual([{ kind: "computed attribute", place: "aws_sqs_queue.jobs.arn" }]);
    expect(check(queue({ id: "x" }))).toEqual([{ kind: "computed attribute", place: "aws_sqs_queue.jobs.id" }]);
    expect(check({ data: { aws_vpc: { v: { id: "vpc-1" } } } })).toEqual([]);
  });

  test.each<[string, object, number]>([
    ["a number", { delay_seconds: 3 }, 0],
    ["a number as text", { delay_seconds: "3" }, 0],
    ["text for a number", { delay_seconds: "soon" }, 1],
    ["true for a number", { delay_seconds: true }, 1],
    ["an expression for a number", { delay_seconds: "${var.delay}" }, 0],
    ["text with an expression in it for a number", { delay_seconds: "about ${var.delay}" }, 1],
    ["a boolean as text", { fifo_queue: "true" }, 0],
    ["a number for a boolean", { fifo_queue: 1 }, 1],
    ["a number for text", { name: 7 }, 0],
    ["a list for text", { name: ["jobs"] }, 1],
    ["a map", { tags: { "gosling:egg": "web", Team: 7 } }, 0],
    ["a list for a map", { tags: ["web"] }, 1],
    ["an object in a map of text", { tags: { a: {} } }, 1],
  ])("%s", (_, body, problems) => {
    expect(check(queue(body)).map(({ kind }) => kind)).toEqual(Array(problems).fill("wrong type"));
  });

  test("text for a list, and what is wrong inside one", () => {
    expect(check({ resource: { aws_vpc_endpoint: { e: { vpc_id: "v", subnet_ids: "subnet-1" } } } })).toEqual([{ kind: "wrong type", place: "aws_vpc_endpoint.e.subnet_ids" }]);
    expect(check({ resource: { aws_vpc_endpoint: { e: { vpc_id: "v", subnet_ids: ["subnet-1", ["x"]] } } } })).toEqual([{ kind: "wrong type", place: "aws_vpc_endpoint.e.subnet_ids[1]" }]);
  });

  test("an object that lacks a key", () => {
    const [first, ...others] = check({ resource: { aws_security_group: { s: { egress: [{ protocol: "-1" }] } } } });
    expect(first).toEqual({ kind: "missing attribute", place: "aws_security_group.s.egress[0].cidr_blocks" });
    expect(others).toHaveLength(7);
  });

  test("attributes with attributes of their own", () => {
    expect(check(instance({ placement_policy: { host_affinity_rules: [{ key: "k", op: "IN", values: [] }] } }))).toEqual([]);
    const folder = (timeouts: unknown): SynthesizedStack => ({ resource: { yandex_resourcemanager_folder: { f: { name: "n", cloud_id: "c", timeouts } } } });
    expect(check(folder({ create: "1m" }))).toEqual([]);
    expect(check(folder("${var.timeouts}"))).toEqual([]);
    expect(check(folder({ make: "1m" }))).toEqual([{ kind: "unknown attribute", place: "yandex_resourcemanager_folder.f.timeouts.make" }]);
    expect(check(folder({ create: ["1m"] }))).toEqual([{ kind: "wrong type", place: "yandex_resourcemanager_folder.f.timeouts.create" }]);
    expect(check(folder("1m"))).toEqual([{ kind: "wrong nesting", place: "yandex_resourcemanager_folder.f.timeouts" }]);
  });
});

describe("blocks", () => {
  test("one that is missing", () => {
    expect(check({ resource: { yandex_compute_instance: { runner: {} } } })).toEqual(
      ["boot_disk", "network_interface", "resources"].map((name) => ({ kind: "missing block", place: `yandex_compute_instance.runner.${name}` })),
    );
  });

  test("two where one is allowed", () => {
    expect(check(instance({ boot_disk: [{}, {}] }))).toEqual([{ kind: "too many blocks", place: "yandex_compute_instance.runner.boot_disk" }]);
  });

  test("one written as a list of one", () => {
    expect(check(instance({ boot_disk: [{ auto_delete: true }] }))).toEqual([]);
  });

  test("text in place of one", () => {
    expect(check(instance({ boot_disk: "disk" }))).toEqual([{ kind: "wrong nesting", place: "yandex_compute_instance.runner.boot_disk" }]);
  });

  test("what is wrong inside", () => {
    expect(check(instance({ network_interface: [{ subnet_id: "s" }, { subnet_id: "s", subnet: "s" }] }))).toEqual([{ kind: "unknown attribute", place: "yandex_compute_instance.runner.network_interface[1].subnet" }]);
  });

  test("those that the engine makes from a list", () => {
    const dynamic = (content: object): SynthesizedStack => instance({ network_interface: undefined, dynamic: { network_interface: { for_each: "${var.subnets}", content } } });
    expect(check(dynamic({ subnet_id: "${network_interface.value}" }))).toEqual([]);
    expect(check(dynamic({ subnet_id: "s", subnet: "${network_interface.value}" }))).toEqual([{ kind: "unknown attribute", place: "yandex_compute_instance.runner.dynamic.network_interface.content.subnet" }]);
  });
});

describe("the stack", () => {
  test("the engine's own arguments are known", () => {
    const provisioner = [{ "local-exec": { command: "true" } }];
    expect(check(queue({ count: 1, depends_on: ["aws_sqs_queue.other"], provider: "aws.other", lifecycle: { ignore_changes: ["name"] }, provisioner, "//": { metadata: {} } }))).toEqual([]);
    expect(check({ data: { aws_region: { r: { provisioner } } } })).toEqual([{ kind: "unknown attribute", place: "data.aws_region.r.provisioner" }]);
  });

  test("a type that isn't in the schema", () => {
    expect(check({ resource: { aws_sqs_que: { jobs: {} } } })).toEqual([{ kind: "unknown type", place: "aws_sqs_que.jobs" }]);
  });

  test("resources of other providers, and the engine's own, are left alone", () => {
    expect(check({ resource: { null_resource: { x: { anything: 1 } }, terraform_data: { y: { input: {} } } } })).toEqual([]);
  });

  test("a provider's configuration", () => {
    expect(check({ provider: { aws: [{ region: "eu-central-1", alias: "a" }, { zone: "a" }], yandex: { token: ["x"] } } })).toEqual([
      { kind: "unknown attribute", place: "provider.aws[1].zone" },
      { kind: "wrong type", place: "provider.yandex[0].token" },
    ]);
  });

  test("a problem tells the construct that it came from", () => {
    const stack = new TerraformStack(new App({ skipValidation: true, outdir: "unused" }), "web");
    new bindings.aws.SqsQueue(stack, "jobs", {}).addOverride("nmae", "jobs");
    expect(checkStack(stack.toTerraform() as SynthesizedStack).map(problemText)).toEqual(['aws_sqs_queue.jobs.nmae (web/jobs): there is no "nmae" here']);
  });
});
