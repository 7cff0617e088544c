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

  test("what else is lost is named, with the way to take it up", async () => {
    nest.cloud.world.inject({ operation: "create", type: "aws_iam_role", kind: "fail", message: "the answer was lost", leaves: "orphan" });
    await nest.cli("deploy", "--yes", "--target", "web");
    const failed = await nest.cli("deploy", "--yes", "--target", "web");
    expect(failed.stderr).toContain("take it up: gosling state import web aws_iam_role.runnerRole ID");
    await nest.done("state", "import", "web", "aws_iam_role.runnerRole", nest.cloud.world.objects("aws_iam_role")[0]?.id ?? "");
    expect(await nest.done("deploy", "--yes", "--target", "web")).toBe("1 deployed.\n");
    expect(nest.cloud.world.objects("aws_iam_role")).toHaveLength(1);
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
