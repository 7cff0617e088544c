import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { keyId, keysOf } from "../../src/engine";
import { type CloudNest, cloudNest } from "../support/cloud-nest";
import { describeWithOneEngine } from "../support/engines";
import { contentOf } from "../support/folder";
import { describeWithMoto } from "../support/moto";
import { bucketPlace, machineEgg, projectPlace, serverlessEgg, sharedNest, type SharedPlace } from "../support/shared-nest";

jest.setTimeout(240_000);

const KEY = randomBytes(32).toString("base64");
const ENCRYPTED = 'key = "env://STATE_KEY"';
const CANARY = "canary-in-a-coal-mine";
const LOCK = "11111111-2222-4333-8444-555555555555";
const NOTHING = "Nothing has changed";

interface History {
  readonly deployments: readonly { readonly id: string; readonly unit: string; readonly kind: string; readonly result: string }[];
}

function holdsFor(title: string, start: () => Promise<SharedPlace>): void {
  describeWithOneEngine(title, (engine) => {
    let place: SharedPlace;
    let here: CloudNest;
    const clones: CloudNest[] = [];
    const clone = (environment?: Readonly<Record<string, string>>): CloudNest => {
      const made = here.clone(environment);
      clones.push(made);
      return made;
    };
    const historyOf = async (nest: CloudNest, ...names: string[]): Promise<History["deployments"]> => (JSON.parse(await nest.done("history", ...names, "--json")) as History).deployments;
    const inTheWorld = (type?: string): readonly string[] => here.cloud.world.objects(type).map(({ type: each, id }) => `${each} ${id}`).sort();
    const stateOf = async (stack: string): Promise<string> => {
      const found = [...(await place.kept())].find(([name]) => name === stack || name === `tofu-states/${stack}/terraform.tfstate`);
      return found?.[1].toString() ?? "";
    };

    beforeAll(async () => {
      place = await start();
      const files = { ...sharedNest(place.block(ENCRYPTED)), "Eggs/lint/config.fly": serverlessEgg("lint", `environment = { NOTE = "${CANARY}" }`) };
      here = await cloudNest(engine, files, { ...place.environment, STATE_KEY: KEY }, { keepState: true });
    });
    afterAll(async () => {
      await Promise.all(clones.map((nest) => nest.dispose()));
      await here.dispose();
      await place.close();
    });

    test("what one folder deploys, a fresh clone knows, changes and rolls back", async () => {
      expect(await here.done("deploy", "--yes")).toBe("2 deployed.\n");
      const there = clone();
      expect(await there.done("deploy", "--yes")).toContain(NOTHING);
      expect((await there.status()).map(({ unit, deployment, runners }) => [unit, deployment, runners.map(({ state }) => state)])).toEqual([["api", "deployed", ["on"]], ["lint", "deployed", []]]);
      expect((await historyOf(there)).map(({ unit, result }) => [unit, result]).sort()).toEqual([["api", "succeeded"], ["lint", "succeeded"]]);

      there.edit("Eggs/lint/config.fly", (text) => text.replace("10m", "12m"));
      expect(await there.done("deploy", "--yes")).toBe("1 deployed, 1 unchanged.\n");
      expect((await historyOf(here, "lint")).map(({ kind }) => kind)).toEqual(["deploy", "deploy"]);
      expect(await clone().done("rollback", "lint", "--yes")).toBe("1 deployed.\n");
      expect(await here.done("deploy", "--yes")).toContain(NOTHING);
    });

    test("nothing that is kept there, or in the folder, tells what an Egg's environment holds", async () => {
      const there = clone();
      there.edit("Eggs/lint/config.fly", (text) => text.replace("10m", "15m"));
      await there.done("plan", "--out", "saved.plan");
      // The configuration is what the Nest's own files say.
      const inFolder = Object.entries(contentOf(join(here.root, ".gosling"))).filter(([path]) => !path.endsWith("cdk.tf.json"));
      const kept = [...(await place.kept()), ...inFolder].map(([name, content]) => [name, content.toString()] as const);
      // Terraform encrypts no state.
      const sealed = kept.filter(([name]) => engine.name === "tofu" || name.startsWith("gosling"));
      expect(sealed.filter(([, content]) => content.includes(CANARY)).map(([name]) => name)).toEqual([]);
      expect(kept.filter(([, content]) => content.includes(KEY)).map(([name]) => name)).toEqual([]);
      const saved = JSON.parse(readFileSync(join(there.root, "saved.plan"), "utf8")) as { units: { stacks: { plan: string }[] }[] };
      const plans = saved.units.flatMap(({ stacks }) => stacks.map(({ plan }) => Buffer.from(plan, "base64").toString()));
      if (engine.name === "tofu") for (const content of [await stateOf("lint"), await stateOf("api"), ...plans]) expect(keysOf(content)).toEqual([keyId(KEY)]);
      expect(await there.done("deploy", "--plan", "saved.plan")).toBe("1 deployed.\n");
      await here.done("deploy", "--yes");
    });

    test("P24: a plan, dry runs and looks write nothing there and wait for no lock", async () => {
      const there = clone();
      there.edit("Eggs/lint/config.fly", (text) => text.replace("10m", "20m").replace('egg "lint" {', 'egg "check" {\n  renamed_from = "lint"'));
      there.edit("Eggs/api/config.fly", (text) => text.replace("min_count = 1", "min_count = 2"));
      for (const stack of ["lint", "api"]) await place.leaveLock(stack, LOCK);
      const [before, world] = [await place.kept(), inTheWorld()];
      const plan = await there.done("plan");
      expect(plan).toContain("Plan: 2 units to change");
      // The old name's state is where it was.
      expect(plan).toMatch(/check {2}is brought up to date \(takes over lint\)\n +resources: 0 to create/);
      await there.done("deploy", "--dry-run", "--target", "api");
      await there.done("destroy", "--dry-run", "lint");
      await there.done("state", "list");
      expect((await there.cli("drift")).code).toBe(0);
      expect(await place.kept()).toEqual(before);
      expect(inTheWorld()).toEqual(world);
      for (const stack of ["lint", "api"]) expect(await there.done("state", "unlock", stack, "--yes")).toContain(`the state of ${stack}, held by `);
    });

    test("drift tells of what somebody removed", async () => {
      const [machine] = here.cloud.world.objects("aws_instance");
      here.cloud.world.vanish("aws_instance", machine?.id ?? "");
      const drift = await clone().cli("drift");
      expect({ code: drift.code, stdout: drift.stdout }).toEqual({ code: 2, stdout: expect.stringContaining("is gone; a deploy --refresh would create it") as string });
      await clone().done("deploy", "--yes", "--refresh", "--target", "api");
      expect(inTheWorld("aws_instance")).toHaveLength(1);
    });

    test("renamed_from moves state and history, and the next clone destroys what has left the Nest", async () => {
      const there = clone();
      const world = inTheWorld();
      there.write({ "Eggs/check/config.fly": serverlessEgg("check", `renamed_from = "lint"\n  environment = { NOTE = "${CANARY}" }`) });
      rmSync(join(there.root, "Eggs/lint"), { recursive: true });
      expect(await there.done("deploy", "--yes")).toBe("1 deployed, 1 unchanged.\n");
      // A definition never changes: there are only new ones.
      const remade = inTheWorld().filter((object) => !world.includes(object));
      expect(remade.map((object) => object.split(" ")[0])).toEqual(["aws_ecs_task_definition"]);
      expect(inTheWorld()).toHaveLength(world.length);
      expect((await historyOf(there, "check")).map(({ unit }) => unit)).toContain("lint");
      expect((JSON.parse(await there.done("state", "list", "--json")) as { units: { unit: string }[] }).units.map(({ unit }) => unit)).toEqual(["api", "check"]);

      const later = clone();
      rmSync(join(later.root, "Eggs/lint"), { recursive: true });
      expect(await later.done("deploy", "--yes")).toBe("1 destroyed, 1 unchanged.\n");
      expect(await later.done("destroy", "--yes", "--now")).toBe("1 destroyed.\n");
      expect(inTheWorld()).toEqual([]);
    });
  });
}

