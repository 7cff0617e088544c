import { endMachines, findSecurityGroups, listMachines } from "../../src/aws";
import { describeWithMoto, type Moto, startMoto } from "../support/moto";

describeWithMoto("Machines of AWS", () => {
  let moto: Moto;
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    moto = await startMoto();
    env = { AWS_ENDPOINT_URL_EC2: moto.endpoint, AWS_ACCESS_KEY_ID: moto.credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: moto.credentials.secretAccessKey };
  }, 60_000);
  afterAll(() => moto.close());

  const make = async (tags: Readonly<Record<string, string>>, region = "eu-central-1"): Promise<string> => {
    const { EC2Client, RunInstancesCommand } = await import("@aws-sdk/client-ec2");
    const client = new EC2Client({ region, endpoint: moto.endpoint, credentials: moto.credentials });
    try {
      const made = await client.send(new RunInstancesCommand({ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1, TagSpecifications: [{ ResourceType: "instance", Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }] }));
      return made.Instances?.[0]?.InstanceId ?? "";
    } finally {
      client.destroy();
    }
  };

  test("are found by their tags, in their region, until they are ended", async () => {
    const place = { region: "eu-central-1", env };
    const mine = await make({ "gosling:nest": "acme", "gosling:egg": "web", "gosling:runner": "a-1" });
    const second = await make({ "gosling:nest": "acme", "gosling:egg": "old-web", "gosling:runner": "a-2" });
    await make({ "gosling:nest": "other", "gosling:egg": "web" });
    await make({ "gosling:nest": "acme", "gosling:egg": "api" });
    await make({ "gosling:nest": "acme", "gosling:egg": "web" }, "us-east-1");
    const look = () => listMachines(place, { "gosling:nest": ["acme"], "gosling:egg": ["web", "old-web"] });
    const found = await look();
    expect(found.map(({ instanceId }) => instanceId)).toEqual([mine, second].sort());
    expect(found.find(({ instanceId }) => instanceId === mine)).toMatchObject({ state: "running", tags: { "gosling:egg": "web", "gosling:runner": "a-1" } });

    await endMachines(place, [mine]);
    expect((await look()).map(({ instanceId }) => instanceId)).toEqual([second]);
    // Twice, or long gone: no error.
    await endMachines(place, [mine, "i-0123456789abcdef0"]);
  });

  test("a tag's value is no pattern", async () => {
    await make({ "gosling:nest": "starry" });
    expect(await listMachines({ region: "eu-central-1", env }, { "gosling:nest": ["star*"] })).toEqual([]);
  });

  test("security groups are found by name and tags, one of each network", async () => {
    const { CreateSecurityGroupCommand, CreateVpcCommand, EC2Client } = await import("@aws-sdk/client-ec2");
    const client = new EC2Client({ region: "eu-central-1", endpoint: moto.endpoint, credentials: moto.credentials });
    const group = async (name: string, nest: string): Promise<string> => {
      const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
      const TagSpecifications = [{ ResourceType: "security-group" as const, Tags: [{ Key: "gosling:nest", Value: nest }] }];
      return (await client.send(new CreateSecurityGroupCommand({ GroupName: name, Description: "a group", VpcId: Vpc?.VpcId, TagSpecifications }))).GroupId ?? "";
    };
    try {
      const mine = [await group("gosling-acme-web", "acme"), await group("gosling-acme-web", "acme")];
      await group("gosling-acme-web", "other");
      await group("gosling-acme-web-2", "acme");
      expect(await findSecurityGroups({ region: "eu-central-1", env }, "gosling-acme-web", { "gosling:nest": ["acme"] })).toEqual(mine.sort());
      expect(await findSecurityGroups({ region: "eu-central-1", env }, "gosling-acme-*", { "gosling:nest": ["acme"] })).toEqual([]);
    } finally {
      client.destroy();
    }
  });

  test("an address where nobody answers is a clear error", async () => {
    const away = { ...env, AWS_ENDPOINT_URL_EC2: "http://127.0.0.1:9" };
    await expect(listMachines({ region: "eu-central-1", env: away }, {})).rejects.toMatchObject({ code: "AWS_UNREACHABLE", message: expect.stringContaining("ec2:DescribeInstances") });
  });
});
