import { Interrupts } from "../../src/engine";
import { describeWithOneEngine } from "../support/engines";
import { failure, provider, rehearsedStack } from "./rehearsed-stack";

const machine = { ami: "ami-1", instance_type: "m7i.large" };
const three = { resource: { aws_instance: { a: { ...machine, for_each: '${toset(["x", "y", "z"])}', tags: { Name: "${each.key}" } } } } };
const named = (name: string) => (attributes: { readonly [name: string]: unknown }) => (attributes["tags"] as { Name?: string } | null)?.Name === name;

describeWithOneEngine("a cloud that", (engine) => {
  test("fails to create one object: the others are made, the next apply makes it", async () => {
    const cloud = await provider();
    cloud.world.inject({ kind: "fail", operation: "create", type: "aws_instance", where: named("y"), message: "InsufficientInstanceCapacity" });
    const stack = rehearsedStack(engine, cloud, three);
    const { diagnostics, resources } = await failure(stack.apply({}));
    expect(diagnostics).toMatchObject([{ detail: "InsufficientInstanceCapacity", address: 'aws_instance.a["y"]' }]);
    expect(resources.map(({ outcome }) => outcome).sort()).toEqual(["complete", "complete", "errored"]);
    expect(cloud.world.objects()).toHaveLength(2);
    expect(await stack.apply({})).toMatchObject({ summary: { add: 1, change: 0, remove: 0 } });
    expect(cloud.world.objects()).toHaveLength(3);
  });

  test("makes an object and fails then: it is tainted, and replaced by the next apply", async () => {
    const cloud = await provider();
    cloud.world.inject({ kind: "fail", operation: "create", type: "aws_instance", where: named("y"), message: "timeout while waiting", leaves: "object" });
    const stack = rehearsedStack(engine, cloud, three);
    await failure(stack.apply({}));
    expect((await stack.resources()).filter(({ tainted }) => tainted).map(({ key }) => key)).toEqual(["y"]);
    expect((await stack.plan()).changes).toMatchObject([{ action: "replace", reason: "tainted" }]);
    await stack.apply({});
    expect(cloud.world.objects()).toHaveLength(3);
    expect((await stack.plan()).empty).toBe(true);
  });

  test("makes an object that nobody is told of: it is left over after the destroy", async () => {
    const cloud = await provider();
    cloud.world.inject({ kind: "fail", operation: "create", type: "aws_instance", where: named("y"), message: "connection reset", leaves: "orphan" });
    const stack = rehearsedStack(engine, cloud, three);
    await failure(stack.apply({}));
    await stack.apply({});
    expect(cloud.world.objects()).toHaveLength(4);
    await stack.destroy();
    expect(cloud.world.objects().map(({ attributes }) => named("y")(attributes))).toEqual([true]);
  });

  test("fails to change and to remove: the object stays as it was", async () => {
    const cloud = await provider();
    const one = (tags: object) => ({ resource: { aws_sqs_queue: { a: { name: "a", tags } } } });
    const stack = rehearsedStack(engine, cloud, one({ v: "1" }));
    await stack.apply({});
    cloud.world.inject({ kind: "fail", operation: "update", type: "aws_sqs_queue", message: "AccessDenied" });
    cloud.world.inject({ kind: "fail", operation: "delete", type: "aws_sqs_queue", message: "AccessDenied" });
    stack.configure(one({ v: "2" }));
    expect((await failure(stack.apply({}))).message).toContain("AccessDenied");
    expect(cloud.world.objects()[0]?.attributes["tags"]).toEqual({ v: "1" });
    expect((await stack.resources())[0]?.values["tags"]).toEqual({ v: "1" });
    expect((await failure(stack.destroy())).message).toContain("AccessDenied");
    expect(cloud.world.objects()).toHaveLength(1);
    await stack.destroy();
    expect(cloud.world.objects()).toEqual([]);
  });

  test("can't be read: nothing is planned", async () => {
    const cloud = await provider();
    const stack = rehearsedStack(engine, cloud, three);
    await stack.apply({});
    cloud.world.inject({ kind: "fail", operation: "read", type: "aws_instance", message: "ExpiredToken" });
    expect((await failure(stack.plan())).message).toContain("ExpiredToken");
    expect((await stack.plan()).empty).toBe(true);
  });

  test("throttles is tried again, as often as the provider is told", async () => {
    const cloud = await provider();
    const queue = (maxRetries: number) => ({ provider: { aws: [{ region: "eu-central-1", max_retries: maxRetries }] }, resource: { aws_sqs_queue: { a: { name: "a" } } } });
    cloud.world.inject({ kind: "throttle", operation: "create", type: "aws_sqs_queue", times: 5 });
    const stack = rehearsedStack(engine, cloud, queue(2));
    expect((await failure(stack.apply({}))).message).toContain("rate exceeded, 3 attempts");
    await stack.apply({});
    expect(cloud.world.journal.map(({ event }) => event)).toEqual(["throttled", "throttled", "throttled", "throttled", "throttled", "created"]);
  });

  test("hangs answers when it is let go", async () => {
    const cloud = await provider();
    const hanging = cloud.world.inject({ kind: "hang", operation: "create", type: "aws_instance", where: named("y") });
    const stack = rehearsedStack(engine, cloud, three);
    const applying = stack.apply({});
    await hanging.struck;
    expect(cloud.world.objects().some(({ attributes }) => named("y")(attributes))).toBe(false);
    hanging.release();
    expect(await applying).toMatchObject({ summary: { add: 3 } });
  });

  test("hangs lets an interrupt through: what was made is in the state, the rest comes with the next apply", async () => {
    const cloud = await provider();
    const interrupts = new Interrupts();
    const hanging = cloud.world.inject({ kind: "hang", operation: "create", type: "aws_instance", where: named("y") });
    const stack = rehearsedStack(engine, cloud, three, { interrupts });
    const applying = failure(stack.apply({}));
    await hanging.struck;
    interrupts.request();
    expect(await applying).toMatchObject({ code: "INTERRUPTED", stateSaved: true });
    expect(cloud.world.journal.filter(({ event }) => event === "cancelled")).toHaveLength(1);
    const again = rehearsedStack(engine, cloud, three, { folder: stack.folder });
    await again.apply({});
    expect(cloud.world.objects()).toHaveLength(3);
    expect((await again.plan()).empty).toBe(true);
  });

  test.each([
    ["before it has made the object: there is one in the end", false, 1],
    ["after it has made the object: there are two in the end, and nobody knows the first", true, 2],
  ])("a provider dies on %s", async (_, done, count) => {
    const cloud = await provider();
    const crash = cloud.world.inject({ kind: "crash", operation: "create", type: "aws_instance", where: named("y"), done });
    const stack = rehearsedStack(engine, cloud, three);
    await failure(stack.apply({}));
    expect(crash.strikes).toBe(1);
    await stack.apply({});
    expect((await stack.plan()).empty).toBe(true);
    expect(cloud.world.objects().filter(({ attributes }) => named("y")(attributes))).toHaveLength(count);
    expect(await stack.resources()).toHaveLength(3);
  });

  test("an engine is killed in: the next one finds the state and goes on", async () => {
    const cloud = await provider();
    const interrupts = new Interrupts();
    const hanging = cloud.world.inject({ kind: "hang", operation: "create", type: "aws_sqs_queue" });
    const parts = { resource: { aws_iam_role: { first: { name: "first", assume_role_policy: "{}" } }, aws_sqs_queue: { second: { name: "second", tags: { after: "${aws_iam_role.first.arn}" } } } } };
    const stack = rehearsedStack(engine, cloud, parts, { interrupts });
    const applying = failure(stack.apply({}));
    await hanging.struck;
    for (let count = 0; count < 3; count++) interrupts.request();
    expect(await applying).toMatchObject({ code: "INTERRUPTED", stateSaved: "unknown" });
    hanging.release();

    const again = rehearsedStack(engine, cloud, parts, { folder: stack.folder });
    const plan = await again.plan();
    expect(plan.changes.map(({ action, resource }) => `${action} ${resource.address}`)).toContain("create aws_sqs_queue.second");
  });
});
