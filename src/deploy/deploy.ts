import { join } from "node:path";
import { mapConcurrent } from "../engine";
import type { Nest } from "../nest/model";
import { readRunners } from "../runner/records";
import { stopRunner } from "../runner/stop";
import { nameOf, OUTPUT_FOLDER, servicesOf, synthesize, unitsOf } from "../synth";
import type { UnitRecords } from "../store/deployment";
import { GoslingError } from "../vocabulary/error";
import { nearest } from "../vocabulary/nearest";
import type { EngineContext } from "./engine-context";
import { planUnits, type PlannedUnit } from "./plan";
import { reconcile, type ReconcileOptions, type UnitResult } from "./reconcile";
import type { DeploymentSite } from "./site";
import { readSituation, type Situation, type SituationOptions } from "./situation";
import { type DeployableUnit, wantedUnits } from "./wanted";
import { inScratch } from "./scratch";
import type { Workspace } from "./workspace";

/** Which of the Nest is meant, and how thoroughly it is looked at. */
export interface LookOptions {
  readonly site: DeploymentSite;
  readonly context: EngineContext;
  /** Names of Eggs, buckets, Jobs and Rifts, or `mothergoose`; default: all of the Nest. */
  readonly targets?: readonly string[];
  /** Run the engine for every unit, changed or not. */
  readonly refresh?: boolean;
  /** Let runners go whether they run a job or not. */
  readonly allowDestroy?: boolean;
}

export type DeployOptions = LookOptions & Omit<ReconcileOptions, "context">;

/** A look at what a deployment would do. */
export interface DeploymentPlan {
  /** Every unit, also those that stay as they are. */
  readonly units: readonly PlannedUnit[];
  readonly orphans: Situation["orphans"];
  /** Whether a deployment would do anything. */
  readonly changes: boolean;
}

/**
 * What `deploy` would do. It works in a temporary folder: nothing of the Nest is created, changed or
 * locked (P24).
 *
 * @param withPlans Called with the plan before the temporary folder goes; the engine's plans are kept in files until then.
 */
export async function planDeployment(nest: Nest, options: LookOptions, withPlans?: (plan: DeploymentPlan) => Promise<void>): Promise<DeploymentPlan> {
  return inScratch(async (scratch) => {
    const plan = await planSituation(await lookAtNest(nest, options, join(scratch.root, OUTPUT_FOLDER)), scratch, withPlans !== undefined);
    await withPlans?.(plan);
    return plan;
  });
}

/** What a destroy of these units would do; nothing is written. */
export async function planDestruction(units: readonly string[], options: Omit<LookOptions, "targets" | "refresh">): Promise<DeploymentPlan> {
  return inScratch((scratch) => planSituation(lookAtLeaving(units, options), scratch));
}

/** What a rollback to these earlier deployments would do; nothing is written. */
export async function planRollback(wanted: readonly DeployableUnit[], options: Omit<LookOptions, "targets">): Promise<DeploymentPlan> {
  return inScratch((scratch) => planSituation(lookAtEarlier(wanted, options), scratch));
}

/** Makes the runners what the Nest says. One unit that fails stops no other. */
export async function deployNest(nest: Nest, options: DeployOptions): Promise<readonly UnitResult[]> {
  return reconcile(await lookAtNest(nest, options), options);
}

/** Drains and removes units, whatever the Nest says of them. Waits for running jobs. */
export async function destroyUnits(units: readonly string[], options: Omit<DeployOptions, "targets" | "refresh">): Promise<readonly UnitResult[]> {
  return reconcile(lookAtLeaving(units, options), { ...options, wait: true });
}

/** Brings units back to what earlier deployments made of them (`earlierDeployments`). */
export async function rollBack(wanted: readonly DeployableUnit[], options: Omit<DeployOptions, "targets">): Promise<readonly UnitResult[]> {
  return reconcile(lookAtEarlier(wanted, options), options);
}

/**
 * The units that are deployed and that these names mean; all of them where there are no names.
 * @throws GoslingError `UNKNOWN_TARGET`
 */
