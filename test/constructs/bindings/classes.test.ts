import { spawnSync } from "node:child_process";
import { bindings } from "../../../constructs/bindings";
import { DataAwsAmi } from "../../../constructs/bindings/aws/data-aws-ami";
import { Instance } from "../../../constructs/bindings/aws/instance";
import { AwsProvider } from "../../../constructs/bindings/aws/provider";
import { SecretsmanagerSecretVersion } from "../../../constructs/bindings/aws/secretsmanager-secret-version";
import { SecurityGroup } from "../../../constructs/bindings/aws/security-group";
import { ComputeInstance } from "../../../constructs/bindings/yandex/compute-instance";
import { YandexProvider } from "../../../constructs/bindings/yandex/provider";
import { App, TerraformIterator, TerraformOutput, TerraformStack, TerraformVariable } from "../../../constructs/cdktf";

type Body = Record<string, unknown>;
type Json = { readonly resource: Record<string, Record<string, Body>>; readonly data: Record<string, Record<string, Body>>; readonly provider: Record<string, Body[]>; readonly terraform: { readonly required_providers: Body } };

function newStack(): TerraformStack {
  return new TerraformStack(new App({ skipValidation: true, outdir: "unused" }), "stack");
}

function jsonOf(stack: TerraformStack): Json {
  return JSON.parse(JSON.stringify(stack.toTerraform())) as Json;
}

/** What a reference is in the engine's language. */
function written(stack: TerraformStack, reference: unknown): unknown {
  new TerraformOutput(stack, "written", { value: reference });
  return (stack.toTerraform() as { output: { written: { value: unknown } } }).output.written.value;
}

const machine = { resources: { cores: 2, memory: 4 }, bootDisk: {}, networkInterface: [{ subnetId: "s" }] };

describe("references", () => {
  test.each<[string, (stack: TerraformStack) => unknown, unknown]>([
    ["to text", (stack) => new Instance(stack, "it", {}).arn, "${aws_instance.it.arn}"],
    ["to a number", (stack) => new Instance(stack, "it", {}).ipv6AddressCount, "${aws_instance.it.ipv6_address_count}"],
    ["to a boolean", (stack) => new Instance(stack, "it", {}).monitoring, "${aws_instance.it.monitoring}"],
    ["to a list", (stack) => new Instance(stack, "it", {}).ipv6Addresses, "${aws_instance.it.ipv6_addresses}"],
    ["to a set", (stack) => new Instance(stack, "it", {}).vpcSecurityGroupIds, "${tolist(aws_instance.it.vpc_security_group_ids)}"],
    ["to a map", (stack) => new Instance(stack, "it", {}).tagsAll, "${aws_instance.it.tags_all}"],
    ["into a block of which there is one", (stack) => new Instance(stack, "it", {}).rootBlockDevice.volumeId, "${aws_instance.it.root_block_device[0].volume_id}"],
    ["into blocks of which there are many", (stack) => new ComputeInstance(stack, "it", machine).networkInterface.get(1).ipAddress, "${yandex_compute_instance.it.network_interface[1].ip_address}"],
    ["into a set", (stack) => new SecurityGroup(stack, "it", {}).egress.get(0).protocol, "${tolist(aws_security_group.it.egress).0.protocol}"],
    ["to a data source", (stack) => new DataAwsAmi(stack, "it", {}).imageId, "${data.aws_ami.it.image_id}"],
    ["to the whole", (stack) => new Instance(stack, "it", {}).fqn, "${aws_instance.it}"],
  ])("%s", (_, reference, expected) => {
    const stack = newStack();
    expect(written(stack, reference(stack))).toBe(expected);
  });

  test("to one of what was made with forEach, and to all", () => {
    const stack = newStack();
    const instance = new Instance(stack, "it", { forEach: "${var.runners}" });
    expect(written(stack, [instance.at("each.key").arn, instance.at('"a"').rootBlockDevice.volumeId, instance.id])).toEqual([
      "${aws_instance.it[each.key].arn}",
      '${aws_instance.it["a"].root_block_device[0].volume_id}',
      "${values(aws_instance.it)[*].id}",
    ]);
  });

  test("a write-only attribute can't be read", () => {
    const version = new SecretsmanagerSecretVersion(newStack(), "it", { secretId: "s", secretStringWo: "x", secretStringWoVersion: 1 });
    expect("secretStringWo" in version).toBe(false);
    expect("secretStringWoVersion" in version).toBe(true);
  });
});

