import { type CloudNest, cloudNest, twoClouds } from "../support/cloud-nest";
import { describeWithOneEngine } from "../support/engines";

describeWithOneEngine("Machines that the engine's state has lost", (engine) => {
  let nest: CloudNest;
  beforeEach(async () => (nest = await cloudNest(engine, twoClouds())));
  afterEach(() => nest.dispose());
  const machines = (): readonly string[] => ["aws_instance", "yandex_compute_instance"].flatMap((type) => nest.cloud.world.objects(type).map(({ id }) => id));
  const lose = (type: "aws_instance" | "yandex_compute_instance", times = 1) => nest.cloud.world.inject({ operation: "create", type, kind: "fail", message: "the answer was lost", leaves: "orphan", times });

  test("are taken into it by the next deploy, which makes no other; a look leaves them alone", async () => {
    lose("aws_instance", 2);
    // One of two is lost, and the other was never made.
    lose("yandex_compute_instance");
    nest.cloud.world.inject({ operation: "create", type: "yandex_compute_instance", kind: "fail", message: "the cloud has failed" });
    expect((await nest.cli("deploy", "--yes")).code).toBe(1);
    const made = machines();
    expect(made).toHaveLength(3);
    expect((await nest.cli("deploy", "--dry-run")).code).toBe(0);
    expect(await nest.done("deploy", "--yes")).toBe("2 deployed.\n");
    expect(machines()).toEqual([...made, expect.any(String)]);
    expect(await nest.done("deploy", "--yes")).toContain("Nothing has changed");
    expect((await nest.status()).map(({ runners }) => runners.map(({ state }) => state))).toEqual([["on", "on"], ["on", "on"]]);
    await nest.done("destroy", "--yes", "--now");
    expect(nest.cloud.world.objects()).toEqual([]);
  });

  test("what else an engine has made and not written down is taken up, where its name and its tags say whose it is", async () => {
    const { world } = nest.cloud;
    for (const type of ["aws_iam_role", "aws_cloudwatch_log_group", "aws_security_group"]) world.inject({ operation: "create", type, kind: "fail", message: "the answer was lost", leaves: "orphan" });
    await nest.cli("deploy", "--yes", "--target", "web");
    // What depends on the role is lost in the next one.
    world.inject({ operation: "create", type: "aws_iam_instance_profile", kind: "fail", message: "the answer was lost", leaves: "orphan" });
    const again = await nest.cli("deploy", "--yes", "--target", "web");
    expect(again.code).toBe(1);
    const lost = world.objects().map(({ key }) => key);
    const { code, stdout, stderr } = await nest.cli("deploy", "--yes", "--target", "web");
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "1 deployed.\n", stderr: expect.stringContaining("! aws_iam_instance_profile.profile was there already, with the marks of this unit: it was taken up") as string });
    expect(world.objects().map(({ key }) => key)).toEqual(expect.arrayContaining(lost));
    expect(await nest.done("deploy", "--yes", "--target", "web")).toContain("Nothing has changed");
    await nest.done("destroy", "--yes", "--now");
    expect(world.objects()).toEqual([]);
  });

  test("what is somebody else's stays theirs, and is told with the way to take it up all the same", async () => {
    const { world } = nest.cloud;
    world.inject({ operation: "create", type: "aws_iam_role", kind: "fail", message: "the answer was lost", leaves: "orphan" });
    await nest.cli("deploy", "--yes", "--target", "web");
    const [role] = world.objects("aws_iam_role");
    const tags = role?.attributes["tags"] as Record<string, string>;
    world.alter("aws_iam_role", role?.id ?? "", { tags: { ...tags, "gosling:nest": "another" } });
    const failed = await nest.cli("deploy", "--yes", "--target", "web");
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("take it up: gosling state import web aws_iam_role.runnerRole ID");
    expect(JSON.parse(await nest.done("state", "list", "web", "--json"))).not.toMatchObject({ units: [{ stacks: [{ addresses: expect.arrayContaining(["aws_iam_role.runnerRole"]) as string[] }] }] });

    // Nothing of ours was lost between the two: however it looks now, it was there before.
    world.alter("aws_iam_role", role?.id ?? "", { tags });
    expect((await nest.cli("deploy", "--yes", "--target", "web")).code).toBe(1);
    await nest.done("state", "import", "web", "aws_iam_role.runnerRole", role?.id ?? "");
    expect(await nest.done("deploy", "--yes", "--target", "web")).toBe("1 deployed.\n");
    expect(world.objects("aws_iam_role")).toHaveLength(1);
  });

  test("what the same Nest has made from a folder with another state stays that one's", async () => {
    const { world } = nest.cloud;
    await nest.done("deploy", "--yes", "--target", "web");
    const made = world.objects().filter(({ type }) => type.startsWith("aws_iam") || type === "aws_cloudwatch_log_group" || type === "aws_security_group");
    const other = nest.clone();
    for (let time = 0; time < 2; time++) expect(await other.cli("deploy", "--yes", "--target", "web")).toMatchObject({ code: 1, stderr: expect.stringContaining("gosling state import web aws_") as string });
    expect(world.objects().filter(({ key }) => made.some((object) => object.key === key))).toEqual(made);
    const { units } = JSON.parse(await other.done("state", "list", "web", "--json")) as { units: { stacks: { addresses: string[] }[] }[] };
    expect(units[0]?.stacks[0]?.addresses.filter((address) => /role|profile|logs|group/i.test(address))).toEqual([]);
    await other.dispose();
  });

  test("go with a unit that is destroyed", async () => {
    lose("aws_instance");
    lose("yandex_compute_instance");
    await nest.cli("deploy", "--yes");
    await nest.done("destroy", "--yes", "--now");
    expect(nest.cloud.world.objects()).toEqual([]);
  });

  test("are made anew where they have an old configuration, as every machine is", async () => {
    lose("aws_instance");
    await nest.cli("deploy", "--yes", "--target", "web");
    nest.write(twoClouds({ timeout: "2h" }));
    await nest.done("deploy", "--yes", "--allow-destroy");
    const { world } = nest.cloud;
    const revisions = new Set(world.objects("aws_instance").map(({ attributes }) => (attributes["tags"] as Record<string, string>)["gosling:config"]));
    expect(world.objects("aws_instance")).toHaveLength(2);
    expect(revisions.size).toBe(1);
    expect(await nest.done("deploy", "--yes")).toContain("Nothing has changed");
  });

  test("an Egg that changes its region leaves nothing in the old one, also where its removal fails half-way", async () => {
    await nest.done("deploy", "--yes", "--target", "web");
    nest.write(twoClouds({ region: "us-west-2" }));
    const { world } = nest.cloud;
    const regions = () => new Set(world.objects().flatMap(({ type, attributes }) => (type === "aws_instance" ? [String(attributes["arn"]).split(":")[3]] : [])));
    world.inject({ operation: "delete", type: "aws_security_group", kind: "fail", message: "it is still in use" });
    expect((await nest.cli("deploy", "--yes", "--allow-destroy", "--target", "web")).code).toBe(1);
    // The old one's end goes on before the new one begins.
    expect(world.objects("aws_security_group")).toHaveLength(1);
    await nest.done("deploy", "--yes", "--allow-destroy", "--target", "web");
    expect([...regions()]).toEqual(["us-west-2"]);
    expect(world.objects("aws_security_group")).toHaveLength(1);
    expect(await nest.done("history", "web")).toMatch(/deploy[\s\S]*destroy[\s\S]*destroy[\s\S]*deploy/);
    await nest.done("destroy", "--yes", "--now");
    expect(world.objects()).toEqual([]);
  });
});
