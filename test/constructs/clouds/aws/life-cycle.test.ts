import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type EggRunnerProps, EggStack } from "../../../../constructs";
import { openStack, type Stack } from "../../../../src/engine";
import { type RehearsalProvider, startProvider, type World } from "../../../../src/rehearsal";
import { renderStack } from "../../../../src/synth/render-stack";
import { describeWithOneEngine, type TestEngine } from "../../../support/engines";
import { folderWith } from "../../../support/folder";
import { newApp } from "../../egg-props";
import { awsEgg } from "./aws-stack";

type Entry = { readonly power: "on" | "off"; readonly revision: string; readonly shard: number; readonly place: string };
const on: Entry = { power: "on", revision: "r", shard: 1, place: "0" };
const off: Entry = { ...on, power: "off" };

/** An Egg's stack with a real engine, over AWS in this process. */
class PlayedStack {
  private readonly folder = folderWith({});
  private stack: Stack | undefined;

  constructor(
    private readonly engine: TestEngine,
    private readonly provider: RehearsalProvider,
  ) {}

  configure(changes: Partial<EggRunnerProps> = {}): this {
    writeFileSync(join(this.folder, "cdk.tf.json"), renderStack(new EggStack(newApp(), "my-app", { egg: { ...awsEgg, ...changes }, statePath: "my-app.tfstate" })));
    this.stack ??= openStack({ engine: { ...this.engine, origin: "path" }, folder: this.folder, env: { PATH: process.env["PATH"], HOME: this.folder }, extra: this.provider.environment });
    return this;
  }

  async apply(runners: Readonly<Record<string, Entry>>, more: Readonly<Record<string, unknown>> = {}) {
    if (!this.stack) throw new Error("not configured");
    return this.stack.apply({ variables: { runners, ...more } });
  }

  /** Addresses of what a plan would touch, with how. */
  async plan(runners: Readonly<Record<string, Entry>>): Promise<readonly string[]> {
    if (!this.stack) throw new Error("not configured");
    return (await this.stack.plan({ variables: { runners } })).changes.map(({ action, resource }) => `${action} ${resource.address}`).sort();
  }
}

const machines = (world: World) =>
  Object.fromEntries(world.objects("aws_instance").map(({ id, attributes }) => [(attributes["tags"] as Record<string, string>)["gosling:runner"] ?? "", { id, ...(attributes as unknown as { instance_type: string; subnet_id: string; ami: string; instance_state: string; user_data_base64: string; tags: Record<string, string> }) }]));
const told = (machine: { readonly user_data_base64: string } | undefined): string => gunzipSync(Buffer.from(machine?.user_data_base64 ?? "", "base64")).toString();

