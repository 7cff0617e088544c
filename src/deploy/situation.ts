import { type Engine, mapConcurrent } from "../engine";
import { readRunners, type RunnerRecord } from "../runner/records";
import type { SecretPlace } from "../secrets";
import type { DeploymentRecord, RecordedRepository, UnitRecords } from "../store/deployment";
import { GoslingError } from "../vocabulary/error";
import { findLostMachines, type LostMachines, withLost } from "./lost-machines";
import { decideUnit, type UnitDecision } from "./decide-unit";
import type { EngineContext, MachineUnit } from "./engine-context";
import { type CloudActivity, findOrphans, observeCloudUnit, observeUnit, type FoundUnit } from "./observe";
import type { DeploymentSite } from "./site";
import { stateRunners } from "./state-runners";
import type { DeployableUnit } from "./wanted";
import type { Workspace } from "./workspace";

/** One unit, and what is to be done with it. */
export interface UnitPlan {
  readonly unit: string;
  readonly wanted?: DeployableUnit;
  readonly found: FoundUnit;
  readonly decision: UnitDecision;
  /** The engine that works on it; absent where it could not be looked at. */
  readonly engine?: Engine;
  /** Name under which it was deployed until now, where `renamed_from` moves it. */
  readonly takesOver?: string;
  /** Runners go whether they run a job or not. */
  readonly allowDestroy?: boolean;
  /** Why GitLab could not be asked what runs on its machines: they count as busy. */
  readonly unasked?: string;
  /** Machines that a crash has left beside the engine's state; those of runners are among what was found. */
  readonly lost?: LostMachines;
  /** Why it could not be looked at. */
  readonly error?: unknown;
  /** The engine's saved plans, by stack: these are applied and nothing else. */
  readonly plans?: ReadonlyMap<string, Buffer>;
}

export interface Situation {
  /** Sorted by name. */
  readonly units: readonly UnitPlan[];
  /** Local runners that no deployment knows: a crash left them. */
  readonly orphans: readonly RunnerRecord[];
}

export interface SituationOptions {
  readonly site: DeploymentSite;
  readonly context: EngineContext;
  /** What the Nest wants. */
  readonly wanted: readonly DeployableUnit[];
  /** Units that are to go: those that the Nest no longer has, or that are destroyed by name. */
  readonly leaving: (unit: string) => boolean;
  readonly refresh?: boolean;
  /** Runners go whether they run a job or not. */
  readonly allowDestroy?: boolean;
  /** For a dry run: where copies of states are read, so that nothing in the workspace is written. */
  readonly scratch?: Workspace;
}

/** Looks at everything and decides about every unit. Changes nothing. */
export async function readSituation(options: SituationOptions): Promise<Situation> {
  const { site, context, wanted, leaving } = options;
  const [records, machine] = await Promise.all([site.store.current(), readRunners(context.nestRoot)]);
  const look = { ...options, records, machine };
  const units = [...(await planAll(wanted, (unit) => planWanted(unit, look)))];
  const known = new Set(units.flatMap(({ unit, takesOver }) => (takesOver === undefined ? [unit] : [unit, takesOver])));
  const others = await planAll([...records.values()].filter(({ unit }) => !known.has(unit)), (unit) => planLeaving(unit, look));
  const all = [...units, ...others];
  units.push(...others.filter(({ unit }) => leaving(unit)));
  // As long as one can't be looked at, nobody knows whose a runner is.
  const orphans = all.some(({ error }) => error !== undefined) ? [] : findOrphans(machine, all.map(({ found }) => found));
  return { units: units.sort((a, b) => (a.unit < b.unit ? -1 : 1)), orphans };
}

/** Looks at one unit again, as it is now; undefined where there is nothing of it any more. */
export async function readUnit({ unit, wanted, takesOver }: Pick<UnitPlan, "unit" | "wanted" | "takesOver">, options: SituationOptions): Promise<UnitPlan | undefined> {
  const names = takesOver === undefined ? [unit] : [unit, takesOver];
  const found = await Promise.all(names.map((name) => options.site.store.currentOf(name)));
  const records = new Map(found.filter((r) => r.applied ?? r.pending).map((r) => [r.unit, r]));
  const homes = found.flatMap((r) => [r.applied, r.pending].flatMap((record) => Object.values(record?.homes ?? {})));
  const machine = await readRunners(options.context.nestRoot, undefined, [...new Set([...names, ...homes])]);
  const look = { ...options, records, machine };
  if (wanted) return planWanted(wanted, look);
  const own = records.get(unit);
  return own && planLeaving(own, look);
}

/** Some at once; what can't be looked at is a unit with an error, and stops no other. */
async function planAll<T extends { readonly unit: string }>(units: readonly T[], plan: (unit: T) => Promise<UnitPlan>): Promise<readonly UnitPlan[]> {
  const settled = await mapConcurrent(units, plan);
  return settled.map((outcome, index) => {
    if (outcome.status === "fulfilled") return outcome.value;
    const { unit } = units[index] as T;
    return { unit, found: { unit, records: { unit }, runners: [] }, decision: { unit, action: "held", steps: [], runners: {}, goneStacks: [], waiting: [] }, error: outcome.reason };
  });
}

interface Look extends SituationOptions {
  readonly records: ReadonlyMap<string, UnitRecords>;
  readonly machine: readonly RunnerRecord[];
}

