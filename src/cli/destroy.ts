import type { Command } from "commander";
import { abortJobs, deployedUnits, destroyUnits, planDestruction } from "../deploy/deploy";
import { EXIT, type GlobalFlags } from "./context";
import { confirm, declined, deploymentView, finish, requirePrompt, showUnit } from "./deploy";
import { deploymentContext, withInterrupts } from "./deployment-context";
import { nestFolder } from "./nest-option";
import { showPlan } from "./plan";
import type { Cli } from "./program";

interface DestroyFlags extends GlobalFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly now?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  command
    .argument("[names...]", "Eggs, buckets and Jobs (default: everything that is deployed)")
    .option("--dry-run", "only show what would be removed")
    .option("--yes", "don't ask")
    .option("--now", "abort running jobs instead of waiting for them")
    .addHelpText("after", "\nThe Nest's files stay. Runners finish their jobs first, and destroy waits for them.")
    .action(cli.action((names: readonly string[]) => destroy(names, command, cli)));
}

async function destroy(names: readonly string[], command: Command, cli: Cli): Promise<number> {
  const root = nestFolder(cli, command);
  const flags = command.optsWithGlobals<DestroyFlags>();
  const { context } = cli;
  const units = await deployedUnits(root, names);
  if (units.length === 0) {
    context.stdout.write(flags.json ? `${JSON.stringify({ units: [] })}\n` : "Nothing is deployed.\n");
    return EXIT.done;
  }
  return withInterrupts(context, async (interrupts) => {
    const view = deploymentView(context, flags);
    const engine = await deploymentContext(context, flags, root, { interrupts, onEvent: (stack, event) => view.onEvent(stack, event) });
    if (flags.dryRun) return showPlan(await planDestruction(root, units, engine), context, flags);
    if (!flags.yes) {
      requirePrompt(context, flags, "destroy");
      const planned = showPlan(await planDestruction(root, units, engine), context, flags);
      if (planned !== EXIT.done) return planned;
      if (!(await confirm("Destroy this?"))) return declined(context);
    }
    if (flags.now) await abortJobs(root, units);
    const results = await destroyUnits(root, units, { context: engine, now: context.now, onUnit: (event) => showUnit(event, view, context, flags) });
    view.end();
    return finish(results, interrupts, context, flags, root);
  });
}
