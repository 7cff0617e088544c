import type { RunnerRecord } from "../runner/records";
import type { ObservedRunner } from "../uglyfox/pool-size";
import type { UnitRecords } from "../store/deployment";
import type { RunnerEntry } from "../vocabulary/runner-entry";
import { parseSecretReference } from "../vocabulary/secret";

type Environment = Readonly<Record<string, string | undefined>>;

/** A runner as a deployment finds it: what the engine was told, and what this machine knows of it. */
export interface FoundRunner extends ObservedRunner {
  /** Egg under whose name its folder and its process are. */
  readonly home: string;
  /** Its process should be there and isn't, or can't get what it waits for: it is started again. */
  readonly dead: boolean;
  /** It is dead, but its agent lives on and may run a job: the new process lets it finish. */
  readonly orphaned: boolean;
  readonly record?: RunnerRecord;
}

/** All that is there of one unit before a deployment decides. */
export interface FoundUnit {
  readonly unit: string;
  readonly records: UnitRecords;
  readonly runners: readonly FoundRunner[];
}

/** A runner in the engine's state. */
export interface StateRunner {
  readonly entry: RunnerEntry;
  readonly home: string;
  /** The cloud's id of its machine. */
  readonly instance?: string;
}

/** What runs a job in a cloud, by the id of its runner; a runner that isn't named may run one. */
export type CloudActivity = ReadonlyMap<string, "idle" | "busy">;

/**
 * Puts together what is known. `state` is what the engine's state holds; it is asked for only when a
 * deployment was begun and did not end, since otherwise the record of the last one says the same.
 */
export function observeUnit(unit: string, records: UnitRecords, state: ReadonlyMap<string, StateRunner> | undefined, machine: readonly RunnerRecord[], env: Environment = {}): FoundUnit {
  const byPlace = new Map(machine.map((record) => [`${record.egg}/${record.id}`, record]));
  const runners = [...knownRunners(unit, records, state)].map(([id, { entry, home }]) => foundRunner(id, entry, home, byPlace.get(`${home}/${id}`), env));
  return { unit, records, runners };
}

/**
 * The same for machines of a cloud. `activity`: default is that all are idle, which is enough to know whether any
 * would have to go.
 */
export function observeCloudUnit(unit: string, records: UnitRecords, state: ReadonlyMap<string, StateRunner> | undefined, activity?: CloudActivity): FoundUnit {
  const activityOf = (id: string, { power }: RunnerEntry) => (power === "off" || activity === undefined ? "idle" : (activity.get(id) ?? "busy"));
  const runners = [...knownRunners(unit, records, state)].map(([id, { entry, home }]): FoundRunner => ({ ...entry, id, home, activity: activityOf(id, entry), draining: false, dead: false, orphaned: false }));
  return { unit, records, runners };
}

function knownRunners(unit: string, { applied }: UnitRecords, state: ReadonlyMap<string, StateRunner> | undefined): ReadonlyMap<string, StateRunner> {
  return state ?? new Map(Object.entries(applied?.runners ?? {}).map(([id, entry]) => [id, { entry, home: applied?.homes?.[id] ?? unit }]));
}

/** Runners on this machine that no unit names: what a crash left before the engine could write its state. */
export function findOrphans(machine: readonly RunnerRecord[], units: readonly FoundUnit[]): readonly RunnerRecord[] {
  const named = new Set(units.flatMap((unit) => unit.runners.map((runner) => `${runner.home}/${runner.id}`)));
  return machine.filter((record) => !named.has(`${record.egg}/${record.id}`));
}

function foundRunner(id: string, entry: RunnerEntry, home: string, record: RunnerRecord | undefined, env: Environment): FoundRunner {
  // Without its folder nobody can tell it anything: it counts as drained and is replaced.
  const lost = record?.configuration === undefined;
  const alive = record?.process === "alive";
  const busy = record?.busy ?? false;
  return {
    ...entry,
    id,
    home,
    activity: busy ? "busy" : alive ? "idle" : entry.power === "on" ? "ended" : "idle",
    draining: lost || record.draining,
    dead: !lost && entry.power === "on" && !record.draining && (!alive || missesEnvironment(record, env)),
    orphaned: !alive && record?.orphan !== undefined,
    ...(record && { record }),
  };
}

/**
 * Whether a runner waits for a variable of the environment that is set by now. A process never sees
 * what is set after its start, so it would wait for good.
 */
function missesEnvironment({ heartbeat, configuration }: RunnerRecord, env: Environment): boolean {
  if (heartbeat?.state !== "waiting" || !configuration) return false;
  const references = [...configuration.repositories.map((repository) => repository.runnerToken), ...Object.values(configuration.secrets)];
  return references.some((text) => {
    const reference = parseSecretReference(text);
    return reference.ok && reference.value.backend === "env" && Boolean(env[reference.value.name]) && heartbeat.missing.some((missing) => missing.includes(text));
  });
}