export async function deployedUnits({ store }: DeploymentSite, names: readonly string[]): Promise<readonly string[]> {
  const units = [...(await store.current()).keys()];
  if (names.length === 0) return units;
  return names.map((name) => {
    const unit = [name, `job.${name}`, `rift.${name}`, `service.${name}`].find((candidate) => units.includes(candidate));
    if (unit !== undefined) return unit;
    const near = nearest(name, units);
    throw new GoslingError("UNKNOWN_TARGET", `Nothing named "${name}" is deployed`, { exitCode: 64, ...(near !== undefined && { hint: `Did you mean "${near}"?` }) });
  });
}

/** What is known of these units, or of all that is deployed, sorted by name. @throws GoslingError `UNKNOWN_TARGET` */
export async function deployedRecords(site: DeploymentSite, names: readonly string[]): Promise<readonly UnitRecords[]> {
  const wanted = new Set(await deployedUnits(site, names));
  return [...(await site.store.current()).values()].filter(({ unit }) => wanted.has(unit)).sort((a, b) => (a.unit < b.unit ? -1 : 1));
}

/** Ends every local runner of these units at once; their jobs are aborted. */
export async function abortJobs({ store }: DeploymentSite, nestRoot: string, units: readonly string[]): Promise<void> {
  const records = await store.current();
  const named = units.flatMap((unit) => [records.get(unit)?.applied, records.get(unit)?.pending].flatMap((record) => [unit, ...Object.values(record?.homes ?? {})]));
  const runners = await readRunners(nestRoot, undefined, [...new Set(named)]);
  await mapConcurrent(runners, ({ egg, id }) => stopRunner({ nestRoot, egg, id, now: true, progress: () => undefined }), runners.length);
}

/** Synthesizes once; the situation may then be read as often as needed. */
async function lookAtNest(nest: Nest, { site, context, targets, refresh, allowDestroy }: LookOptions, out?: string): Promise<SituationOptions> {
  const records = await site.store.current();
  const services = servicesOf(nest).map(({ name }) => name);
  const known = new Set([...unitsOf(nest).flatMap((unit) => [nameOf(unit), unit.name]), ...services.flatMap((name) => [name, name.slice(name.indexOf(".") + 1)])]);
  // A unit that the Nest no longer has may be meant by name too.
  const gone = targets?.filter((target) => !known.has(target) && records.has(target)) ?? [];
  const rest = targets?.filter((target) => !gone.includes(target));
  const synthesis = await synthesize(nest, { ...(out !== undefined && { out }), ...(rest && { targets: rest }) });
  return {
    site,
    context,
    wanted: wantedUnits(nest, synthesis),
    leaving: (unit) => (targets ? gone.includes(unit) : true),
    ...(refresh !== undefined && { refresh }),
    ...(allowDestroy !== undefined && { allowDestroy }),
  };
}

function lookAtLeaving(units: readonly string[], { site, context, allowDestroy }: Omit<LookOptions, "targets">): SituationOptions {
  return { site, context, wanted: [], leaving: (unit) => units.includes(unit), ...(allowDestroy !== undefined && { allowDestroy }) };
}

function lookAtEarlier(wanted: readonly DeployableUnit[], { site, context, allowDestroy }: Omit<LookOptions, "targets">): SituationOptions {
  return { site, context, wanted, leaving: () => false, ...(allowDestroy !== undefined && { allowDestroy }) };
}

async function planSituation(look: SituationOptions, scratch: Workspace, keep = false): Promise<DeploymentPlan> {
  const { units, orphans } = await readSituation({ ...look, scratch: { root: join(scratch.root, "now") } });
  const open = units.filter(({ decision }) => decision.action !== "none");
  const planned = new Map((await planUnits(open, look.site, scratch, look.context, keep)).map((plan) => [plan.unit, plan]));
  return { units: units.map((plan) => planned.get(plan.unit) ?? plan), orphans, changes: open.length > 0 || orphans.length > 0 };
}
