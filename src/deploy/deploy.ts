import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mapConcurrent } from "../engine";
import type { Nest } from "../nest/model";
import { OUTPUT_FOLDER, selectUnits, synthesize, unitsOf, nameOf } from "../synth";
import { readRunners } from "../runner/records";
import { stopRunner } from "../runner/stop";
import { GoslingError } from "../vocabulary/error";
import { nearest } from "../vocabulary/nearest";
import { carryOut } from "./carry-out";
import { checkDeployable } from "./check-deployable";
import type { UnitDecision } from "./decide-unit";
import type { EngineContext } from "./engine-context";
import { lockUnit } from "./lock";
import { planUnits, type PlannedUnit } from "./plan";
import { readAllRecords } from "./record";
import { clearOrphan } from "./orphan";
import { readSituation, readUnit, type Situation, type SituationOptions, type UnitPlan } from "./situation";
import { wantedUnits } from "./wanted";
import type { Workspace } from "./workspace";

export interface DeployOptions {
  readonly context: EngineContext;
  /** Names of Eggs, buckets and Jobs; default: all of the Nest. */
  readonly targets?: readonly string[];
  /** Run the engine for every unit, changed or not. */
  readonly refresh?: boolean;
  /** Wait for busy runners that have to go, until their jobs are over. */
  readonly wait?: boolean;
  /** Now, in milliseconds since 1970. */
  readonly now: () => number;
  /** Waits before the next look at busy runners. */
  readonly pause?: (milliseconds: number) => Promise<void>;
  readonly onUnit?: (event: UnitEvent) => void;
}

export type UnitEvent =
  | { readonly kind: "begin"; readonly unit: string; readonly decision: UnitDecision }
  | { readonly kind: "wait"; readonly unit: string; readonly runners: readonly string[] }
  | { readonly kind: "end"; readonly result: UnitResult };

/** What became of one unit. */
export interface UnitResult {
  readonly unit: string;
  /** `held`: busy runners are drained first; the next deployment goes on. */
  readonly outcome: "unchanged" | "deployed" | "destroyed" | "held" | "failed" | "interrupted";
  /** The last decision that was carried out. */
  readonly decision: UnitDecision;
  readonly error?: unknown;
}

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
 */
export async function planDeployment(nest: Nest, options: Pick<DeployOptions, "context" | "targets" | "refresh">): Promise<DeploymentPlan> {
  return inScratch(async (scratch) => planSituation(await lookAtNest(nest, options, join(scratch.root, OUTPUT_FOLDER)), scratch));
}

/** What a destroy of these units would do; nothing is written. */
export async function planDestruction(root: string, units: readonly string[], context: EngineContext): Promise<DeploymentPlan> {
  return inScratch((scratch) => planSituation(destruction(root, units, context), scratch));
}

/** Makes the runners what the Nest says. One unit that fails stops no other. */
export async function deployNest(nest: Nest, options: DeployOptions): Promise<readonly UnitResult[]> {
  return reconcile(await lookAtNest(nest, options), options);
}

/** Drains and removes units, whatever the Nest says of them. Waits for running jobs. */
export async function destroyUnits(root: string, units: readonly string[], options: DeployOptions): Promise<readonly UnitResult[]> {
  return reconcile(destruction(root, units, options.context), { ...options, wait: true });
}

/**
 * The units that are deployed and that these names mean; all of them where there are no names.
 * @throws GoslingError `UNKNOWN_TARGET`
 */
export async function deployedUnits(root: string, names: readonly string[]): Promise<readonly string[]> {
  const units = [...(await readAllRecords({ root })).keys()];
  if (names.length === 0) return units;
  return names.map((name) => {
    const unit = units.find((candidate) => candidate === name) ?? units.find((candidate) => candidate === `job.${name}`);
    if (unit !== undefined) return unit;
    const near = nearest(name, units);
    throw new GoslingError("UNKNOWN_TARGET", `Nothing named "${name}" is deployed`, { exitCode: 64, ...(near !== undefined && { hint: `Did you mean "${near}"?` }) });
  });
}

/** Ends every runner of these units at once; their jobs are aborted. */
export async function abortJobs(root: string, units: readonly string[]): Promise<void> {
  const records = await readAllRecords({ root });
  const named = units.flatMap((unit) => [records.get(unit)?.applied, records.get(unit)?.pending].flatMap((record) => [unit, ...Object.values(record?.homes ?? {})]));
  const runners = await readRunners(root, undefined, [...new Set(named)]);
  await mapConcurrent(runners, ({ egg, id }) => stopRunner({ nestRoot: root, egg, id, now: true, progress: () => undefined }), runners.length);
}

