import fc from "fast-check";
import { gunzipSync } from "node:zlib";
import type { WorldObject } from "../../src/rehearsal";
import { type CloudNest, cloudNest, twoClouds } from "../support/cloud-nest";
import { inject, machinesIn, recordedMachines, type Trouble } from "../support/cloud-trouble";
import { localSite } from "../support/deployed";
import { describeWithOneEngine } from "../support/engines";

/** Each takes seconds: 3 of always the same, more and others where `FC_RUNS` asks for them. */
const RUNS = Number(process.env["FC_RUNS"] ?? 3);
const SEED = process.env["FC_RUNS"] === undefined ? { seed: 29 } : {};

type Egg = "web" | "app";
const MACHINE = { web: "aws_instance", app: "yandex_compute_instance" } as const;
const SECRETS = { web: "aws-sm", app: "yc-lockbox" } as const;

interface Configuration {
  readonly on: number;
  readonly off: number;
}
const configuration = fc.record({ on: fc.integer({ min: 1, max: 2 }), off: fc.integer({ min: 0, max: 1 }), secrets: fc.integer({ min: 0, max: 2 }) });
/** Of a machine: each configuration makes new ones and removes the old. */
const trouble = fc.constantFrom<Trouble["what"]>("nothing is made", "an orphan", "half made", "the provider dies", "the provider dies afterwards", "nothing is removed");

const run = fc.record({
  egg: fc.constantFrom<Egg>("web", "app"),
  first: configuration,
  /** Deployed in between, if at all; where there is trouble, that fails. */
  between: fc.option(fc.record({ wanted: configuration, what: fc.option(trouble, { nil: undefined, freq: 1 }) }), { nil: undefined }),
  last: fc.record({ wanted: configuration, what: trouble }),
});

describeWithOneEngine("P25", (engine) => {
  test("P25: after a failed deployment, a rollback gives the previous configuration again, in the cloud and in the engine's state", async () => {
    await fc.assert(
      fc.asyncProperty(run, async ({ egg, first, between, last }) => {
        const nest = await cloudNest(engine, twoClouds());
        try {
          let previous: Configuration & { readonly deployed?: Deployed } = first;
          for (const [index, { wanted, what }] of [{ wanted: first, what: undefined }, ...(between ? [between] : []), last].entries()) {
            nest.write(twoClouds({ on: wanted.on, off: wanted.off, timeout: `${index + 1}h` }));
            nest.edit(`Eggs/${egg}/config.fly`, (text) => text.replace("  resources {", `  secrets = {${secrets(wanted.secrets, egg)}}\n  resources {`));
            if (what) inject({ what, type: MACHINE[egg] }, nest.cloud.world);
            const { code, stderr } = await nest.cli("deploy", "--yes", "--allow-destroy", "--target", egg);
            expect({ code, stderr }).toEqual({ code: what ? 1 : 0, stderr });
            if (!what) previous = { ...wanted, deployed: await deployedOf(nest, egg) };
          }

          expect(await nest.done("rollback", egg, "--yes", "--allow-destroy")).toBe("1 deployed.\n");
          expect(await deployedOf(nest, egg)).toEqual(previous.deployed);
          const machines = machinesIn(nest.cloud.world);
          expect(machines).toEqual(await recordedMachines(nest));
          expect(machines.filter((machine) => machine.endsWith(" on"))).toHaveLength(previous.on);
          // More may sleep, up to what the pool has room for.
          expect(machines.length - previous.on).toBeGreaterThanOrEqual(previous.off);
          expect(machines.length - previous.on).toBeLessThanOrEqual(2);
          // What the engine's state says is what is there.
          expect(await nest.cli("drift")).toMatchObject({ code: 0 });
        } finally {
          await nest.dispose();
        }
      }),
      // A smaller counterexample would take minutes to find.
      { numRuns: RUNS, endOnFailure: true, ...SEED },
    );
  }, 25 * 60_000);
});

function secrets(count: number, egg: Egg): string {
  return Array.from({ length: count }, (_, index) => `SECRET_${index} = "${SECRETS[egg]}://jobs/secret-${index}#value"`).join(", ");
}

interface Deployed {
  readonly recorded: object;
  /** What is in the cloud beside machines, with all that it is. */
  readonly shared: readonly string[];
  /** What machines were told when they were made; the same for all of one configuration. */
  readonly machines: readonly string[];
}

async function deployedOf({ root, cloud }: CloudNest, egg: Egg): Promise<Deployed> {
  const { store } = localSite(root, { readOnly: true });
  const { applied } = await store.currentOf(egg).finally(() => store.close());
  const objects = cloud.world.objects();
  const shared = objects.filter(({ type }) => !OF_MACHINES.has(type)).map((object) => `${object.type} ${withoutIds(object, objects)}`);
  return {
    recorded: { stacks: applied?.stacks, revision: applied?.revision, pool: applied?.pool },
    shared: shared.sort(),
    machines: [...new Set(objects.filter(({ type }) => type === MACHINE[egg]).map(({ attributes }) => toldTo(attributes)))],
  };
}

const OF_MACHINES: ReadonlySet<string> = new Set([...Object.values(MACHINE), "aws_ec2_instance_state"]);

/** An object that was made anew is another one, and the same thing. */
function withoutIds({ attributes }: WorldObject, objects: readonly WorldObject[]): string {
  return objects.reduce((text, { id, type }) => text.replaceAll(id, type), JSON.stringify(attributes));
}

function toldTo(attributes: WorldObject["attributes"]): string {
  const packed = attributes["user_data_base64"];
  const told = typeof packed === "string" ? gunzipSync(Buffer.from(packed, "base64")).toString() : JSON.stringify(attributes["metadata"]);
  const marks = (attributes["tags"] ?? attributes["labels"]) as Readonly<Record<string, string>>;
  return told.replaceAll(marks["gosling:runner"] ?? marks["gosling-runner"] ?? "", "RUNNER");
}
