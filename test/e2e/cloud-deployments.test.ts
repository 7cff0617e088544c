import { join } from "node:path";
import { type CloudNest, cloudNest } from "../support/cloud-nest";
import { describeWithEngines } from "../support/engines";

jest.setTimeout(240_000);

const EXAMPLE = join(__dirname, "../../examples/nest-two-clouds");

describeWithEngines("Deployments to two clouds", (engine) => {
  let nest: CloudNest;
  beforeAll(async () => (nest = await cloudNest(engine, EXAMPLE)));
  afterAll(() => nest.dispose());

  test("deploy makes everything; a second one has nothing to do", async () => {
    expect(await nest.done("plan")).toContain("Plan: 4 units to change");
    expect(nest.cloud.world.objects()).toEqual([]);
    expect(await nest.done("deploy", "--yes")).toBe("4 deployed.\n");
    expect(nest.cloud.world.objects("aws_iam_role").length).toBeGreaterThan(0);
    expect(await nest.done("deploy", "--yes")).toContain("Nothing has changed: 4 units");
    expect((await nest.status()).map(({ unit, deployment }) => [unit, deployment])).toEqual([["api", "deployed"], ["lint", "deployed"], ["mobile", "deployed"], ["shared", "deployed"]]);
  });

  test("machines come with min_count", async () => {
    for (const egg of ["api", "mobile"]) nest.edit(`Eggs/${egg}/config.fly`, (text) => text.replace("max_count = 4", "min_count = 2\n      max_count = 4"));
    expect(await nest.done("deploy", "--yes")).toBe("2 deployed, 2 unchanged.\n");
    expect(nest.cloud.world.objects("aws_instance")).toHaveLength(2);
    expect(nest.cloud.world.objects("yandex_compute_instance")).toHaveLength(2);
    expect((await nest.status()).find(({ unit }) => unit === "api")?.runners.map(({ state }) => state)).toEqual(["on", "on"]);
  });

  test("drift tells of a machine that somebody removed, and deploy --refresh makes it again", async () => {
    const [machine] = nest.cloud.world.objects("aws_instance");
    nest.cloud.world.vanish("aws_instance", machine?.id ?? "");
    const drift = await nest.cli("drift");
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain("is gone; a deploy --refresh would create it");
    await nest.done("deploy", "--yes", "--refresh");
    expect(nest.cloud.world.objects("aws_instance")).toHaveLength(2);
    expect((await nest.cli("drift")).code).toBe(0);
  });

  test("history, diff and rollback go back to an earlier configuration", async () => {
    nest.edit("Eggs/lint/config.fly", (text) => text.replace('timeout    = "10m"', 'timeout    = "20m"'));
    expect(await nest.done("deploy", "--yes")).toBe("1 deployed, 3 unchanged.\n");
    const history = JSON.parse(await nest.done("history", "lint", "--json")) as { deployments: { id: string; result: string }[] };
    expect(history.deployments.map(({ result }) => result)).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(await nest.done("diff", history.deployments[0]?.id ?? "")).toMatch(/^-.*\n\+/m);
    expect(await nest.done("rollback", "lint", "--yes")).toBe("1 deployed.\n");
    expect(await nest.done("history", "lint")).toContain("rollback");
    expect(await nest.done("diff", history.deployments[1]?.id ?? "", (JSON.parse(await nest.done("history", "lint", "--limit", "1", "--json")) as typeof history).deployments[0]?.id ?? "")).toContain("are the same");
  });

  test("a plan that was saved is done, and refused once anything has changed", async () => {
    nest.edit("Eggs/lint/config.fly", (text) => text.replace("concurrent = 8", "concurrent = 9"));
    await nest.done("plan", "--out", "lint.plan", "--target", "lint");
    expect(await nest.done("deploy", "--plan", "lint.plan")).toBe("1 deployed.\n");
    const again = await nest.cli("deploy", "--plan", "lint.plan");
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("it was deployed since");
  });

  test("destroy leaves nothing in either cloud", async () => {
    const { code, stdout, stderr } = await nest.cli("destroy", "--yes", "--now");
    expect({ code, stdout, stderr: stderr.includes("error") }).toEqual({ code: 0, stdout: "4 destroyed.\n", stderr: false });
    expect(nest.cloud.world.objects()).toEqual([]);
  });
});
