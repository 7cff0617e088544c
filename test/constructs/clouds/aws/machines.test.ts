import type { EggRunnerProps } from "../../../../constructs";
import { sha256 } from "../../../../constructs/canonical-json";
import { awsEgg, awsStack, bodyOf } from "./aws-stack";

type Cloud = EggRunnerProps["cloud"];
const machine = (changes: Partial<EggRunnerProps> = {}) => bodyOf(awsStack(changes), "aws_instance");
const inCloud = (changes: Partial<Cloud>): Partial<EggRunnerProps> => ({ cloud: { ...awsEgg.cloud, ...changes } });

describe("a machine", () => {
  test("is one for each runner of its shard, on or off as the variable says", () => {
    const stack = awsStack();
    const each = "${{ for id, runner in var.runners : id => runner if runner.shard == 1 }}";
    expect(bodyOf(stack, "aws_instance")["for_each"]).toBe(each);
    expect(bodyOf(stack, "aws_ec2_instance_state")).toEqual({ for_each: each, instance_id: "${aws_instance.runner[each.key].id}", state: '${each.value.power == "on" ? "running" : "stopped"}' });
  });

  test("never changes with the configuration", () => {
    expect(machine()["lifecycle"]).toMatchObject({ ignore_changes: "all" });
  });

  test("has metadata of version 2 only, one hop away; two with Docker", () => {
    const options = { http_endpoint: "enabled", http_tokens: "required" };
    expect(machine()["metadata_options"]).toEqual({ ...options, http_put_response_hop_limit: 1 });
    expect(machine({ runner: { ...awsEgg.runner, executor: "docker" } })["metadata_options"]).toEqual({ ...options, http_put_response_hop_limit: 2 });
  });

  test("has an encrypted disk of the wanted size, as large as its image at least", () => {
    expect(machine()["root_block_device"]).toMatchObject({ volume_type: "gp3", volume_size: 30, encrypted: true, delete_on_termination: true });
    expect(machine({ resources: { cpu: 1, memory: 1024, disk: 5 } })["root_block_device"]).toMatchObject({ volume_size: 8 });
    expect(machine({ resources: { cpu: 1, memory: 1024, disk: 5, machineImage: "ami-1" } })["root_block_device"]).toMatchObject({ volume_size: 5 });
  });

  test("has no key, and a public address only where asked", () => {
    expect(machine()).toMatchObject({ associate_public_ip_address: false });
    expect(machine()).not.toHaveProperty("key_name");
    expect(machine(inCloud({ network: { assignPublicIp: true } }))).toMatchObject({ associate_public_ip_address: true });
  });

  test("is tagged with all that tells what it is, its disk too; tags of the Egg's own beside", () => {
    const body = machine(inCloud({ tags: { team: "web" } }));
    const tags = { team: "web", "gosling:nest": "acme", "gosling:egg": "my-app", "gosling:config": expect.stringMatching(/^[0-9a-f]{12}$/) as string, "gosling:managed-by": "gosling", "gosling:runner": "${each.key}", Name: "gosling-acme-my-app-${each.key}" };
    expect(body["tags"]).toEqual(tags);
    expect(body["root_block_device"]).toMatchObject({ tags });
  });

  test("is made of the newest Debian of its architecture, or of the image that is named", () => {
    const stack = awsStack({ resources: { ...awsEgg.resources, architecture: "arm64" } });
    expect(stack.data["aws_ami"]).toMatchObject({ image: { most_recent: true, owners: ["136693071363"], filter: [{ name: "name", values: ["debian-13-arm64-*"] }, { name: "architecture", values: ["arm64"] }, {}] } });
    expect(bodyOf(stack, "aws_instance")).toMatchObject({ ami: "${data.aws_ami.image.id}" });
    const named = awsStack({ resources: { ...awsEgg.resources, machineImage: "ami-1" } });
    expect(bodyOf(named, "aws_instance")).toMatchObject({ ami: "ami-1" });
    expect(named.data).not.toHaveProperty("aws_ami");
  });

  test("where Debian publishes nothing, an image has to be named", () => {
    expect(() => awsStack(inCloud({ region: "cn-north-1" }))).toThrow(expect.objectContaining({ code: "NO_MACHINE_IMAGE" }));
    expect(() => awsStack({ ...inCloud({ region: "cn-north-1" }), resources: { ...awsEgg.resources, machineImage: "ami-1" } })).not.toThrow();
  });

  test("waits for its role's permissions", () => {
    expect(machine()["depends_on"]).toEqual(["aws_iam_role_policy.runnerPolicy"]);
  });
});

