import { join } from "node:path";
import { type CloudNest, cloudNest, twoClouds } from "../support/cloud-nest";
import { systemId } from "../../src/vocabulary/system-id";
import { describeWithEngines, describeWithOneEngine, testOnce } from "../support/engines";
import { contentOf } from "../support/folder";
import { result } from "../support/local-runner";
import { processesAt } from "../support/processes-at";
import { projectPlace } from "../support/shared-nest";

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

  testOnce(engine, "drift tells of a machine that somebody removed, and deploy --refresh makes it again", async () => {
    const [machine] = nest.cloud.world.objects("aws_instance");
    nest.cloud.world.vanish("aws_instance", machine?.id ?? "");
    const drift = await nest.cli("drift");
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain("is gone; a deploy --refresh would create it");
    await nest.done("deploy", "--yes", "--refresh");
    expect(nest.cloud.world.objects("aws_instance")).toHaveLength(2);
    expect((await nest.cli("drift")).code).toBe(0);
  });

  testOnce(engine, "history, diff and rollback go back to an earlier configuration", async () => {
    nest.edit("Eggs/lint/config.fly", (text) => text.replace('timeout    = "10m"', 'timeout    = "20m"'));
    expect(await nest.done("deploy", "--yes")).toBe("1 deployed, 3 unchanged.\n");
    const history = JSON.parse(await nest.done("history", "lint", "--json")) as { deployments: { id: string; result: string }[] };
    expect(history.deployments.map(({ result }) => result)).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(await nest.done("diff", history.deployments[0]?.id ?? "")).toMatch(/^-.*\n\+/m);
    expect(await nest.done("rollback", "lint", "--yes")).toBe("1 deployed.\n");
    expect(await nest.done("history", "lint")).toContain("rollback");
    expect(await nest.done("diff", history.deployments[1]?.id ?? "", (JSON.parse(await nest.done("history", "lint", "--limit", "1", "--json")) as typeof history).deployments[0]?.id ?? "")).toContain("are the same");
  });

  testOnce(engine, "a plan that was saved is done, and refused once anything has changed", async () => {
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

describeWithOneEngine("A Ctrl-C while several engines work", (engine) => {
  let place: Awaited<ReturnType<typeof projectPlace>>;
  let nest: CloudNest;
  beforeAll(async () => {
    // Locks in GitLab are let go by who holds them, or not at all.
    place = await projectPlace();
    nest = await cloudNest(engine, { ...twoClouds({ on: 1 }), "nest.fly": `nest {\n  name = "acme"\n  ${place.block()}\n}\n` }, place.environment, { keepState: true });
  });
  afterAll(async () => {
    await nest.dispose();
    await place.close();
  });

  test("stops each once it has saved its state, says what is left, and the next deploy goes on", async () => {
    const { world } = nest.cloud;
    const faults = ["aws_instance", "yandex_compute_instance"].map((type) => world.inject({ operation: "create", type, kind: "hang" }));
    const deploy = nest.spawnCli("deploy", "--yes");
    const ended = result(deploy);
    await Promise.all(faults.map(({ struck }) => struck));
    expect(processesAt(nest.root).filter(({ args }) => args.includes("apply -json"))).toHaveLength(2);
    expect([...place.gitlab.locks.keys()].sort()).toEqual(["app", "gosling-lock.app", "gosling-lock.web", "web"]);
    deploy.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    expect(processesAt(nest.root)).toEqual([]);
    expect(place.gitlab.locks.size).toBe(0);
    expect({ code, stdout }).toEqual({
      code: 130,
      stdout: expect.stringMatching(/^app +interrupted +Stopped during apply of .*stacks\/app\. The state is saved\.\nweb +interrupted +Stopped during apply of .*stacks\/web\. The state is saved\.\n2 interrupted\.$/m) as string,
    });
    expect(stderr).toMatch(/Stopping: the engine finishes what it has in hand[\s\S]*Interrupted\. What was done is recorded; the next deploy looks at what is there and goes on\.\n$/);
    for (const fault of faults) fault.release();
    expect((await nest.status()).map(({ unit, deployment }) => [unit, deployment])).toEqual([["app", "interrupted"], ["web", "interrupted"]]);

    const made = world.objects().map(({ key }) => key);
    expect(await nest.done("deploy", "--yes")).toBe("2 deployed.\n");
    expect(world.objects().map(({ key }) => key)).toEqual(expect.arrayContaining(made));
    for (const type of ["aws_instance", "yandex_compute_instance"]) expect(world.objects(type)).toHaveLength(1);
    expect(await nest.done("deploy", "--yes")).toContain("Nothing has changed: 2 units");
    await nest.done("destroy", "--yes", "--now");
    expect(world.objects()).toEqual([]);
  });
});

describeWithOneEngine("Machines that GitLab knows of", (engine) => {
  const API_TOKEN = "glpat-canary-of-the-api";
  const SECRET = "gitlab/gitlab.example.com/api";
  let nest: CloudNest;
  beforeAll(async () => {
    nest = await cloudNest(engine, EXAMPLE);
    nest.remove("Eggs/lint", "Eggs/shared", "Eggs/mobile");
    nest.edit("Eggs/api/config.fly", (text) => text.replace("max_count = 4", "min_count = 2\n      max_count = 4"));
    const { gitlab, secrets } = nest.around;
    gitlab.addToken(API_TOKEN, ["api"], { expires_at: "2099-01-01" });
    gitlab.addProject(101, "acme/api");
    secrets.put(SECRET, JSON.stringify({ "api-token": API_TOKEN }));
  });
  afterAll(() => nest.dispose());

  const registration = () => [...nest.around.gitlab.world.runners.values()][0];
  const machines = () => nest.cloud.world.objects("aws_instance").map(({ attributes }) => (attributes["tags"] as Record<string, string>)["gosling:runner"] as string);
  /** What GitLab hears of the Egg's machines. */
  const report = (jobs: Readonly<Record<string, "active" | "idle">>) => {
    const managers = registration()?.managers;
    managers?.splice(0, managers.length, ...Object.entries(jobs).map(([id, state]) => ({ system_id: systemId("acme", "api", id), status: "online" as const, contacted_at: null, job_execution_status: state })));
  };

  test("deploy registers the runners as its last step, and the plan tells it", async () => {
    const plan = await nest.done("plan");
    expect(plan).toMatch(/On GitLab:\n[\s\S]*\+ +api +runner +project 101 on gitlab.example.com/);
    expect(nest.around.gitlab.writes()).toEqual([]);
    await nest.done("deploy", "--yes");
    expect(registration()?.schema.description).toContain("gosling acme/api");
    const kept = JSON.parse([...(nest.around.secrets.secrets.get(SECRET)?.versions.values() ?? [])].at(-1)?.text ?? "{}") as Record<string, string>;
    expect(kept["runner-token"]).toBe(registration()?.token);
    nest.around.gitlab.forget();
    expect(await nest.done("deploy", "--yes")).toContain("Nothing has changed");
    expect(nest.around.gitlab.requests).toEqual([]);
  });

  test("a changed Egg replaces idle machines, and one that runs a job stays until it is done", async () => {
    const [busy, idle] = machines() as [string, string];
    report({ [busy]: "active", [idle]: "idle" });
    nest.edit("Eggs/api/config.fly", (text) => text.replace('SERVICE = "api"', 'SERVICE = "api-2"'));
    await nest.done("deploy", "--yes");
    expect(machines()).toContain(busy);
    expect(machines()).not.toContain(idle);
    expect(machines()).toHaveLength(3);
    expect(registration()?.schema.paused).toBe(false);

    report(Object.fromEntries(machines().map((id) => [id, "idle"] as const)));
    await nest.done("deploy", "--yes");
    expect(machines()).not.toContain(busy);
    expect(machines()).toHaveLength(2);
  });

  test("machines of which GitLab says nothing stay, and the way to let them go is named", async () => {
    report({});
    nest.edit("Eggs/api/config.fly", (text) => text.replace('SERVICE = "api-2"', 'SERVICE = "api-3"'));
    const before = machines();
    await nest.done("deploy", "--yes");
    expect(machines()).toEqual(expect.arrayContaining(before));
    await nest.done("deploy", "--yes", "--allow-destroy");
    for (const id of before) expect(machines()).not.toContain(id);
  });

  test("an Egg that is gone from the Nest is taken out of GitLab, too", async () => {
    report(Object.fromEntries(machines().map((id) => [id, "idle"] as const)));
    nest.remove("Eggs/api");
    const { stdout, stderr } = await nest.cli("deploy", "--yes");
    expect({ stdout, removed: stderr.includes("- api: runner") }).toEqual({ stdout: "1 destroyed.\n", removed: true });
    expect(registration()).toBeUndefined();
    expect(nest.cloud.world.objects()).toEqual([]);
  });

  test("no token is in the Nest's folder or in what was printed", () => {
    const texts = [...Object.values(contentOf(nest.root)), ...nest.printed];
    for (const secret of [API_TOKEN, "glrt-", "aws-key-canary-0001"]) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  });
});

describeWithOneEngine("Machines on Yandex Cloud", (engine) => {
  let nest: CloudNest;
  const mobile = (apex: number, nadir: number) => nest.edit("Eggs/mobile/config.fly", (text) => text.replace(/apex \{[^}]*\}/, `apex {\n      min_count = ${apex}\n      max_count = 4\n    }`).replace(/nadir \{[^}]*\}/, `nadir {\n      min_count = ${nadir}\n      max_count = 2\n    }`));
  beforeAll(async () => {
    nest = await cloudNest(engine, EXAMPLE);
    nest.remove("Eggs/lint", "Eggs/shared", "Eggs/api");
  });
  afterAll(() => nest.dispose());
  const statuses = () => nest.cloud.world.objects("yandex_compute_instance").map(({ attributes }) => attributes["status"]).sort();

  test("are stopped and started through the compute API after the apply", async () => {
    mobile(1, 1);
    await nest.done("deploy", "--yes");
    expect(statuses()).toEqual(["running", "stopped"]);
    // What Gosling did itself is no drift; what somebody else did is.
    expect((await nest.cli("drift")).code).toBe(0);
    const [running] = nest.cloud.world.objects("yandex_compute_instance").filter(({ attributes }) => attributes["status"] === "running");
    nest.cloud.world.alter("yandex_compute_instance", running?.id ?? "", { status: "stopped" });
    expect(await nest.cli("drift")).toMatchObject({ code: 2, stdout: expect.stringContaining("was changed") as string });
    nest.cloud.world.alter("yandex_compute_instance", running?.id ?? "", { status: "running" });
    mobile(2, 0);
    expect(await nest.done("plan")).toContain("is woken");
    await nest.done("deploy", "--yes");
    expect(statuses()).toEqual(["running", "running"]);
    expect((await nest.status())[0]?.runners.map(({ state }) => state)).toEqual(["on", "on"]);
  });

  test("a start that fails is told, and the next deploy goes on", async () => {
    mobile(1, 1);
    await nest.done("deploy", "--yes", "--allow-destroy");
    mobile(2, 0);
    nest.around.yandex.faults.set("InstanceService/Start", [{ code: 7, details: "Permission denied" }]);
    const failed = await nest.cli("deploy", "--yes");
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("Not every machine is on or off as it should be");
    await nest.done("deploy", "--yes");
    expect(statuses()).toEqual(["running", "running"]);
  });
});
