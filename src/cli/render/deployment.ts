import type { DeploymentPlan } from "../../deploy/deploy";
import type { PlannedUnit } from "../../deploy/plan";
import type { UnitResult } from "../../deploy/reconcile";
import { addSummaries, NOTHING as NO_RESOURCES } from "../../deploy/summary";
import type { PlanSummary } from "../../store/deployment";
import type { UnitDecision, UnitStep } from "../../deploy/decide-unit";
import { GoslingError } from "../../vocabulary/error";
import { explainSystemError } from "../system-error";
import type { Palette } from "./color";
import { renderTable } from "./table";

/** A plan for people: what happens to each unit, then the sum. */
export function renderPlan(plan: DeploymentPlan, paint: Palette): string {
  const lines = plan.units.filter((unit) => unit.decision.action !== "none").flatMap((unit) => renderPlannedUnit(unit, paint));
  for (const orphan of plan.orphans) lines.push(`${paint.bold(orphan.egg)}`, `  ${paint.red("-")} runner ${orphan.id}: no deployment knows it; it is ended and removed`);
  const same = plan.units.filter((unit) => unit.decision.action === "none").length;
  const changed = plan.units.length - same;
  if (plan.units.length === 0 && !plan.changes) return NOTHING;
  if (!plan.changes) return `Nothing would change: ${countOf(same, "unit")} as the Nest says.\n`;
  const total = plan.units.flatMap((unit) => unit.summary ?? []).reduce(addSummaries, NO_RESOURCES);
  lines.push("", `Plan: ${countOf(changed, "unit")} to change, ${same} as the Nest says. Resources: ${renderSummary(total, paint)}.`);
  return lines.map((line) => `${line}\n`).join("");
}

function renderPlannedUnit(planned: PlannedUnit, paint: Palette): readonly string[] {
  const { unit, decision, summary, error, takesOver, unasked } = planned;
  const head = `${paint.bold(unit)}  ${actionText(decision, takesOver)}`;
  const lines = [head, ...unfinished(planned, paint), ...renderSteps(decision, paint).map((line) => `  ${line}`), ...unaskedLine(unasked, paint)];
  if (summary && decision.action !== "held") lines.push(paint.dim(`  resources: `) + renderSummary(summary, paint));
  if (error !== undefined) lines.push(...errorLines(error, paint).map((line) => `  ${line}`));
  return lines;
}

/** What a crash or a failure has left is taken up again. */
function unfinished({ found }: PlannedUnit, paint: Palette): readonly string[] {
  const { pending } = found.records;
  return pending ? [`  ${paint.yellow("!")} its deployment of ${pending.at.replace("T", " ").slice(0, 16)} did not end well (gosling history ${pending.unit}): this one looks at what is there and goes on`] : [];
}

/** Why machines stay that would go. */
function unaskedLine(unasked: string | undefined, paint: Palette): readonly string[] {
  return unasked === undefined ? [] : [`  ${paint.yellow("!")} GitLab can't be asked whether its machines run jobs, so they stay: ${unasked}`, "    gosling connect registers them; --allow-destroy lets them go whatever they do"];
}

/** One line for each thing that happens to a runner. */
export function renderSteps(decision: UnitDecision, paint: Palette): readonly string[] {
  const lines = decision.steps.map((step) => stepText(step, paint));
  const asked = new Set(decision.steps.flatMap((step) => (step.kind === "drain" ? [step.id] : [])));
  for (const id of decision.waiting) if (!asked.has(id)) lines.push(`${paint.yellow("…")} runner ${id} still runs its job; it goes with a later deploy`);
  return lines;
}

function actionText({ action, waiting }: UnitDecision, takesOver: string | undefined): string {
  const from = takesOver === undefined ? "" : ` (takes over ${takesOver})`;
  switch (action) {
    case "apply":
      return `is brought up to date${from}`;
    case "replace":
      return `is made anew${from}: its cloud, its region or its kind of runner changes`;
    case "destroy":
      return "is removed";
    case "held":
      return waiting.length === 1 ? "waits for a running job" : "waits for running jobs";
    case "none":
      return "stays as it is";
  }
}