/** Looks, decides and acts, unit by unit, until all is done or has to wait for a later deployment. */
async function reconcile(look: SituationOptions, options: DeployOptions): Promise<readonly UnitResult[]> {
  const { context, now, pause = sleep } = options;
  const at = new Date(now()).toISOString();
  const results = new Map<string, UnitResult>();
  const first = await readSituation(look);
  let open = first.units;
  for (;;) {
    const settled = await mapConcurrent(open, (plan) => reconcileUnit(plan, look, options, at));
    settled.forEach((outcome, index) => {
      const plan = open[index] as UnitPlan;
      const result = outcome.status === "fulfilled" ? outcome.value : failure(plan, outcome.reason);
      results.set(result.unit, result);
      if (result.outcome !== "unchanged") options.onUnit?.({ kind: "end", result });
    });
    const waiting = open.filter(({ unit }) => isWaiting(results.get(unit)));
    if (!options.wait || waiting.length === 0 || (context.interrupts?.count ?? 0) > 0) break;
    for (const { unit } of waiting) options.onUnit?.({ kind: "wait", unit, runners: results.get(unit)?.decision.waiting ?? [] });
    await pause(1000);
    open = (await Promise.all(waiting.map((plan) => readUnit(plan, look)))).filter((plan) => plan !== undefined);
  }
  // What was an orphan before may have been adopted since.
  if (first.orphans.length > 0) for (const orphan of (await readSituation(look)).orphans) await clearOrphan(orphan, context.nestRoot);
  return [...results.values()].sort((a, b) => (a.unit < b.unit ? -1 : 1));
}

function isWaiting(result: UnitResult | undefined): boolean {
  return result !== undefined && result.outcome !== "failed" && result.outcome !== "interrupted" && result.decision.waiting.length > 0;
}

async function reconcileUnit(plan: UnitPlan, look: SituationOptions, options: DeployOptions, at: string): Promise<UnitResult> {
  if (plan.decision.action === "none") return { unit: plan.unit, outcome: "unchanged", decision: plan.decision };
  const lock = await lockUnit(look.workspace, plan.takesOver ?? plan.unit);
  try {
    // Decided again under the lock: another deployment may have been at work in between.
    const fresh = await readUnit(plan, look);
    if (!fresh || fresh.decision.action === "none") return { unit: plan.unit, outcome: "unchanged", decision: fresh?.decision ?? plan.decision };
    options.onUnit?.({ kind: "begin", unit: fresh.unit, decision: fresh.decision });
    await carryOut(fresh, look.workspace, options.context, at);
    return { unit: fresh.unit, outcome: outcomeOf(fresh.decision), decision: fresh.decision };
  } finally {
    await lock.release();
  }
}

function outcomeOf({ action }: UnitDecision): UnitResult["outcome"] {
  if (action === "none") return "unchanged";
  if (action === "held") return "held";
  return action === "destroy" ? "destroyed" : "deployed";
}

function failure({ unit, decision }: UnitPlan, error: unknown): UnitResult {
  const interrupted = error instanceof GoslingError && error.code === "INTERRUPTED";
  return { unit, outcome: interrupted ? "interrupted" : "failed", decision, error };
}

/** Synthesizes once; the situation may then be read as often as needed. */
async function lookAtNest(nest: Nest, { context, targets, refresh }: Pick<DeployOptions, "context" | "targets" | "refresh">, out?: string): Promise<SituationOptions> {
  const workspace = { root: nest.root };
  const records = await readAllRecords(workspace);
  const known = new Set(unitsOf(nest).flatMap((unit) => [nameOf(unit), unit.name]));
  // A unit that the Nest no longer has may be meant by name too.
  const gone = targets?.filter((target) => !known.has(target) && records.has(target)) ?? [];
  const rest = targets?.filter((target) => !gone.includes(target));
  const all = unitsOf(nest);
  checkDeployable(nest, rest ? selectUnits(all, rest) : all, rest === undefined);
  const synthesis = await synthesize(nest, { ...(out !== undefined && { out }), ...(rest && { targets: rest }) });
  return {
    workspace,
    context,
    wanted: wantedUnits(nest, synthesis),
    leaving: (unit) => (targets ? gone.includes(unit) : true),
    ...(refresh !== undefined && { refresh }),
  };
}

function destruction(root: string, units: readonly string[], context: EngineContext): SituationOptions {
  return { workspace: { root }, context, wanted: [], leaving: (unit) => units.includes(unit) };
}

async function planSituation(look: SituationOptions, scratch: Workspace): Promise<DeploymentPlan> {
  const { units, orphans } = await readSituation({ ...look, scratch: { root: join(scratch.root, "now") } });
  const open = units.filter(({ decision }) => decision.action !== "none");
  const planned = new Map((await planUnits(open, look.workspace, scratch, look.context)).map((plan) => [plan.unit, plan]));
  return { units: units.map((plan) => planned.get(plan.unit) ?? plan), orphans, changes: open.length > 0 || orphans.length > 0 };
}

async function inScratch<T>(work: (scratch: Workspace) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), "gosling-"));
  try {
    return await work({ root });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
