import { describeWithEngines, testOnce } from "../support/engines";
import { failure, provider, rehearsedStack } from "./rehearsed-stack";

const machine = { ami: "ami-1", instance_type: "m7i.large", tags: { Name: "a" } };
const instance = (changes: Readonly<Record<string, unknown>> = {}) => ({ resource: { aws_instance: { a: { ...machine, ...changes } } } });
const disk = (changes: Readonly<Record<string, unknown>> = {}) => ({ resource: { yandex_compute_disk: { a: { name: "a", size: 10, zone: "ru-central1-a", ...changes } } } });
const actions = ({ changes }: { readonly changes: readonly { readonly resource: { readonly address: string }; readonly action: string }[] }) => changes.map(({ resource, action }) => `${action} ${resource.address}`);

describeWithEngines("an object of a rehearsed cloud", (engine) => {
  test.each([
    ["aws_instance", instance, { instance_type: "m7i.xlarge" }, { ami: "ami-2" }],
    ["yandex_compute_disk", disk, { size: 20 }, { zone: "ru-central1-b" }],
  ] as const)("%s is created, changed in place, replaced, and removed", async (type, configured, inPlace, anew) => {
    const { world, environment, ...rest } = await provider();
    const stack = rehearsedStack(engine, { world, environment, ...rest }, configured());
    expect(actions(await stack.plan())).toEqual([`create ${type}.a`]);
    expect(world.objects()).toEqual([]);

    await stack.apply({});
    const [made] = world.objects(type);
    expect(world.objects()).toHaveLength(1);
    expect((await stack.resources())[0]?.values).toMatchObject({ id: made?.id });
    expect((await stack.plan()).empty).toBe(true);

    stack.configure(configured(inPlace));
    expect(actions(await stack.plan())).toEqual([`update ${type}.a`]);
    await stack.apply({});
    expect(world.objects(type)).toMatchObject([{ id: made?.id, attributes: inPlace }]);

    stack.configure(configured({ ...inPlace, ...anew }));
    expect((await stack.plan()).changes).toMatchObject([{ action: "replace", reason: "cannot_update" }]);
    await stack.apply({});
    expect(world.objects(type)).toMatchObject([{ attributes: anew }]);
    expect(world.find(type, made?.id ?? "")).toBeUndefined();

    await stack.destroy();
    expect(world.objects()).toEqual([]);
    expect(world.journal.map(({ event }) => event)).toEqual(["created", "updated", "deleted", "created", "deleted"]);
  });

  test("that vanished is made again; one that somebody changed is put right", async () => {
    const cloud = await provider();
    const stack = rehearsedStack(engine, cloud, instance());
    await stack.apply({});
    const { id } = cloud.world.objects()[0] as { id: string };

    cloud.world.alter("aws_instance", id, { instance_type: "t3.micro" });
    const drifted = await stack.plan();
    expect(drifted.drift.map(({ action }) => action)).toEqual(["update"]);
    expect(actions(drifted)).toEqual(["update aws_instance.a"]);
    await stack.apply({});
    expect(cloud.world.find("aws_instance", id)?.attributes["instance_type"]).toBe("m7i.large");

    cloud.world.vanish("aws_instance", id);
    expect(actions(await stack.plan())).toEqual(["create aws_instance.a"]);
    await stack.apply({});
    expect(cloud.world.objects()).toHaveLength(1);
    expect(cloud.world.objects()[0]?.id).not.toBe(id);
  });

  test("is imported by its id; one that is not there can't be", async () => {
    const cloud = await provider();
    const first = rehearsedStack(engine, cloud, instance());
    await first.apply({});
    const { id } = cloud.world.objects()[0] as { id: string };
    const second = rehearsedStack(engine, cloud, { ...instance(), import: [{ to: "aws_instance.a", id }] });
    expect(await second.plan()).toMatchObject({ summary: { add: 0, change: 0, remove: 0, import: 1 } });
    await second.apply({});
    expect(cloud.world.objects()).toHaveLength(1);

    const third = rehearsedStack(engine, cloud, { ...instance(), import: [{ to: "aws_instance.a", id: "i-nowhere" }] });
    expect((await failure(third.plan())).message).toContain('There is no aws_instance with id "i-nowhere"');
  });

  test("for each element of a map comes and goes with it", async () => {
    const cloud = await provider();
    const parts = { variable: { ids: { type: "set(string)" } }, resource: { aws_instance: { a: { ...machine, for_each: "${var.ids}", tags: { Name: "${each.key}" } } } }, output: { ids: { value: "${sort([for each in aws_instance.a : each.tags_all.Name])}" } } };
    const stack = rehearsedStack(engine, cloud, parts);
    const names = () => cloud.world.objects().map(({ attributes }) => (attributes["tags"] as { Name: string }).Name).sort();
    expect(await stack.apply({ variables: { ids: ["x", "y", "z"] } })).toMatchObject({ summary: { add: 3 }, outputs: { ids: ["x", "y", "z"] } });
    expect(await stack.apply({ variables: { ids: ["z"] } })).toMatchObject({ summary: { add: 0, change: 0, remove: 2 } });
    expect(names()).toEqual(["z"]);
    await stack.apply({ variables: { ids: ["y", "z"] } });
    expect(names()).toEqual(["y", "z"]);
  });

  testOnce(engine, "hands its computed attributes to other objects, which are made after it", async () => {
    const cloud = await provider();
    const stack = rehearsedStack(engine, cloud, {
      resource: {
        aws_sqs_queue: { dead: { name: "dead" }, work: { name: "work", redrive_policy: '${jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 3 })}' } },
        yandex_iam_service_account: { runner: { name: "runner" } },
        yandex_lockbox_secret_iam_member: { read: { secret_id: "e6q", role: "lockbox.payloadViewer", member: "serviceAccount:${yandex_iam_service_account.runner.id}" } },
      },
    });
    await stack.apply({});
    const work = cloud.world.find("aws_sqs_queue", "https://sqs.eu-central-1.amazonaws.com/123456789012/work");
    expect(JSON.parse(String(work?.attributes["redrive_policy"]))).toEqual({ deadLetterTargetArn: "arn:aws:sqs:eu-central-1:123456789012:dead", maxReceiveCount: 3 });
    const [account] = cloud.world.objects("yandex_iam_service_account");
    expect(cloud.world.objects("yandex_lockbox_secret_iam_member")[0]?.attributes).toMatchObject({ member: `serviceAccount:${account?.id}` });
    expect((await stack.plan()).empty).toBe(true);
    await stack.destroy();
    expect(cloud.world.objects()).toEqual([]);
  });

  testOnce(engine, "can't have another one's name where the cloud has it only once", async () => {
    const cloud = await provider();
    const role = { name: "same", assume_role_policy: "{}" };
    const stack = rehearsedStack(engine, cloud, { resource: { aws_iam_role: { a: role, b: role } } });
    expect((await failure(stack.apply({}))).message).toContain("same already exists");
    expect(cloud.world.objects("aws_iam_role")).toHaveLength(1);
  });

  testOnce(engine, "that was never changed keeps ignored changes to itself", async () => {
    const cloud = await provider();
    const lifecycle = { ignore_changes: ["ami", "tags", "tags_all", "user_data"] };
    const stack = rehearsedStack(engine, cloud, instance({ lifecycle }));
    await stack.apply({});
    stack.configure(instance({ lifecycle, ami: "ami-2", user_data: "new", tags: { Name: "b" } }));
    expect((await stack.plan()).empty).toBe(true);
  });

  testOnce(engine, "carries the provider's own tags; each configuration of a provider is one of its own", async () => {
    const cloud = await provider();
    const aws = [{ region: "eu-central-1", default_tags: [{ tags: { owner: "us" } }] }, { alias: "far", region: "us-west-2" }];
    const stack = rehearsedStack(engine, cloud, { provider: { aws }, resource: { aws_instance: { near: machine, far: { ...machine, provider: "aws.far" } } } });
    await stack.apply({});
    const told = cloud.world.objects().map(({ attributes }) => [attributes["region"], attributes["tags_all"]]);
    expect(told).toHaveLength(2);
    expect(told).toContainEqual(["eu-central-1", { owner: "us", Name: "a" }]);
    expect(told).toContainEqual(["us-west-2", { Name: "a" }]);
    expect((await stack.plan()).empty).toBe(true);
  });

  testOnce(engine, "is told of by data sources: the usual answers, and those of the test", async () => {
    const cloud = await provider({ answers: { aws_ami: ({ owners }) => ({ id: "ami-test", name: `image of ${String((owners as string[])[0])}` }) } });
    const stack = rehearsedStack(engine, cloud, {
      data: { aws_vpc: { default: { default: true } }, aws_subnets: { all: { filter: [{ name: "vpc-id", values: ["${data.aws_vpc.default.id}"] }] } }, aws_ami: { newest: { owners: ["amazon"], most_recent: true } }, yandex_compute_image: { ubuntu: { family: "ubuntu-2404-lts" } }, aws_caller_identity: { me: {} } },
      output: { ami: { value: "${data.aws_ami.newest.id} ${data.aws_ami.newest.name}" }, subnets: { value: "${length(data.aws_subnets.all.ids)}" }, image: { value: "${data.yandex_compute_image.ubuntu.id}" }, account: { value: "${data.aws_caller_identity.me.account_id}" } },
    });
    expect((await stack.apply({})).outputs).toEqual({ ami: "ami-test image of amazon", subnets: 3, image: expect.stringMatching(/^fd8[0-9a-f]{17}$/) as string, account: "123456789012" });
    expect(cloud.world.objects()).toEqual([]);
  });

  testOnce(engine, "is on or off as its power state says", async () => {
    const cloud = await provider();
    const stateful = (state: string) => ({ resource: { ...instance().resource, aws_ec2_instance_state: { a: { instance_id: "${aws_instance.a.id}", state } } } });
    const stack = rehearsedStack(engine, cloud, stateful("running"));
    await stack.apply({});
    stack.configure(stateful("stopped"));
    await stack.apply({});
    expect(cloud.world.objects("aws_instance")[0]?.attributes["instance_state"]).toBe("stopped");
    expect((await stack.plan()).empty).toBe(true);
  });

  testOnce(engine, "is one of a hundred", async () => {
    const cloud = await provider();
    const stack = rehearsedStack(engine, cloud, { resource: { aws_instance: { a: { ...machine, count: 100 } } } });
    expect(await stack.apply({})).toMatchObject({ summary: { add: 100 } });
    expect(new Set(cloud.world.objects().map(({ id }) => id)).size).toBe(100);
    await stack.destroy();
    expect(cloud.world.objects()).toEqual([]);
  });
});