function stepText(step: UnitStep, paint: Palette): string {
  switch (step.kind) {
    case "create":
      return `${paint.green("+")} runner ${step.id} is made${step.power === "on" ? " and started" : ", asleep"}`;
    case "wake":
      return `${paint.green("↑")} runner ${step.id} is woken`;
    case "sleep":
      return `${paint.yellow("↓")} runner ${step.id} goes to sleep`;
    case "drain":
      return `${paint.yellow("…")} runner ${step.id} finishes its job and takes no other (${step.reason}); it goes with a later deploy`;
    case "remove":
      return `${paint.red("-")} runner ${step.id} is removed (${step.reason})`;
    case "restart":
      return `${paint.green("↻")} runner ${step.id} is started again`;
  }
}

function renderSummary({ create, change, replace, destroy }: PlanSummary, paint: Palette): string {
  const loud = (count: number, text: string) => (count > 0 ? paint.red(text) : text);
  return `${create} to create, ${change} to change, ${loud(replace, `${replace} to replace`)}, ${loud(destroy, `${destroy} to destroy`)}`;
}

/** What became of one unit, in one line, with the reasons below. */
export function renderResult({ unit, outcome, decision, error, notes = [], unasked }: UnitResult, paint: Palette): readonly string[] {
  const mark = outcome === "failed" || outcome === "interrupted" ? paint.red("✗") : outcome === "held" ? paint.yellow("…") : paint.green("✓");
  const text = outcome === "held" ? actionText(decision, undefined) : outcome;
  return [`${mark} ${paint.bold(unit)}  ${text}`, ...notes.map((note) => `  ${paint.yellow("!")} ${note}`), ...unaskedLine(unasked, paint), ...(error === undefined ? [] : errorLines(error, paint).map((line) => `  ${line}`))];
}

/** The end of a deployment of several units: those that are not as they should be, each with its reason; then the sum. */
export function renderEnd(results: readonly UnitResult[]): string {
  const open = results.filter(({ outcome }) => outcome === "failed" || outcome === "interrupted" || outcome === "held");
  if (results.length < 2 || open.length === 0) return renderTotals(results);
  const rows = open.map(({ unit, outcome, decision, error }) => [unit, outcome, error instanceof Error ? (error.message.split("\n")[0] ?? "") : actionText(decision, undefined)]);
  return `${renderTable([{ title: "UNIT" }, { title: "RESULT" }, { title: "REASON" }], rows)}${renderTotals(results)}`;
}

/** The last line of a deployment. */
function renderTotals(results: readonly UnitResult[]): string {
  const counts = (["deployed", "destroyed", "held", "failed", "interrupted", "unchanged"] as const).flatMap((outcome) => {
    const count = results.filter((result) => result.outcome === outcome).length;
    return count > 0 ? [`${count} ${outcome}`] : [];
  });
  if (results.length === 0) return NOTHING;
  if (results.every((result) => result.outcome === "unchanged")) return `Nothing has changed: ${countOf(results.length, "unit")} as the Nest says.\n`;
  return `${counts.join(", ")}.\n`;
}

export function errorLines(cause: unknown, paint: Palette): readonly string[] {
  if (cause instanceof AggregateError) return cause.errors.flatMap((error) => errorLines(error, paint));
  const error = cause instanceof GoslingError ? cause : explainSystemError(cause);
  // A fault of the program: with its stack, so that it can be reported.
  if (!error) return [paint.red(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))];
  const lines = error.message.split("\n").map((line, index) => (index === 0 ? paint.red(`error: ${line}`) : `  ${line}`));
  return error.hint === undefined ? lines : [...lines, `  ${error.hint}`];
}

const NOTHING = "There is nothing to deploy. To add something: gosling add egg NAME\n";

function countOf(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
