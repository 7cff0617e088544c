import type { Command } from "commander";
import { deployedUnits, planRollback, rollBack } from "../deploy/deploy";
import { earlierDeployments } from "../deploy/earlier";
import { GoslingError } from "../vocabulary/error";
import { EXIT } from "./context";
import { addLockOption, confirm, declined, deploymentView, finish, requirePrompt, showUnit } from "./deploy";
import { type DeploymentFlags, withDeployment } from "./deployment-context";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import { showPlan } from "./plan";
import type { Cli } from "./program";

interface RollbackFlags extends NestFlags, DeploymentFlags {
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly allowDestroy?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  addLockOption(addNestOptions(command))
    .argument("[names...]", "Eggs, buckets, Jobs and Rifts")
    .option("--to <id>", "the deployment to bring back, by its id or a beginning of it (default: of each the one before)")
    .option("--dry-run", "only show what would change")
    .option("--yes", "don't ask")
    .option("--wait", "wait for busy runners that have to go")
    .option("--allow-destroy", "let runners go that run a job, or may run one: their jobs are lost")
    .addHelpText(
      "after",
      "\nApplies the recorded configuration of an earlier deployment again. Where the last deployment failed half-way, that is the\none before it. The Nest's files stay: the next deploy brings what they say, so take the change back there, too.\n\nExamples:\n  gosling rollback web-app\n  gosling rollback --to 20261127T1332",
    )
    .action(cli.action((names: readonly string[]) => rollback(names, command, cli)));
}

async function rollback(names: readonly string[], command: Command, cli: Cli): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<RollbackFlags>();
  const { context } = cli;
  if (names.length === 0 && flags.to === undefined) {
    throw new GoslingError("WRONG_USE", "rollback has to know what to bring back", { hint: "Name Eggs, or one deployment: gosling rollback --to ID", exitCode: EXIT.usage });
  }
  const view = deploymentView(context, flags);
  const work: Parameters<typeof withDeployment<number>>[3] = async ({ interrupts, origin, secrets, ...opened }) => {
    const units: string[] = [];
    // What was destroyed can be brought back, too.
    for (const name of names) units.push((await opened.site.store.history({ unit: name, limit: 1 })).length > 0 ? name : ((await deployedUnits(opened.site, [name]))[0] as string));
    const wanted = await earlierDeployments(opened.site, units, flags.to);
    const options = { ...opened, ...(flags.allowDestroy && { allowDestroy: true }) };
    if (flags.dryRun) return showPlan(await planRollback(wanted, options), context, flags);
    if (!flags.yes) {
      requirePrompt(context, flags, "rollback", "gosling rollback --dry-run");
      const plan = await planRollback(wanted, options);
      const planned = showPlan(plan, context, flags);
      if (planned !== EXIT.done || !plan.changes) return planned;
      if (!(await confirm("Bring this back?"))) return declined(context);
    }
    const results = await rollBack(wanted, { ...options, origin, ...(flags.wait && { wait: true }), onUnit: (event) => showUnit(event, view, context, flags) });
    view.end();
    return finish(results, { interrupts, context, flags, secrets, owner: nest });
  };
  return withDeployment(context, flags, nest, work, { readOnly: flags.dryRun ?? false, onEvent: (stack, event) => view.onEvent(stack, event) });
}
