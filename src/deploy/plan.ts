import { join } from "node:path";
import { mapConcurrent, type ChangeSummary, type Plan } from "../engine";
import { stackName } from "../vocabulary/unit-stacks";
import { lastVariables, restarts, stackNames, variablesOf } from "./carry-out";
import { copyStack, copyState } from "./copy-stack";
import { putConfiguration } from "./put-configuration";
import { openUnitStack, type EngineContext } from "./engine-context";
import type { UnitPlan } from "./situation";
import type { Workspace } from "./workspace";

/** What the engine would do to one unit. */
export interface PlannedUnit extends UnitPlan {
  /** Sum over all stacks; none where the engine needs not be asked. */
  readonly summary?: PlanSummary;
  /** Why it could not be planned. */
  readonly error?: unknown;
}

/** Resources to be made, changed in place, made anew, and removed. */
export interface PlanSummary {
  readonly create: number;
  readonly change: number;
  readonly replace: number;
  readonly destroy: number;
}

/**
 * Asks the engine what it would do, in a scratch workspace: states are copied there, nothing of the Nest
 * is written, no lock is taken. One unit that can't be planned stops no other.
 */
export async function planUnits(units: readonly UnitPlan[], workspace: Workspace, scratch: Workspace, context: EngineContext): Promise<readonly PlannedUnit[]> {
  const planned = await mapConcurrent(units, async (plan) => ({ ...plan, summary: await planUnit(plan, workspace, scratch, context) }));
  return planned.map((outcome, index) => (outcome.status === "fulfilled" ? outcome.value : { ...(units[index] as UnitPlan), error: outcome.reason }));
}

async function planUnit(plan: UnitPlan, workspace: Workspace, scratch: Workspace, context: EngineContext): Promise<PlanSummary> {
  const { wanted, found, decision, takesOver } = plan;
  const before = stackNames(found.records.pending ?? found.records.applied);
  const plans: Plan[] = [];
  const removal = async (stack: string) => {
    if (!(await copyStack(workspace, stack, scratch))) return;
    plans.push(await openUnitStack(scratch, stack, context).plan({ destroy: true, variables: lastVariables(plan) }));
  };
  if (decision.action === "destroy") for (const stack of decision.goneStacks) await removal(stack);
  if (decision.action === "replace") for (const stack of before) await removal(stack);
  if (decision.action === "apply" && takesOver === undefined) for (const stack of decision.goneStacks) await removal(stack);
  if ((decision.action === "apply" || decision.action === "replace") && wanted) {
    // After a removal the new stacks start from nothing: in a workspace of their own.
    const target = decision.action === "replace" ? { root: join(scratch.root, "after") } : scratch;
    for (const [index, stack] of wanted.stacks.entries()) {
      await putConfiguration(target, stack.name, stack.file);
      const old = takesOver === undefined ? stack.name : stackName(takesOver, index + 1);
      if (decision.action === "apply") await copyState(workspace, old, target, stack.name);
      plans.push(await openUnitStack(target, stack.name, context).plan({ variables: variablesOf(plan), replace: restarts(plan, stack.name) }));
    }
  }
  return plans.map(summarize).reduce(add, { create: 0, change: 0, replace: 0, destroy: 0 });
}

function summarize({ changes, summary }: Plan): PlanSummary {
  const replace = changes.filter((change) => change.action === "replace").length;
  const { add: create, change, remove }: ChangeSummary = summary;
  // The engine counts a replacement as one made and one removed.
  return { create: create - replace, change, replace, destroy: remove - replace };
}

function add(a: PlanSummary, b: PlanSummary): PlanSummary {
  return { create: a.create + b.create, change: a.change + b.change, replace: a.replace + b.replace, destroy: a.destroy + b.destroy };
}
