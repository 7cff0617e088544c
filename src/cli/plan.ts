import type { Command } from "commander";
import { planDeployment, type DeploymentPlan } from "../deploy/deploy";
import { type Context, EXIT, type GlobalFlags, wantsColor } from "./context";
import { deploymentContext, withInterrupts } from "./deployment-context";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import type { Cli } from "./program";
import { palette } from "./render/color";
import { renderPlan } from "./render/deployment";

interface PlanFlags extends NestFlags {
  readonly target?: readonly string[];
  readonly refresh?: boolean;
  readonly detailedExitcode?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .option("--target <name...>", "only these Eggs, buckets and Jobs")
    .option("--refresh", "ask the engine about every unit, changed or not")
    .option("--detailed-exitcode", "exit with 2 where something would change")
    .addHelpText("after", "\nNothing of the Nest is created, changed or locked.")
    .action(cli.action(() => plan(command, cli)));
}

async function plan(command: Command, cli: Cli): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<PlanFlags>();
  return withInterrupts(cli.context, async (interrupts) => {
    const context = await deploymentContext(cli.context, flags, nest.root, { interrupts });
    const result = await planDeployment(nest, { context, ...(flags.target && { targets: flags.target }), ...(flags.refresh && { refresh: true }) });
    return showPlan(result, cli.context, flags);
  });
}

/** Prints a plan and answers with the exit code. */
export function showPlan(plan: DeploymentPlan, context: Context, flags: GlobalFlags & { readonly detailedExitcode?: boolean }): number {
  if (flags.json) context.stdout.write(`${JSON.stringify(planData(plan), null, 2)}\n`);
  else context.stdout.write(renderPlan(plan, palette(wantsColor(context, flags, context.stdout))));
  if (plan.units.some((unit) => unit.error !== undefined)) return EXIT.failed;
  return flags.detailedExitcode && plan.changes ? EXIT.changes : EXIT.done;
}

function planData({ units, orphans, changes }: DeploymentPlan): unknown {
  return {
    changes,
    units: units.map(({ unit, decision, summary, takesOver, error }) => ({
      unit,
      action: decision.action,
      steps: decision.steps,
      waiting: decision.waiting,
      ...(takesOver !== undefined && { takesOver }),
      ...(summary && { resources: summary }),
      ...(error !== undefined && { error: error instanceof Error ? error.message : String(error) }),
    })),
    orphans: orphans.map(({ egg, id }) => ({ egg, id })),
  };
}
