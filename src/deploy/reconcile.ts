import { existsSync } from "node:fs";
import { join } from "node:path";
import { mapConcurrent, warmProviderCache } from "../engine";
import type { SecretPlace } from "../secrets";
import type { RecordedRepository } from "../store/deployment";
import { GoslingError } from "../vocabulary/error";
import { carryOut, type Done } from "./carry-out";
import type { UnitDecision } from "./decide-unit";
import type { EngineContext } from "./engine-context";
import { isInterruption } from "./failures";
import { lockUnit } from "./lock-unit";
import type { Origin } from "./origin";
import { clearOrphan } from "./orphan";
import { plansOf, type SavedPlan } from "./saved-plan";
import type { DeploymentSite } from "./site";
import { machineUnit, readSituation, readUnit, type SituationOptions, type UnitPlan } from "./situation";
import { stackFolder } from "./workspace";

export interface ReconcileOptions {
  readonly context: EngineContext;
  readonly origin: Origin;
  /** Wait for busy runners that have to go, until their jobs are over. */
  readonly wait?: boolean;
  /** Waits before the next look at busy runners, or at a lock. */
  readonly pause?: (milliseconds: number) => Promise<void>;
  readonly onUnit?: (event: UnitEvent) => void;
  /** Do exactly what this plan holds. */
  readonly saved?: SavedPlan;
}

export type UnitEvent =
  | { readonly kind: "begin"; readonly unit: string; readonly decision: UnitDecision }
  /** Another deployment works on it, and is waited for. */
  | { readonly kind: "locked"; readonly unit: string; readonly reason: string }
  | { readonly kind: "wait"; readonly unit: string; readonly runners: readonly string[] }
  | { readonly kind: "end"; readonly result: UnitResult };

/** What became of one unit. */
export interface UnitResult extends Partial<Done> {
  readonly unit: string;
  /** `held`: busy runners are drained first; the next deployment goes on. */
  readonly outcome: "unchanged" | "deployed" | "destroyed" | "held" | "failed" | "interrupted";
  /** The last decision that was carried out. */
  readonly decision: UnitDecision;
  readonly error?: unknown;
  /** Why GitLab could not be asked what runs on machines that would go: they count as busy. */
  readonly unasked?: string;
  /** Of a unit that was destroyed: what it served, and where its secrets are. */
  readonly served?: readonly RecordedRepository[];
  readonly place?: SecretPlace;
}

/** Between two looks at busy runners: on this machine, where a look costs nothing, and at GitLab. */
const LOOK_MS = 1000;

/** Looks, decides and acts, unit by unit, until all is done or has to wait for a later deployment. */
export async function reconcile(look: SituationOptions, options: ReconcileOptions): Promise<readonly UnitResult[]> {
  const { context, pause = sleep } = options;
  const results = new Map<string, UnitResult>();
  const first = await readSituation(look);
  let open = first.units;
  await warmProviders(open, look.site, context);
  for (;;) {
    const settled = await mapConcurrent(open, (plan) => reconcileUnit(plan, look, options));
    settled.forEach((outcome, index) => {
      const plan = open[index] as UnitPlan;
      const result = outcome.status === "fulfilled" ? outcome.value : failure(plan, outcome.reason);
      results.set(result.unit, result);
      if (result.outcome !== "unchanged") options.onUnit?.({ kind: "end", result });
    });
    const waiting = open.filter(({ unit }) => isWaiting(results.get(unit)));
    if (!options.wait || waiting.length === 0 || (context.interrupts?.count ?? 0) > 0) break;
    for (const { unit } of waiting) options.onUnit?.({ kind: "wait", unit, runners: results.get(unit)?.decision.waiting ?? [] });
    await pause(LOOK_MS);
    open = (await Promise.all(waiting.map((plan) => readUnit(plan, look)))).filter((plan) => plan !== undefined);
  }
  // What was an orphan before may have been adopted since.
  if (first.orphans.length > 0) for (const orphan of (await readSituation(look)).orphans) await clearOrphan(orphan, context.nestRoot);
  return [...results.values()].sort((a, b) => (a.unit < b.unit ? -1 : 1));
}

/** Providers are fetched once, before stacks that need the same are set up side by side. */
async function warmProviders(units: readonly UnitPlan[], { workspace }: DeploymentSite, { engine, env, interrupts }: EngineContext): Promise<void> {
  const played = env["TF_REATTACH_PROVIDERS"];
  const applied = units.filter(({ decision }) => decision.action === "apply" || decision.action === "replace");
  const stacks = applied.flatMap(({ wanted, engine: own = engine }) =>
    (wanted?.stacks ?? []).flatMap(({ name, folder }) => {
      if (folder === undefined || existsSync(join(stackFolder(workspace, name), ".terraform"))) return [];
      return [{ engine: own, folder, env, ...(played !== undefined && { extra: { TF_REATTACH_PROVIDERS: played } }), ...(interrupts && { interrupts }) }];
    }),
  );
  await warmProviderCache(stacks);
}

function isWaiting(result: UnitResult | undefined): boolean {
  return result !== undefined && result.outcome !== "failed" && result.outcome !== "interrupted" && result.decision.waiting.length > 0;
}

async function reconcileUnit(plan: UnitPlan, look: SituationOptions, options: ReconcileOptions): Promise<UnitResult> {
  const { saved } = options;
  // Of a saved plan something is expected to be done.
  if (plan.decision.action === "none" && !saved) return { unit: plan.unit, outcome: "unchanged", decision: plan.decision };
  const { context, site } = look;
  if (plan.error !== undefined) throw plan.error;
  if ((context.interrupts?.count ?? 0) > 0) throw new GoslingError("INTERRUPTED", `${plan.unit} was not begun`, { hint: "Run the same command again.", exitCode: 130 });
  const { pause = sleep } = options;
  const lock = await lockUnit(site.locks, plan.takesOver ?? plan.unit, {
    pause,
    ...(context.lockTimeoutSeconds !== undefined && { timeoutSeconds: context.lockTimeoutSeconds }),
    onWait: (reason) => options.onUnit?.({ kind: "locked", unit: plan.unit, reason }),
  });
  try {
    // Decided again under the lock: another deployment may have been at work in between.
    const fresh = await readUnit(plan, look);
    const plans = saved && (await plansOf(fresh ?? plan, saved, site));
    if (!fresh || fresh.decision.action === "none") return { unit: plan.unit, outcome: "unchanged", decision: fresh?.decision ?? plan.decision };
    options.onUnit?.({ kind: "begin", unit: fresh.unit, decision: fresh.decision });
    if (fresh.error !== undefined) throw fresh.error;
    const done = await carryOut({ ...fresh, ...(plans && { plans }) }, site, context, options.origin);
    return { unit: fresh.unit, outcome: outcomeOf(fresh.decision), decision: fresh.decision, ...done, ...(fresh.unasked !== undefined && { unasked: fresh.unasked }), ...(fresh.decision.action === "destroy" && servedBy(fresh)) };
  } finally {
    await lock.release();
  }
}

function servedBy({ found }: UnitPlan): Pick<UnitResult, "served" | "place"> {
  const { repositories, place } = machineUnit(found);
  return { served: repositories, ...(place && { place }) };
}

function outcomeOf({ action }: UnitDecision): UnitResult["outcome"] {
  if (action === "none") return "unchanged";
  if (action === "held") return "held";
  return action === "destroy" ? "destroyed" : "deployed";
}

function failure({ unit, decision }: UnitPlan, error: unknown): UnitResult {
  return { unit, outcome: isInterruption(error) ? "interrupted" : "failed", decision, error };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
