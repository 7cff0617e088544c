import type { Command } from "commander";
import { abortJobs, deployedUnits, destroyUnits, planDestruction } from "../deploy/deploy";
import type { Nest } from "../nest/model";
import { EXIT } from "./context";
import { addLockOption, confirm, declined, deploymentView, finish, requirePrompt, showUnit } from "./deploy";
import { type DeploymentFlags, type SiteOwner, withDeployment, withSite } from "./deployment-context";
import { addNestOptions, loadNest, nestFolder, type NestFlags, showDiagnostics } from "./nest-option";
import { showPlan } from "./plan";
import type { Cli } from "./program";

interface DestroyFlags extends NestFlags, DeploymentFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly now?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  addLockOption(addNestOptions(command))
    .argument("[names...]", "Eggs, buckets, Jobs and Rifts (default: everything that is deployed)")
    .option("--dry-run", "only show what would be removed")
    .option("--yes", "don't ask")
    .option("--now", "abort running jobs instead of waiting for them")
    .addHelpText("after", "\nThe Nest's files stay. Runners finish their jobs first, and destroy waits for them.")
    .action(cli.action((names: readonly string[]) => destroy(names, command, cli)));
}

async function destroy(names: readonly string[], command: Command, cli: Cli): Promise<number> {
  const flags = command.optsWithGlobals<DestroyFlags>();
  const { context } = cli;
  const found = await siteOwner(cli, command);
  if (!found) return EXIT.failed;
  const { owner, nest } = found;
  const units = await withSite(context, owner, (site) => deployedUnits(site, names));
  if (units.length === 0) {
    context.stdout.write(flags.json ? `${JSON.stringify({ units: [] })}\n` : "Nothing is deployed.\n");
    return EXIT.done;
  }
  const view = deploymentView(context, flags);
  const work: Parameters<typeof withDeployment<number>>[3] = async ({ interrupts, origin, secrets, ...opened }) => {
    const options = { ...opened, ...(flags.now && { allowDestroy: true }) };
    if (flags.dryRun) return showPlan(await planDestruction(units, options), context, flags);
    if (!flags.yes) {
      requirePrompt(context, flags, "destroy", "gosling destroy --dry-run");
      const planned = showPlan(await planDestruction(units, options), context, flags);
      if (planned !== EXIT.done) return planned;
      if (!(await confirm("Destroy this?"))) return declined(context);
    }
    if (flags.now) await abortJobs(opened.site, owner.root, units);
    const results = await destroyUnits(units, { ...options, origin, onUnit: (event) => showUnit(event, view, context, flags) });
    view.end();
    return finish(results, { interrupts, context, flags, secrets, owner, ...(nest && { nest }) });
  };
  return withDeployment(context, flags, owner, work, { readOnly: flags.dryRun ?? false, onEvent: (stack, event) => view.onEvent(stack, event) });
}

/**
 * The Nest, for where its state is. One that has errors can be taken down too, as long as its state is on this
 * machine: what was deployed says how. Tells the errors where there is no way.
 */
async function siteOwner(cli: Cli, command: Command): Promise<{ readonly owner: SiteOwner; readonly nest?: Nest } | undefined> {
  const root = nestFolder(cli, command);
  const { nest, diagnostics, sources } = await loadNest(cli, command);
  if (nest) return { owner: nest, nest };
  if ((await withSite(cli.context, { root }, (site) => site.store.current())).size > 0) return { owner: { root } };
  showDiagnostics(cli, command, diagnostics, { sources });
  return undefined;
}
