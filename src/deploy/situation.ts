import type { Engine } from "../engine";
import { readRunners, type RunnerRecord } from "../runner/records";
import { decideUnit, type UnitDecision } from "./decide-unit";
import type { EngineContext } from "./engine-context";
import { findOrphans, observeUnit, type FoundUnit } from "./observe";
import { readAllRecords, readRecords, type DeploymentRecord, type UnitRecords } from "./record";
import { stateRunners } from "./state-runners";
import type { SynthesizedUnit } from "./wanted";
import type { Workspace } from "./workspace";

/** One unit, and what is to be done with it. */
export interface UnitPlan {
  readonly unit: string;
  readonly wanted?: SynthesizedUnit;
  readonly found: FoundUnit;
  readonly decision: UnitDecision;
  /** Name under which it was deployed until now, where `renamed_from` moves it. */
  readonly takesOver?: string;
}

export interface Situation {
  /** Sorted by name. */
  readonly units: readonly UnitPlan[];
  /** Runners that no deployment knows: a crash left them. */
  readonly orphans: readonly RunnerRecord[];
}

export interface SituationOptions {
  readonly workspace: Workspace;
  readonly context: EngineContext;
  /** What the Nest wants. */
  readonly wanted: readonly SynthesizedUnit[];
  /** Units that are to go: those that the Nest no longer has, or that are destroyed by name. */
  readonly leaving: (unit: string) => boolean;
  readonly refresh?: boolean;
  /** For a dry run: where copies of states are read, so that nothing in the workspace is written. */
  readonly scratch?: Workspace;
}

/** Looks at everything and decides about every unit. Changes nothing. */
export async function readSituation(options: SituationOptions): Promise<Situation> {
  const { workspace, context, wanted, leaving } = options;
  const [records, machine] = await Promise.all([readAllRecords(workspace), readRunners(context.nestRoot)]);
  const look = { ...options, records, machine };
  const units: UnitPlan[] = [];
  for (const unit of wanted) units.push(await planWanted(unit, look));
  const known = new Set(units.flatMap(({ unit, takesOver }) => (takesOver === undefined ? [unit] : [unit, takesOver])));
  const observed = units.map((plan) => plan.found);
  for (const unitRecords of records.values()) {
    if (known.has(unitRecords.unit)) continue;
    const plan = await planLeaving(unitRecords, look);
    observed.push(plan.found);
    if (leaving(unitRecords.unit)) units.push(plan);
  }
  return { units: units.sort((a, b) => (a.unit < b.unit ? -1 : 1)), orphans: findOrphans(machine, observed) };
}

/** Looks at one unit again, as it is now; undefined where there is nothing of it any more. */
export async function readUnit({ unit, wanted, takesOver }: UnitPlan, options: SituationOptions): Promise<UnitPlan | undefined> {
  const names = takesOver === undefined ? [unit] : [unit, takesOver];
  const found = await Promise.all(names.map((name) => readRecords(options.workspace, name)));
  const records = new Map(found.filter((r) => r.applied ?? r.pending).map((r) => [r.unit, r]));
  const homes = found.flatMap((r) => [r.applied, r.pending].flatMap((record) => Object.values(record?.homes ?? {})));
  const machine = await readRunners(options.context.nestRoot, undefined, [...new Set([...names, ...homes])]);
  const look = { ...options, records, machine };
  if (wanted) return planWanted(wanted, look);
  const own = records.get(unit);
  return own && planLeaving(own, look);
}

interface Look extends SituationOptions {
  readonly records: ReadonlyMap<string, UnitRecords>;
  readonly machine: readonly RunnerRecord[];
}

async function planWanted(wanted: SynthesizedUnit, look: Look): Promise<UnitPlan> {
  const { records, context } = look;
  const takesOver = sourceOf(wanted, records, look.wanted);
  const own = takesOver === undefined ? (records.get(wanted.unit) ?? { unit: wanted.unit }) : underNewName(records.get(takesOver) as UnitRecords, wanted.unit);
  const found = await observe(own, look);
  const decision = decideUnit({ found, wanted, engine: named(context.engine), ...(look.refresh !== undefined && { refresh: look.refresh }) });
  return { unit: wanted.unit, wanted, found, decision, ...(takesOver !== undefined && { takesOver }) };
}

async function planLeaving(records: UnitRecords, look: Look): Promise<UnitPlan> {
  const found = await observe(records, look);
  return { unit: records.unit, found, decision: decideUnit({ found, engine: named(look.context.engine) }) };
}

async function observe(records: UnitRecords, { workspace, context, machine, scratch }: Look): Promise<FoundUnit> {
  return observeUnit(records.unit, records, await stateRunners(workspace, records, context, scratch), machine, context.env);
}

export function named({ name, version }: Engine): DeploymentRecord["engine"] {
  return { name, version };
}

/** The unit whose state this one takes over: only where it has none of its own and the other has no owner. */
function sourceOf(unit: SynthesizedUnit, records: ReadonlyMap<string, UnitRecords>, wanted: readonly SynthesizedUnit[]): string | undefined {
  const from = unit.renamedFrom;
  if (from === undefined || records.has(unit.unit) || !records.has(from) || wanted.some((other) => other.unit === from)) return undefined;
  return from;
}

/** Records of the old name as the new one sees them: its runners keep their folders. */
function underNewName({ unit: from, applied, pending }: UnitRecords, unit: string): UnitRecords {
  const moved = (record: DeploymentRecord): DeploymentRecord => ({
    ...record,
    homes: Object.fromEntries(Object.keys(record.runners).map((id) => [id, record.homes?.[id] ?? from])),
  });
  return { unit, ...(applied && { applied: moved(applied) }), ...(pending && { pending: moved(pending) }) };
}