describe("a spot machine", () => {
  const stack = awsStack(inCloud({ preemptible: true }));

  test("is asked for once, and goes when AWS takes it back", () => {
    expect(bodyOf(stack, "aws_instance")["instance_market_options"]).toEqual({ market_type: "spot", spot_options: { spot_instance_type: "one-time", instance_interruption_behavior: "terminate" } });
  });

  test("is on or gone: it can't sleep", () => {
    expect(stack.resource).not.toHaveProperty("aws_ec2_instance_state");
    expect(bodyOf(stack, "aws_instance")["for_each"]).toContain('runner.power == "on"');
  });
});

describe("places", () => {
  test("are every type in every subnet, the first type everywhere first; a runner's place is a number", () => {
    const stack = awsStack({ ...inCloud({ network: { subnetIds: ["subnet-1", "subnet-2"] } }), resources: { ...awsEgg.resources, instanceTypes: ["c6a.large", "c7a.large"] } });
    expect(stack.locals).toEqual({
      subnets: '${["subnet-1", "subnet-2"]}',
      places: '${flatten([for type in ["c6a.large", "c7a.large"] : [for subnet in local.subnets : { instance_type = type, subnet_id = subnet }]])}',
    });
    expect(bodyOf(stack, "aws_instance")).toMatchObject({ instance_type: "${element(local.places, tonumber(each.value.place)).instance_type}", subnet_id: "${element(local.places, tonumber(each.value.place)).subnet_id}" });
    expect(stack.output["places"]?.value).toBe("${local.places}");
    expect(stack.variable["runners"]?.validation?.map(({ error_message }) => error_message)).toContainEqual(expect.stringContaining("The place of a runner is the number of one of the Egg's places"));
  });

  test("where nothing is named, they are the default subnets of the default network", () => {
    const stack = awsStack();
    expect(stack.data).toMatchObject({ aws_vpc: { vpc: { default: true } }, aws_subnets: { found: { filter: [{ name: "vpc-id", values: ["${data.aws_vpc.vpc.id}"] }, { name: "default-for-az", values: ["true"] }] } } });
    expect(bodyOf(stack, "aws_security_group")).toMatchObject({ vpc_id: "${data.aws_vpc.vpc.id}" });
    expect(bodyOf(stack, "aws_instance")["lifecycle"]).toMatchObject({ precondition: [{ error_message: "the default VPC of eu-central-1 has no default subnet: name network.subnet_ids." }] });
  });

  test("zones are tried in their order, among the subnets that are named or the default ones", () => {
    const zones = ["eu-central-1b", "eu-central-1a"];
    expect(awsStack(inCloud({ zones })).data["aws_subnets"]).toMatchObject({ found: { filter: [{}, {}, { name: "availability-zone", values: zones }] } });
    expect(awsStack(inCloud({ zones, network: { subnetIds: ["subnet-1"] } })).locals["subnets"]).toBe(
      '${flatten([for zone in ["eu-central-1b", "eu-central-1a"] : [for id in ["subnet-1"] : id if data.aws_subnet.subnet[id].availability_zone == zone]])}',
    );
  });

  test("a named network needs no look-up; of subnets alone the network is asked for", () => {
    expect(awsStack(inCloud({ network: { vpcId: "vpc-1", subnetIds: ["subnet-1"] } })).data).not.toHaveProperty("aws_subnet");
    const bySubnet = awsStack(inCloud({ network: { subnetIds: ["subnet-1", "subnet-2"] } }));
    expect(bySubnet.data["aws_subnet"]).toEqual({ network: { id: "subnet-1" } });
    expect(bodyOf(bySubnet, "aws_security_group")).toMatchObject({ vpc_id: "${data.aws_subnet.network.vpc_id}" });
  });
});

