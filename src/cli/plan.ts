import type { Command } from "commander";
import type { ConnectResult } from "../deploy/connect";
import { planDeployment, type DeploymentPlan } from "../deploy/deploy";
import { writeSavedPlan } from "../deploy/saved-plan";
import { type Context, EXIT, type GlobalFlags, wantsColor } from "./context";
import { withDeployment } from "./deployment-context";
import { unitData } from "./connect";
import { gitlabPlan, gitlabPlanText } from "./gitlab-step";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import type { Cli } from "./program";
import { shellWord } from "./questions";
import { palette } from "./render/color";
import { renderPlan } from "./render/deployment";
import { messageOf } from "../vocabulary/error";

interface PlanFlags extends NestFlags {
  readonly target?: readonly string[];
  readonly refresh?: boolean;
  readonly allowDestroy?: boolean;
  readonly out?: string;
  readonly detailedExitcode?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .option("--target <name...>", "only these Eggs, buckets, Jobs and Rifts")
    .option("--refresh", "ask the engine about every unit, changed or not")
    .option("--allow-destroy", "plan to let runners go that run a job, or may run one")
    .option("--out <file>", "save the plan for deploy --plan; it may hold secrets of the state, so it is for its owner alone")
    .option("--detailed-exitcode", "exit with 2 where something would change")
    .addHelpText("after", "\nNothing of the Nest is created, changed or locked.")
    .action(cli.action(() => plan(command, cli)));
}

async function plan(command: Command, cli: Cli): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<PlanFlags>();
  const { context } = cli;
  return withDeployment(
    context,
    flags,
    nest,
    async ({ site, context: engine, secrets }) => {
      const options = { site, context: engine, ...(flags.target && { targets: flags.target }), ...(flags.refresh && { refresh: true }), ...(flags.allowDestroy && { allowDestroy: true }) };
      const { out } = flags;
      if (out === undefined) {
        const result = await planDeployment(nest, options);
        return showPlan(result, context, flags, await gitlabPlan(nest, result, context, secrets));
      }
      const result = await planDeployment(nest, options, (made) => writeSavedPlan(context.cwd, out, made, nest, site));
      const code = showPlan(result, context, flags, await gitlabPlan(nest, result, context, secrets));
      if (!flags.quiet && !flags.json) context.stderr.write(`The plan is in ${out}. To do exactly this: gosling deploy --plan ${shellWord(out)}\n`);
      return code;
    },
    { readOnly: true },
  );
}

/** Prints a plan and answers with the exit code. */
export function showPlan(plan: DeploymentPlan, context: Context, flags: GlobalFlags & { readonly detailedExitcode?: boolean }, gitlab?: ConnectResult): number {
  if (flags.json) context.stdout.write(`${JSON.stringify({ ...planData(plan), ...(gitlab && { gitlab: gitlab.units.map(unitData) }) }, null, 2)}\n`);
  else context.stdout.write(`${renderPlan(plan, palette(wantsColor(context, flags, context.stdout)))}${gitlabPlanText(gitlab, context, flags)}`);
  if (plan.units.some((unit) => unit.error !== undefined)) return EXIT.failed;
  return flags.detailedExitcode && plan.changes ? EXIT.changes : EXIT.done;
}

function planData({ units, orphans, changes }: DeploymentPlan): object {
  return {
    changes,
    units: units.map(({ unit, decision, summary, takesOver, error }) => ({
      unit,
      action: decision.action,
      steps: decision.steps,
      waiting: decision.waiting,
      ...(takesOver !== undefined && { takesOver }),
      ...(summary && { resources: summary }),
      ...(error !== undefined && { error: messageOf(error) }),
    })),
    orphans: orphans.map(({ egg, id }) => ({ egg, id })),
  };
}
