import { existsSync } from "node:fs";
import type { StateResource } from "../engine";
import type { UnitRecords } from "../store/deployment";
import { copyStack } from "./copy-stack";
import { deployedStacks } from "./decide-unit";
import { openUnitStack, type EngineContext } from "./engine-context";
import type { StateRunner } from "./observe";
import { restoreConfiguration } from "./put-configuration";
import type { DeploymentSite } from "./site";
import { stateFile, type Workspace } from "./workspace";

/**
 * The runners that the engine's state holds, over all stacks of a unit; undefined where the record of
 * the last deployment says the same and no engine needs to be asked.
 */
export async function stateRunners(site: DeploymentSite, records: UnitRecords, context: EngineContext, scratch?: Workspace): Promise<ReadonlyMap<string, StateRunner> | undefined> {
  if (!records.pending) return undefined;
  // A record lists its stacks in the order of their shards.
  const shards = new Map([records.applied, records.pending].flatMap((record) => record?.stacks.map(({ name }, index) => [name, index + 1] as const) ?? []));
  const runners = new Map<string, StateRunner>();
  for (const [name, configurationHash] of deployedStacks(records)) {
    const stack = { name, configurationHash };
    if (site.state === "local" && !existsSync(stateFile(site.workspace, name))) continue;
    // A dry run writes nothing, and the engine's own working files are written too: it reads a copy.
    if (scratch) await copyStack(site, stack, scratch);
    else await restoreConfiguration(site, stack);
    const resources = await openUnitStack(scratch ?? site.workspace, name, context).resources();
    for (const [id, runner] of runnersOf(resources, shards.get(name) ?? 1)) runners.set(id, runner);
  }
  return runners;
}

/** Reads runners out of a stack's resources, whichever cloud they are of. */
export function runnersOf(resources: readonly StateResource[], shard: number): ReadonlyMap<string, StateRunner> {
  const processes = new Set(resources.flatMap(({ type, name, key }) => (type === "terraform_data" && name === "process" ? [key] : [])));
  const stopped = new Set(resources.flatMap(({ type, key, values }) => (type === "aws_ec2_instance_state" && values["state"] === "stopped" ? [key] : [])));
  return new Map(
    resources.flatMap((resource): [string, StateRunner][] => {
      const read = READERS[resource.type];
      if (!read || resource.name !== "runner" || typeof resource.key !== "string") return [];
      const { egg, revision, power, place } = read(resource, { processes, stopped });
      if (typeof egg !== "string" || typeof revision !== "string") return [];
      const { id } = resource.values;
      return [[resource.key, { home: egg, entry: { power: power ? "on" : "off", revision, shard, place }, ...(place !== "local" && typeof id === "string" && { instance: id }) }]];
    }),
  );
}

/** Keys of resources that say beside a runner whether it is on. */
interface Power {
  readonly processes: ReadonlySet<unknown>;
  readonly stopped: ReadonlySet<unknown>;
}

interface ReadRunner {
  readonly egg: unknown;
  readonly revision: unknown;
  readonly power: boolean;
  readonly place: string;
}

/**
 * How each cloud's machine tells what it is (`constructs/clouds/CLOUD/machines.ts`). Its place is known to the record
 * alone, and a machine that is there never moves, whatever is said of it.
 */
const READERS: Readonly<Record<string, (resource: StateResource, power: Power) => ReadRunner>> = {
  terraform_data: ({ key, values }, { processes }) => {
    const input = fields(values["input"]);
    return { egg: input["egg"], revision: input["revision"], power: processes.has(key), place: "local" };
  },
  // A machine runs from its beginning; that it is to be stopped comes after it.
  aws_instance: ({ key, values }, { stopped }) => {
    const tags = fields(values["tags"]);
    return { egg: tags["gosling:egg"], revision: tags["gosling:config"], power: !stopped.has(key), place: "0" };
  },
  yandex_compute_instance: ({ values }) => ({
    egg: fields(values["metadata"])["gosling-egg"],
    revision: fields(values["labels"])["gosling-config"],
    power: ["running", "starting", "provisioning"].includes(String(values["status"]).toLowerCase()),
    place: "0",
  }),
};

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