test("everything goes out of the security group and nothing comes in", () => {
  const group = bodyOf(awsStack(), "aws_security_group");
  expect(group["ingress"]).toEqual([]);
  expect(group["egress"]).toMatchObject([{ protocol: "-1", cidr_blocks: ["0.0.0.0/0"], ipv6_cidr_blocks: ["::/0"] }]);
});

test("logs go to a group of the Egg's own and are kept for 30 days", () => {
  const stack = awsStack();
  expect(bodyOf(stack, "aws_cloudwatch_log_group")).toMatchObject({ name: "gosling-acme-my-app-runner", retention_in_days: 30 });
  expect(bodyOf(stack, "aws_instance")["user_data_base64"]).toContain("--log-opt awslogs-group=${aws_cloudwatch_log_group.logs.name} --log-opt awslogs-stream=${each.key}");
});

describe("an Egg of more than 100 machines", () => {
  const runner = { ...awsEgg.runner, concurrent: 250 };

  test("has in its first stack what they share, and tells it", () => {
    const stack = awsStack({ runner });
    expect(stack.output["shared"]?.value).toBe("${{ instance_profile = aws_iam_instance_profile.profile.name, security_group_id = aws_security_group.securityGroup.id, log_group = aws_cloudwatch_log_group.logs.name }}");
  });

  test("has in the others machines alone, which take it from a variable", () => {
    const stack = awsStack({ runner, shard: 2 });
    expect(Object.keys(stack.resource)).toEqual(["aws_ec2_instance_state", "aws_instance"]);
    expect(stack.variable["shared"]?.type).toBe("object({ instance_profile = string, security_group_id = string, log_group = string })");
    expect(bodyOf(stack, "aws_instance")).toMatchObject({ iam_instance_profile: "${var.shared.instance_profile}", vpc_security_group_ids: ["${var.shared.security_group_id}"], user_data_base64: expect.stringContaining("awslogs-group=${var.shared.log_group}") as string });
    expect(stack.output).not.toHaveProperty("shared");
    expect(bodyOf(stack, "aws_instance")["for_each"]).toContain("runner.shard == 2");
  });

  test("growing changes the limits in its first stack, and nothing else", () => {
    const { variable: _small, ...small } = awsStack({ runner: { ...runner, concurrent: 90 } });
    const { variable: _large, ...large } = awsStack({ runner });
    expect(large).toEqual(small);
  });
});

test("the names of what machines share stay after a renaming", () => {
  const stack = awsStack({ name: "new", renamedFrom: "my-app" });
  for (const type of ["aws_iam_role", "aws_iam_instance_profile", "aws_security_group", "aws_cloudwatch_log_group"]) {
    expect(bodyOf(stack, type)["lifecycle"]).toMatchObject({ ignore_changes: expect.arrayContaining(["name"]) as string[] });
  }
});

describe("limits", () => {
  test("what AWS can't tell a machine is refused with its size", () => {
    const noise = Array.from({ length: 800 }, (_, index) => sha256(String(index))).join("\n");
    expect(() => awsStack({ runner: { ...awsEgg.runner, startupScript: noise } })).toThrow(expect.objectContaining({ code: "CONFIGURATION_TOO_LARGE" }));
    // Text that compresses well may be far longer than 16 KB.
    expect(() => awsStack({ runner: { ...awsEgg.runner, startupScript: "apt-get install -y git-lfs\n".repeat(2000) } })).not.toThrow();
  });

  test("more tags than AWS takes are refused", () => {
    const tags = Object.fromEntries(Array.from({ length: 45 }, (_, index) => [`t${index}`, "x"]));
    expect(() => awsStack(inCloud({ tags }))).toThrow(expect.objectContaining({ code: "PROPS", message: expect.stringContaining("A resource of my-app would have 51 tags; AWS takes 50") as string }));
  });
});