describe("what every resource takes", () => {
  test("count, depends_on, provider, lifecycle, provisioners, connection", () => {
    const stack = newStack();
    const provider = new AwsProvider(stack, "aws", { alias: "north" });
    const group = new SecurityGroup(stack, "group", {});
    new Instance(stack, "it", {
      count: 2,
      dependsOn: [group],
      provider,
      lifecycle: { ignoreChanges: ["ami"], createBeforeDestroy: true },
      provisioners: [{ type: "local-exec", command: "true", environment: { camelCase: "1" } }],
      connection: { type: "ssh", host: "h" },
    });
    const { "//": _, ...body } = jsonOf(stack).resource["aws_instance"]?.["it"] ?? {};
    expect(body).toEqual({
      count: 2,
      depends_on: ["aws_security_group.group"],
      provider: "aws.north",
      lifecycle: { ignore_changes: ["ami"], create_before_destroy: true },
      provisioner: [{ "local-exec": { command: "true", environment: { camelCase: "1" } } }],
      connection: { type: "ssh", host: "h" },
    });
  });

  test("for_each: an expression, or the library's iterators", () => {
    const stack = newStack();
    const names = TerraformIterator.fromList(new TerraformVariable(stack, "names", { type: "list(string)" }).listValue);
    new Instance(stack, "a", { forEach: "${var.runners}", userData: "${each.key}" });
    new Instance(stack, "b", { forEach: names, userData: names.value as string });
    const { a, b } = jsonOf(stack).resource["aws_instance"] ?? {};
    expect([a?.["for_each"], a?.["user_data"]]).toEqual(["${var.runners}", "${each.key}"]);
    expect([b?.["for_each"], b?.["user_data"]]).toEqual(["${toset(var.names)}", "${each.value}"]);
  });

  test("blocks from an iterator", () => {
    const stack = newStack();
    const subnets = TerraformIterator.fromList(new TerraformVariable(stack, "subnets", { type: "list(string)" }).listValue);
    new ComputeInstance(stack, "it", { ...machine, networkInterface: subnets.dynamic({ subnet_id: subnets.value }) });
    expect(jsonOf(stack).resource["yandex_compute_instance"]?.["it"]?.["dynamic"]).toEqual({
      network_interface: { for_each: "${toset(var.subnets)}", iterator: expect.any(String) as unknown, content: { subnet_id: expect.stringContaining(".value}") as unknown } },
    });
  });

  test("escape hatches: overrides and another name", () => {
    const stack = newStack();
    const instance = new Instance(stack, "it", { rootBlockDevice: { volumeSize: 8 } });
    instance.overrideLogicalId("runner");
    instance.addOverride("root_block_device.volume_size", 9);
    expect(instance.terraformAddress).toBe("aws_instance.runner");
    expect(jsonOf(stack).resource["aws_instance"]?.["runner"]).toMatchObject({ root_block_device: { volume_size: 9 } });
  });

  test("import and move are the library's", () => {
    const stack = newStack();
    new SecurityGroup(stack, "it", {}).importFrom("sg-1");
    expect(stack.toTerraform()).toMatchObject({ import: [{ id: "sg-1", to: "aws_security_group.it" }] });
    new Instance(stack, "from", { ami: "a" }).moveTo("target");
    new Instance(stack, "to", { ami: "a" }).addMoveTarget("target");
    expect(stack.toTerraform()).toMatchObject({ moved: [{ from: "aws_instance.from", to: "aws_instance.to" }] });
    expect(Object.keys(jsonOf(stack).resource["aws_instance"] ?? {})).toEqual(["to"]);
  });
});