describeWithMoto("Deployments with state in a bucket", () => holdsFor("in S3", bucketPlace));
holdsFor("Deployments with state in GitLab", projectPlace);

/** What goes wrong, and who is at work: told of a project, where all of it costs least. */
describeWithOneEngine("A shared state", (engine) => {
  let place: Awaited<ReturnType<typeof projectPlace>>;
  let here: CloudNest;
  const nests: CloudNest[] = [];
  const clone = (environment?: Readonly<Record<string, string>>): CloudNest => {
    const made = here.clone(environment);
    nests.push(made);
    return made;
  };
  const setTimeoutTo = (nest: CloudNest, timeout: string) => nest.edit("Eggs/lint/config.fly", (text) => text.replace(/timeout    = "\w+"/, `timeout    = "${timeout}"`));
  const results = async (): Promise<readonly (string | null)[]> => (JSON.parse(await here.done("history", "lint", "--json")) as History).deployments.map(({ result }) => result);
  beforeAll(async () => {
    place = await projectPlace();
    here = await cloudNest(engine, { ...sharedNest(place.block(ENCRYPTED)), "Eggs/api/config.fly": serverlessEgg("api") }, { ...place.environment, STATE_KEY: KEY }, { keepState: true });
    rmSync(join(here.root, "Eggs/api"), { recursive: true });
  });
  afterAll(async () => {
    await Promise.all(nests.map((nest) => nest.dispose()));
    await here.dispose();
    await place.close();
  });

  test("nothing is made without a key, with a malformed one, without a token or a project", async () => {
    const cases = [
      [{ STATE_KEY: "" }, "STATE_KEY"],
      [{ STATE_KEY: "no-key" }, "32 bytes in base64"],
      [{ CI_JOB_TOKEN: "" }, "Set GITLAB_TOKEN to a token with the scope api"],
      [{ CI_JOB_TOKEN: "wrong" }, "denied (status 401)"],
      [{ CI_PROJECT_ID: "" }, "Write repository {"],
    ] as const;
    for (const [environment, told] of cases) {
      const { code, stderr } = await clone(environment).cli("deploy", "--yes");
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(told) as string });
      expect(stderr).not.toContain("no-key");
    }
    expect(here.cloud.world.objects()).toEqual([]);
    expect((await place.kept()).size).toBe(0);
  });

  test("another key than it was sealed with is told of, and opens nothing", async () => {
    expect(await here.done("deploy", "--yes")).toBe("1 deployed.\n");
    const world = here.cloud.world.objects().length;
    const other = clone({ STATE_KEY: randomBytes(32).toString("base64") });
    for (const command of [["status"], ["deploy", "--yes"], ["destroy", "--yes"]]) {
      const { code, stderr } = await other.cli(...command);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("it was sealed with another key") as string });
    }
    expect(here.cloud.world.objects()).toHaveLength(world);
  });

  test("what fails and can't be recorded either is told with both reasons, the engine's first; the next deploy goes on", async () => {
    const there = clone();
    await there.done("deploy", "--yes");
    setTimeoutTo(there, "11m");
    const before = (await results()).length;
    place.gitlab.fault = ({ method, url }) => (method === "PUT" && url?.endsWith("/end.json") ? 403 : undefined);
    here.cloud.world.inject({ operation: "create", type: "aws_ecs_task_definition", kind: "fail", message: "the cloud has failed" });
    const { code, stdout, stderr } = await there.cli("deploy", "--yes");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "1 failed.\n" });
    expect(stderr).toMatch(/error: .*the cloud has failed[\s\S]*error: That could not be recorded: PUT .* is denied \(status 403\)\n.*package registry/);

    // What went well is no failure of the engine.
    const unrecorded = await there.cli("deploy", "--yes");
    expect(unrecorded.stderr).toMatch(/error: lint is as it was to be, and that could not be recorded: PUT .*\n.*The next deploy looks at what is there and goes on/);
    expect(unrecorded.stderr).not.toContain("the cloud has failed");
    place.gitlab.fault = undefined;
    expect(await there.done("deploy", "--yes")).toBe("1 deployed.\n");
    expect((await results()).length).toBe(before + 3);
    expect((await results()).slice(0, 3)).toEqual(["succeeded", null, null]);
    expect(await there.done("deploy", "--yes")).toContain(NOTHING);
  });

  test("a unit whose state is denied, or is broken, fails alone: the table tells why, and the others are deployed", async () => {
    const there = clone();
    await there.done("deploy", "--yes");
    const kept = place.gitlab.states.get("lint") as Buffer;
    const deployBoth = async (timeout: string) => {
      setTimeoutTo(there, timeout);
      there.write({ "Eggs/api/config.fly": serverlessEgg("api").replace("10m", timeout) });
      return there.cli("deploy", "--yes");
    };
    place.gitlab.fault = ({ url }) => (url?.includes("/terraform/state/lint") ? 403 : undefined);
    const denied = await deployBoth("13m");
    place.gitlab.fault = undefined;
    expect(denied).toMatchObject({ code: 1, stdout: expect.stringMatching(/^lint +failed +The state of .*stacks\/lint can't be reached with these credentials\.\n1 deployed, 1 failed\.$/m) as string });

    // By now the state has to be asked before anything can be decided.
    place.gitlab.states.set("lint", Buffer.from("<html>"));
    const broken = await deployBoth("14m");
    place.gitlab.states.set("lint", kept);
    expect(broken).toMatchObject({ code: 1, stdout: expect.stringMatching(/^lint +failed +The state of .*stacks\/lint cannot be read\. .*\n1 deployed, 1 failed\.$/m) as string });
    expect(broken.stderr).toContain("GitLab and a bucket with versions keep earlier ones");
    expect(await there.done("deploy", "--yes")).toBe("1 deployed, 1 unchanged.\n");
    await there.done("destroy", "api", "--yes", "--now");
  });

  test("Two deploys of one Nest at the same time from two folders with a shared state: one waits or is refused clearly, none is lost", async () => {
    const [one, other] = [clone(), clone()];
    setTimeoutTo(one, "20m");
    setTimeoutTo(other, "30m");
    const before = (await results()).length;
    const waited = await Promise.all([one.cli("deploy", "--yes", "--lock-timeout", "60"), other.cli("deploy", "--yes", "--lock-timeout", "60")]);
    expect(waited.map(({ code }) => code)).toEqual([0, 0]);
    expect(waited.map(({ stderr }) => stderr).join("")).toContain("Another deployment works on lint");
    expect(await results()).toHaveLength(before + 2);
    expect((await results()).slice(0, 2)).toEqual(["succeeded", "succeeded"]);
    expect(place.gitlab.locks.size).toBe(0);

    setTimeoutTo(one, "21m");
    setTimeoutTo(other, "31m");
    const refused = await Promise.all([one.cli("deploy", "--yes"), other.cli("deploy", "--yes")]);
    expect(refused.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(refused.find(({ code }) => code === 1)?.stderr).toMatch(/Another deployment works on lint \(.*, process \d+, since 2026-[^)]+\)[\s\S]*gosling state unlock lint/);
    expect(await results()).toHaveLength(before + 3);
    await clone().done("deploy", "--yes");
  });

  test("state unlock says who held a lock that was left behind, and breaks it", async () => {
    const { gitlabUnitLocks } = await import("../../src/store/gitlab-unit-locks.js");
    const locksOf = (who: string) => gitlabUnitLocks({ api: place.environment["CI_API_V4_URL"] ?? "", project: 7, token: { kind: "job", value: "job-token-7" }, who, newId: () => LOCK });
    await locksOf("ada@build-7, process 4711").lock("lint");
    await place.leaveLock("lint", LOCK);
    const there = clone();
    setTimeoutTo(there, "25m");
    expect((await there.cli("deploy", "--yes")).stderr).toContain("Another deployment works on lint (ada@build-7, process 4711");
    expect((await there.cli("state", "unlock", "lint")).code).toBe(64);
    expect(await there.done("state", "unlock", "lint", "--yes")).toMatch(/^Unlocked: the deployment of lint, held by ada@build-7, process 4711 since .*\nUnlocked: the state of lint, held by /);
    expect(await there.done("state", "unlock", "lint", "--yes")).toBe("Nothing of lint is locked.\n");
    expect(await there.done("deploy", "--yes")).toBe("1 deployed.\n");

    await locksOf(`ada@${hostname()}, process ${process.pid}`).lock("lint");
    expect((await there.cli("state", "unlock", "lint", "--yes")).stderr).toContain("which is alive");
    expect(JSON.parse(await there.done("state", "unlock", "lint", "--yes", "--force", "--json"))).toMatchObject({ unlocked: [{ kind: "deployment", unit: "lint" }] });
    expect((await there.cli("state", "unlock", "lnit", "--yes")).stderr).toContain('Did you mean "lint"?');
  });

  test("state list shows what is in it, and state import takes what exists", async () => {
    // In clear, so that something can be taken out of it.
    const there = clone();
    there.write({ "nest.fly": `nest {\n  name = "acme"\n  ${place.block()}\n}\n`, "Eggs/lint/config.fly": serverlessEgg("open") });
    await place.withoutRecords(async () => {
      await there.done("deploy", "--yes");
      const lists = async () => (JSON.parse(await there.done("state", "list", "--json")) as { units: { unit: string; stacks: { stack: string; addresses: string[] }[] }[] }).units;
      const before = await lists();
      expect(before).toMatchObject([{ unit: "open", stacks: [{ stack: "open", addresses: expect.arrayContaining(["aws_sqs_queue.dead"]) as string[] }] }]);
      expect(await there.done("state", "list", "open")).toContain("    aws_sqs_queue.dead\n");
      const state = JSON.parse((place.gitlab.states.get("open") as Buffer).toString()) as { serial: number; resources: { type: string; name: string; instances: { attributes: { id: string } }[] }[] };
      const dead = state.resources.find(({ type, name }) => type === "aws_sqs_queue" && name === "dead");
      const id = dead?.instances[0]?.attributes.id ?? "";
      const importing = (...args: string[]) => there.cli("state", "import", "open", ...args);
      for (const [args, told] of [
        [["aws_sqs_queue.dead", id], "already"],
        [["aws_sqs_queue.nowhere", id], "has no resource aws_sqs_queue.nowhere"],
        [["aws_sqs_queue.dead", id, "--stack", "open.2"], "open has no stack open.2"],
      ] as const) {
        const { code, stderr } = await importing(...args);
        expect({ failed: code !== 0, stderr }).toEqual({ failed: true, stderr: expect.stringContaining(told) as string });
      }
      place.gitlab.states.set("open", Buffer.from(JSON.stringify({ ...state, serial: state.serial + 1, resources: state.resources.filter((resource) => resource !== dead) })));
      expect((await lists())[0]?.stacks[0]?.addresses).not.toContain("aws_sqs_queue.dead");

      const queues = here.cloud.world.objects("aws_sqs_queue").length;
      expect((await importing("aws_sqs_queue.dead", id)).stdout).toContain("aws_sqs_queue.dead is in the state of open now");
      expect(await lists()).toEqual(before);
      expect(await there.done("deploy", "--yes", "--refresh")).toBe("1 deployed.\n");
      expect(here.cloud.world.objects("aws_sqs_queue")).toHaveLength(queues);
      expect(place.gitlab.locks.size).toBe(0);
    });
  });

  test("is not taken where something is deployed with its state here", async () => {
    const there = clone();
    const shared = readFileSync(join(there.root, "nest.fly"), "utf8");
    there.write({ "nest.fly": 'nest {\n  name = "acme"\n}\n', "Eggs/first/config.fly": machineEgg("first", [0, 101]) });
    rmSync(join(there.root, "Eggs/lint"), { recursive: true });
    await there.done("deploy", "--yes");
    // The second stack's removal is planned with what the first one hands over.
    expect(await there.done("destroy", "--dry-run")).toMatch(/first {2}is removed\n +resources: 0 to create, 0 to change, 0 to replace, \d+ to destroy/);
    const [world, kept] = [here.cloud.world.objects().length, await place.kept()];
    there.write({ "nest.fly": shared });
    for (const command of [["deploy", "--yes"], ["plan"], ["status"]]) {
      const { code, stderr } = await there.cli(...command);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/the state of first is in \.gosling of this folder\n.*gosling destroy/) as string });
    }
    expect(here.cloud.world.objects()).toHaveLength(world);
    expect(await place.kept()).toEqual(kept);
  });
});

describeWithMoto("State in a bucket that isn't there", () => {
  describeWithOneEngine("or that nobody may use", (engine) => {
    test("is told of, and nothing is made", async () => {
      const place = await bucketPlace();
      const nest = await cloudNest(engine, sharedNest(place.block().replace(/state-\w+/, "nowhere")), place.environment, { keepState: true });
      try {
        const { code, stderr } = await nest.cli("deploy", "--yes");
        expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("There is no bucket nowhere") as string });
        expect(stderr).toContain("or name another one in nest.state");
        expect(nest.cloud.world.objects()).toEqual([]);
      } finally {
        await nest.dispose();
        await place.close();
      }
    });
  });
});
