import { stackName } from "../vocabulary/unit-stacks";
import type { FoundRunner } from "./observe";
import type { UnitPlan } from "./situation";

/** Resource of a local runner's process in its stack (`constructs/clouds/local`). */
const PROCESS = "terraform_data.process";

/** Local runners that are started again. */
export function restarting({ found, decision }: UnitPlan): readonly FoundRunner[] {
  const dead = new Set(decision.steps.flatMap((step) => (step.kind === "restart" ? [step.id] : [])));
  return found.runners.filter((runner) => dead.has(runner.id));
}

/** Addresses of one stack's processes that the engine starts again. */
export function restarts(plan: UnitPlan, stack: string): readonly string[] {
  return restarting(plan).flatMap(({ id, shard, orphaned }) => (!orphaned && stackName(plan.unit, shard) === stack ? [`${PROCESS}["${id}"]`] : []));
}