describe("providers", () => {
  test("ask for their source and the version that the classes were made for, or the one that is given", () => {
    const stack = newStack();
    new AwsProvider(stack, "aws", { region: "eu-central-1", defaultTags: [{ tags: { camelCase: "1" } }] });
    new YandexProvider(stack, "yandex", { version: ">= 0.200" });
    const { terraform, provider } = jsonOf(stack);
    expect(terraform.required_providers).toEqual({ aws: { source: "hashicorp/aws", version: expect.stringMatching(/^~> 6\.\d+$/) as unknown }, yandex: { source: "yandex-cloud/yandex", version: ">= 0.200" } });
    expect(provider["aws"]).toEqual([{ region: "eu-central-1", default_tags: [{ tags: { camelCase: "1" } }] }]);
  });

  test("where a stack has none, synthesis says which is missing", () => {
    const stack = newStack();
    new Instance(stack, "it", {});
    expect(stack.node.validate().join()).toContain("aws");
  });
});

test("types and classes are reached through one name", () => {
  const config: bindings.aws.SqsQueueConfig = { name: "jobs" };
  const queue: bindings.aws.SqsQueue = new bindings.aws.SqsQueue(newStack(), "it", config);
  expect(queue).toBeInstanceOf(bindings.aws.SqsQueue);
  expect(bindings.yandex.MessageQueue.tfResourceType).toBe("yandex_message_queue");
});

test("nothing is loaded before it is asked for", () => {
  const program = `
    require("@swc/core");
    const { transformFileSync } = require("@swc/core");
    require.extensions[".ts"] = (module, file) => module._compile(transformFileSync(file, { module: { type: "commonjs" }, jsc: { target: "es2022", parser: { syntax: "typescript" } } }).code, file);
    const { bindings } = require("./constructs/bindings/index.ts");
    const loaded = () => Object.keys(require.cache).map((file) => file.replace(/.*bindings./, "")).filter((file) => /^(aws|yandex)/.test(file) && !file.endsWith("index.ts"));
    const before = loaded();
    bindings.yandex.MessageQueue;
    console.log(JSON.stringify([before, loaded().sort()]));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", program], { cwd: `${__dirname}/../../..`, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toBe(`${JSON.stringify([[], ["yandex/description.ts", "yandex/message-queue.ts"]])}\n`);
});

/** Never called: the compiler checks it with the tests (`npx projen typecheck`). */
export function typesHold(stack: TerraformStack): readonly unknown[] {
  const instance = new Instance(stack, "it", { ami: "a", monitoring: "${var.monitoring}", vpcSecurityGroupIds: "${var.groups}", rootBlockDevice: { volumeSize: 8 } });
  const text: string = instance.rootBlockDevice.volumeId;
  const list: string[] = instance.vpcSecurityGroupIds;
  const map: Record<string, string> = instance.at("each.key").tagsAll;
  const many: string = new ComputeInstance(stack, "many", machine).networkInterface.get(0).ipAddress;
  return [
    text,
    list,
    map,
    many,
    // @ts-expect-error -- a misspelt argument
    new Instance(stack, "a", { amii: "a" }),
    // @ts-expect-error -- what only the provider fills
    new Instance(stack, "b", { arn: "a" }),
    // @ts-expect-error -- text that is no expression, where a boolean is wanted
    new Instance(stack, "c", { monitoring: "yes" }),
    // @ts-expect-error -- a list where one block is allowed
    new Instance(stack, "d", { rootBlockDevice: [{ volumeSize: 8 }] }),
    // @ts-expect-error -- a required argument is missing
    new SecretsmanagerSecretVersion(stack, "e", {}),
    // @ts-expect-error -- a required configuration is missing
    new ComputeInstance(stack, "f"),
    // @ts-expect-error -- what is write-only can't be read
    new SecretsmanagerSecretVersion(stack, "g", { secretId: "s" }).secretStringWo,
    // @ts-expect-error -- a reference that doesn't exist
    instance.rootBlockDevice.volumeName,
  ];
}
