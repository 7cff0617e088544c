import type { Applied, ChangeSummary, Plan } from "../engine";
import type { PlanSummary } from "../store/deployment";

export const NOTHING: PlanSummary = { create: 0, change: 0, replace: 0, destroy: 0 };

export function addSummaries(a: PlanSummary, b: PlanSummary): PlanSummary {
  return { create: a.create + b.create, change: a.change + b.change, replace: a.replace + b.replace, destroy: a.destroy + b.destroy };
}

/** What a plan would do. */
export function planned({ changes, summary }: Pick<Plan, "changes" | "summary">): PlanSummary {
  return counted(summary, changes.filter((change) => change.action === "replace").length);
}

/** What an apply did. */
export function applied({ summary, resources }: Pick<Applied, "summary" | "resources">): PlanSummary {
  const made = new Set(resources.filter(({ action }) => action === "create").map(({ address }) => address));
  const replaced = resources.filter(({ action, address }) => action === "replace" || (action === "delete" && made.has(address)));
  return counted(summary, new Set(replaced.map(({ address }) => address)).size);
}

/** The engine counts a replacement as one made and one removed. */
function counted({ add, change, remove }: ChangeSummary, replace: number): PlanSummary {
  return { create: add - replace, change, replace, destroy: remove - replace };
}
