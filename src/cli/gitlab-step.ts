import { type ConnectResult, type GitlabOptions, type GitlabSettled, planGitlab, settleGitlab } from "../deploy/connect";
import type { DeploymentPlan } from "../deploy/deploy";
import type { UnitResult } from "../deploy/reconcile";
import type { Nest } from "../nest/model";
import type { Secrets } from "../secrets";
import { type Context, type GlobalFlags, wantsColor } from "./context";
import { palette } from "./render/color";
import { renderConnected, renderDifference } from "./render/connection";
import { errorLines } from "./render/deployment";

/** What a deploy would do on GitLab as its last step; nothing where GitLab is left alone. */
export async function gitlabPlan(nest: Nest, plan: DeploymentPlan, context: Context, secrets: Secrets): Promise<ConnectResult | undefined> {
  const units = plan.units.filter(({ decision, error }) => error === undefined && (decision.action === "apply" || decision.action === "replace")).map(({ unit }) => unit);
  return planGitlab(nest, units, gitlabOptions(context, secrets));
}

/** The last step of a deployment. Says what it did, and answers whether all went well. */
export async function gitlabStep(nest: Nest | undefined, nestName: string, results: readonly UnitResult[], context: Context, flags: GlobalFlags, secrets: Secrets): Promise<{ readonly done: boolean; readonly settled: GitlabSettled }> {
  const settled = await settleGitlab(nest, nestName, results, gitlabOptions(context, secrets));
  const { connected, removed } = settled;
  const failed = removed.some(({ error }) => error !== undefined) || connected?.units.some(({ outcome }) => outcome === "failed") === true;
  if (!flags.json && (!flags.quiet || failed)) context.stderr.write(text(settled, context, flags));
  return { done: !failed, settled };
}

function text({ connected, removed }: GitlabSettled, context: Context, flags: GlobalFlags): string {
  const paint = palette(wantsColor(context, flags, context.stderr));
  const lines = removed.flatMap(({ unit, lines: done, error }) => [
    ...done.map((line) => `${paint.red("-")} ${unit}: ${line}`),
    ...(error === undefined ? [] : [`${paint.red("✗")} ${unit} is still known to GitLab`, ...errorLines(error, paint).map((line) => `  ${line}`)]),
  ]);
  const acted = connected?.units.some(({ outcome }) => outcome === "changed" || outcome === "failed") === true;
  const skipped = connected?.units.filter(({ outcome }) => outcome === "skipped").map(({ unit }) => unit) ?? [];
  if (skipped.length > 0) lines.push(`GitLab was not told of ${skipped.slice(0, 5).join(", ")}${skipped.length > 5 ? " …" : ""}: gosling connect says what it needs for that.`);
  return `${lines.map((line) => `${line}\n`).join("")}${connected && acted ? `GitLab: ${renderConnected(connected, paint)}` : ""}`;
}

/** A plan of GitLab's part for people; empty where it has none. */
export function gitlabPlanText(planned: ConnectResult | undefined, context: Context, flags: GlobalFlags): string {
  return planned ? `\nOn GitLab:\n${renderDifference(planned, palette(wantsColor(context, flags, context.stdout)))}` : "";
}

function gitlabOptions({ env, now }: Context, secrets: Secrets): GitlabOptions {
  return {
    env,
    now,
    resolve: (reference, place) => secrets.read(reference, place),
    secrets: { write: (reference, value, place) => secrets.write(reference, value, { ...place, replace: true }) },
  };
}
