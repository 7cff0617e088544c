import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { keyId, keysOf } from "../../src/engine";
import { type CloudNest, cloudNest } from "../support/cloud-nest";
import { describeWithOneEngine } from "../support/engines";
import { contentOf } from "../support/folder";
import { describeWithMoto } from "../support/moto";
import { bucketPlace, projectPlace, serverlessEgg, sharedNest, type SharedPlace } from "../support/shared-nest";

jest.setTimeout(240_000);

const KEY = randomBytes(32).toString("base64");
const ENCRYPTED = 'key = "env://STATE_KEY"';
const CANARY = "canary-in-a-coal-mine";
const NOTHING = "Nothing has changed";

interface History {
  readonly deployments: readonly { readonly id: string; readonly unit: string; readonly kind: string; readonly result: string }[];
}

function holdsFor(title: string, start: () => Promise<SharedPlace>, lockedId: string): void {
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
      expect(kept.filter(([, content]) => content.includes(CANARY) || content.includes(KEY))).toEqual([]);
      const saved = JSON.parse(readFileSync(join(there.root, "saved.plan"), "utf8")) as { units: { stacks: { plan: string }[] }[] };
      const plans = saved.units.flatMap(({ stacks }) => stacks.map(({ plan }) => Buffer.from(plan, "base64").toString()));
      // Terraform encrypts nothing.
      if (engine.name === "tofu") for (const content of [await stateOf("lint"), await stateOf("api"), ...plans]) expect(keysOf(content)).toEqual([keyId(KEY)]);
      expect(await there.done("deploy", "--plan", "saved.plan")).toBe("1 deployed.\n");
      await here.done("deploy", "--yes");
    });

    test("P24: a plan, dry runs and looks write nothing there and wait for no lock", async () => {
      const there = clone();
      there.edit("Eggs/lint/config.fly", (text) => text.replace("10m", "20m").replace('egg "lint" {', 'egg "check" {\n  renamed_from = "lint"'));
      there.edit("Eggs/api/config.fly", (text) => text.replace("min_count = 1", "min_count = 2"));
      there.write({ "Eggs/fresh/config.fly": serverlessEgg("fresh") });
      for (const stack of ["lint", "api"]) await place.leaveLock(stack, lockedId);
      const [before, world] = [await place.kept(), inTheWorld()];
      const plan = await there.done("plan");
      expect(plan).toContain("Plan: 3 units to change");
      // The old name's state is where it was.
      expect(plan).toMatch(/check {2}is brought up to date \(takes over lint\)\n +resources: 0 to create/);
      await there.done("deploy", "--dry-run");
      await there.done("destroy", "--dry-run");
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
      // The container's function alone: AWS can't rename it.
      const remade = inTheWorld().filter((object) => !world.includes(object));
      expect(remade.map((object) => object.split(" ")[0])).toEqual(["aws_lambda_event_source_mapping"]);
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

describeWithMoto("Deployments with state in a bucket", () => holdsFor("in S3", bucketPlace, "11111111-2222-4333-8444-555555555555"));
holdsFor("Deployments with state in GitLab", projectPlace, "11111111-2222-4333-8444-555555555555");