describeWithEngines("wrong configurations are refused", (engine) => {
  const boot = { initialize_params: [{ image_id: "fd8" }] };
  const vm = { resources: [{ cores: 2, memory: 2 }], network_interface: [{ subnet_id: "e9b" }] };
  const wrong: readonly [string, string, Readonly<Record<string, unknown>>, string][] = [
    ["unknown attribute", "aws_instance", { ...machine, amii: "x" }, 'No argument or block type is named "amii"'],
    ["missing attribute", "yandex_vpc_subnet", { network_id: "n" }, '"v4_cidr_blocks" is required'],
    ["wrong type", "aws_instance", { ...machine, hibernation: "often" }, "a bool is required"],
    ["read-only attribute", "aws_instance", { ...machine, arn: "arn:aws:x" }, '"arn" is decided by the cloud'],
    ["id of our own", "aws_instance", { ...machine, id: "i-1" }, '"id" is decided by the cloud'],
    ["read-only attribute in a block", "yandex_compute_instance", { ...vm, network_interface: [{ subnet_id: "e9b", mac_address: "00" }], boot_disk: [boot] }, '"mac_address" is decided by the cloud'],
    ["too many blocks", "yandex_compute_instance", { ...vm, boot_disk: [boot, boot] }, 'No more than 1 "boot_disk" blocks are allowed'],
    ["too few blocks", "yandex_compute_instance", vm, 'At least 1 "boot_disk" blocks are required'],
    ["conflict", "aws_instance", { ...machine, user_data: "a", user_data_base64: "YQ==" }, 'Only one of "user_data", "user_data_base64" can be set'],
    ["lack", "aws_instance", {}, 'One of "ami", "launch_template" has to be set'],
  ];
  test("all in one stack, each named", async () => {
    const resource: Record<string, Record<string, unknown>> = {};
    wrong.forEach(([, type, values], index) => Object.assign((resource[type] ??= {}), { [`w${index}`]: values }));
    const stack = rehearsedStack(engine, await provider(), { resource });
    const { diagnostics } = await failure(stack.validate());
    const told = diagnostics.map(({ detail }) => detail.replace(/\s+/g, " "));
    for (const [what, , , words] of wrong) expect({ what, told: told.some((text) => text.includes(words)) }).toEqual({ what, told: true });
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["a type that there isn't", { resource: { aws_instanz: { a: {} } } }, 'does not support resource type "aws_instanz"'],
    ["a reference to nothing", { ...instance(), output: { a: { value: "${aws_instance.a.nowhere}" } } }, 'no argument, nested block, or exported attribute named "nowhere"'],
  ])("%s", async (_, parts, words) => {
    const stack = rehearsedStack(engine, await provider(), parts);
    expect((await failure(stack.validate())).message.replace(/\s+/g, " ")).toContain(words);
  });
});