async function planWanted(wanted: DeployableUnit, look: Look): Promise<UnitPlan> {
  const { records, context, refresh } = look;
  const takesOver = sourceOf(wanted, records, look.wanted);
  const own = takesOver === undefined ? (records.get(wanted.unit) ?? { unit: wanted.unit }) : underNewName(records.get(takesOver) as UnitRecords, records.get(wanted.unit), wanted.unit);
  const engine = wanted.engineVersion === undefined ? context.engine : await (context.engineFor?.(wanted.engineVersion) ?? context.engine);
  const decide = (found: FoundUnit) => decideUnit({ found, wanted, engine: named(engine), ...(refresh !== undefined && { refresh }) });
  const observed = await observeAndDecide(own, wanted.repositories, engine, decide, look);
  return { unit: wanted.unit, wanted, ...observed, engine, ...(takesOver !== undefined && { takesOver }), ...(look.allowDestroy && { allowDestroy: true }) };
}

async function planLeaving(records: UnitRecords, look: Look): Promise<UnitPlan> {
  const { engine } = look.context;
  const observed = await observeAndDecide(records, [], engine, (unit) => decideUnit({ found: unit, engine: named(engine) }), look);
  return { unit: records.unit, ...observed, engine, ...(look.allowDestroy && { allowDestroy: true }) };
}

/** What is there of a unit, and what is decided about it. GitLab is asked only where machines that are on would have to go. */
async function observeAndDecide(records: UnitRecords, serves: readonly RecordedRepository[], engine: Engine, decide: (found: FoundUnit) => UnitDecision, look: Look): Promise<Pick<UnitPlan, "found" | "decision" | "unasked" | "lost">> {
  const { site, machine, scratch, allowDestroy } = look;
  const context = { ...look.context, engine };
  const known = await stateRunners(site, records, context, scratch);
  if ((records.pending ?? records.applied)?.cloud === "local") {
    const observed = observeUnit(records.unit, records, known, machine, context.env);
    const found = allowDestroy ? { ...observed, runners: observed.runners.map((runner) => ({ ...runner, activity: runner.activity === "busy" ? ("idle" as const) : runner.activity })) } : observed;
    return { found, decision: decide(found) };
  }
  const lost = await findLostMachines(records, known, context);
  const state = withLost(known, lost, records);
  const idle = observeCloudUnit(records.unit, records, state);
  const first = decide(idle);
  const leaving = allowDestroy ? [] : leavingMachines(idle, first);
  if (leaving.length === 0) return { found: idle, decision: first, lost };
  const { activity, unasked } = await askActivity(machineUnit(idle, serves), leaving, context);
  const found = observeCloudUnit(records.unit, records, state, activity);
  return { found, decision: decide(found), lost, ...(unasked !== undefined && { unasked }) };
}

/** Where GitLab can't be asked nothing is known of the machines, and they stay. */
async function askActivity(unit: MachineUnit, ids: readonly string[], { machines }: EngineContext): Promise<{ readonly activity: CloudActivity; readonly unasked?: string }> {
  try {
    return { activity: (await machines?.activity(unit, ids)) ?? new Map() };
  } catch (error) {
    if (!(error instanceof GoslingError)) throw error;
    return { activity: new Map(), unasked: error.message };
  }
}

/** Where a unit's secrets are: with its machines. */
function secretPlace({ cloud, location }: DeploymentRecord): SecretPlace | undefined {
  if (cloud === "local") return undefined;
  return cloud === "aws" ? { region: location } : { folderId: location };
}

/** A unit as GitLab knows it: by what it served when its machines were made. */
export function machineUnit({ unit, records, runners }: FoundUnit, serves: readonly RecordedRepository[] = []): MachineUnit {
  const last = records.pending ?? records.applied;
  const place = last && secretPlace(last);
  return { unit, repositories: last?.repositories ?? serves, homes: new Map(runners.map(({ id, home }) => [id, home])), ...(place && { place }) };
}

/** Machines that are on and would be stopped or removed. */
function leavingMachines({ runners }: FoundUnit, { action, runners: wanted }: UnitDecision): readonly string[] {
  if (action === "none") return [];
  return runners.filter(({ id, power }) => power === "on" && (action === "replace" || action === "destroy" || wanted[id]?.power !== "on")).map(({ id }) => id);
}

export function named({ name, version }: Engine): DeploymentRecord["engine"] {
  return { name, version };
}

/**
 * The unit whose state this one takes over: only where it has none of its own and the other has no owner. Where both
 * have a record, a crash came between the two; nothing was applied under the new name yet.
 */
function sourceOf(unit: DeployableUnit, records: ReadonlyMap<string, UnitRecords>, wanted: readonly DeployableUnit[]): string | undefined {
  const from = unit.renamedFrom;
  if (from === undefined || !records.has(from) || wanted.some((other) => other.unit === from)) return undefined;
  const own = records.get(unit.unit);
  return own === undefined || (own.applied === undefined && own.pending?.takesOver === from) ? from : undefined;
}

/** Records of the old name as the new one sees them: its runners keep their folders. A take-over that was begun already says more. */
function underNewName({ unit: from, applied, pending: unfinished }: UnitRecords, begun: UnitRecords | undefined, unit: string): UnitRecords {
  const moved = (record: DeploymentRecord): DeploymentRecord => ({
    ...record,
    homes: Object.fromEntries(Object.keys(record.runners).map((id) => [id, record.homes?.[id] ?? from])),
  });
  const pending = begun?.pending ?? (unfinished && moved(unfinished));
  return { unit, ...(applied && { applied: moved(applied) }), ...(pending && { pending }) };
}