describeWithOneEngine("an Egg on AWS", (engine) => {
  let provider: RehearsalProvider;
  let stack: PlayedStack;
  beforeEach(async () => {
    provider = await startProvider({ clouds: ["aws"] });
    stack = new PlayedStack(engine, provider);
  });
  afterEach(() => provider.stop());

  test("R12: image, size, cloud-init, tags, disk, role and network of an Egg change, and no machine that is there; a new one gets the new ones", async () => {
    await stack.configure().apply({ a: on, b: off });
    const before = machines(provider.world);
    stack.configure({
      resources: { cpu: 8, memory: "32GiB", disk: 99, machineImage: "ami-new" },
      environment: { LEVEL: "2" },
      cloud: { ...awsEgg.cloud, tags: { team: "new" }, role: { policies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }, network: { assignPublicIp: true } },
      runner: { ...awsEgg.runner, executor: "docker", startupScript: "true" },
    });
    const touched = await stack.plan({ a: on, b: off });
    expect(touched.filter((change) => change.includes("aws_instance.") || change.includes("aws_ec2_instance_state."))).toEqual([]);
    await stack.apply({ a: on, b: off, c: on });
    const after = machines(provider.world);
    expect({ a: after["a"], b: after["b"] }).toEqual(before);
    expect(after["c"]).toMatchObject({ ami: "ami-new", instance_type: "m5a.2xlarge", tags: { team: "new" } });
    expect(after["c"]?.tags["gosling:config"]).not.toBe(after["a"]?.tags["gosling:config"]);
    expect(told(after["c"])).toContain("LEVEL");
    expect(told(after["a"])).not.toContain("LEVEL");
  });

  test("a runner goes to sleep, wakes, and goes, and nobody else is touched", async () => {
    stack.configure({ pool: { apex: { maxCount: 3 }, nadir: { maxCount: 3 } } });
    await stack.apply({ a: on, b: on, c: on });
    expect(await stack.plan({ a: on, b: off, c: on })).toEqual(['update aws_ec2_instance_state.power["b"]']);
    await stack.apply({ a: on, b: off, c: on });
    expect(machines(provider.world)["b"]).toMatchObject({ instance_state: "stopped" });
    expect(await stack.plan({ a: on, b: on })).toEqual(['delete aws_ec2_instance_state.power["c"]', 'delete aws_instance.runner["c"]', 'update aws_ec2_instance_state.power["b"]']);
  });

  test("each machine stands where its entry says; after the last place comes the first", async () => {
    stack.configure({ cloud: { ...awsEgg.cloud, network: { vpcId: "vpc-1", subnetIds: ["subnet-1", "subnet-2"] } }, resources: { ...awsEgg.resources, instanceTypes: ["c6a.large", "c7a.large"] }, runner: { ...awsEgg.runner, concurrent: 5 } });
    const { outputs } = await stack.apply(Object.fromEntries([0, 1, 2, 3, 4].map((place) => [`p${place}`, { ...on, place: String(place) }])));
    const stands = Object.fromEntries(Object.entries(machines(provider.world)).map(([id, machine]) => [id, `${machine.instance_type} ${machine.subnet_id}`]));
    expect(stands).toEqual({ p0: "c6a.large subnet-1", p1: "c6a.large subnet-2", p2: "c7a.large subnet-1", p3: "c7a.large subnet-2", p4: "c6a.large subnet-1" });
    expect(outputs["places"]).toHaveLength(4);
    // Another number for a machine that is there moves nothing.
    expect(await stack.plan(Object.fromEntries([0, 1, 2, 3, 4].map((place) => [`p${place}`, { ...on, place: "3" }])))).toEqual([]);
  });

  test("without capacity in one place, the next one is tried with another number", async () => {
    stack.configure({ cloud: { ...awsEgg.cloud, network: { vpcId: "vpc-1", subnetIds: ["subnet-1", "subnet-2"] } } });
    const fault = provider.world.inject({ kind: "fail", operation: "create", type: "aws_instance", message: "InsufficientInstanceCapacity", where: ({ subnet_id }) => subnet_id === "subnet-1", times: 9 });
    await expect(stack.apply({ a: on })).rejects.toThrow(/InsufficientInstanceCapacity/);
    await stack.apply({ a: { ...on, place: "1" } });
    expect(machines(provider.world)["a"]).toMatchObject({ subnet_id: "subnet-2" });
    expect(fault.strikes).toBe(1);
  });

  test("a network without a subnet is told before anything is made", async () => {
    await provider.stop();
    provider = await startProvider({ clouds: ["aws"], answers: { aws_subnets: () => ({ id: "x", ids: [] }) } });
    await expect(new PlayedStack(engine, provider).configure().apply({ a: on })).rejects.toThrow(/the default VPC of eu-central-1 has no default subnet: name network\.subnet_ids\./);
    expect(provider.world.objects("aws_instance")).toEqual([]);
  });

  test("a place that is none is refused by the variable itself", async () => {
    for (const place of ["local", "-1", "1.5", ""]) await expect(stack.configure().apply({ a: { ...on, place } })).rejects.toThrow(/Invalid value for/);
  });

  test("growing over 100 machines: the second stack takes what the first one shares, and the first one is not touched", async () => {
    const first = stack.configure({ runner: { ...awsEgg.runner, concurrent: 90 } });
    const { outputs } = await first.apply({ a: on });
    first.configure({ runner: { ...awsEgg.runner, concurrent: 250 } });
    const runners = { a: on, b: { ...on, shard: 2 } };
    expect(await first.plan(runners)).toEqual([]);
    await new PlayedStack(engine, provider).configure({ runner: { ...awsEgg.runner, concurrent: 250 }, shard: 2 }).apply(runners, { shared: outputs["shared"] });
    const { a, b } = machines(provider.world) as unknown as Record<string, { vpc_security_group_ids: unknown; iam_instance_profile: unknown }>;
    expect(b?.vpc_security_group_ids).toEqual(a?.vpc_security_group_ids);
    expect(b?.iam_instance_profile).toBe(a?.iam_instance_profile);
    expect(provider.world.objects("aws_iam_role")).toHaveLength(1);
  });

  test("a renamed Egg keeps its machines and what they share, under the old names", async () => {
    await stack.configure({ name: "old" }).apply({ a: on });
    const kept = () => ["aws_instance", "aws_iam_role", "aws_iam_instance_profile", "aws_security_group", "aws_cloudwatch_log_group"].flatMap((type) => provider.world.objects(type).map(({ id }) => id));
    const before = kept();
    await stack.configure({ name: "new", renamedFrom: "old" }).apply({ a: on });
    expect(kept()).toEqual(before);
    expect(await stack.plan({ a: on })).toEqual([]);
  });
});
