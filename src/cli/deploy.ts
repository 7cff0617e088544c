import type { Command } from "commander";
import { deployNest, planDeployment, type UnitEvent, type UnitResult } from "../deploy/deploy";
import type { Interrupts } from "../engine";
import { readRunners } from "../runner/records";
import { GoslingError } from "../vocabulary/error";
import { canPrompt, type Context, EXIT, type GlobalFlags, wantsColor } from "./context";
import { deploymentContext, withInterrupts } from "./deployment-context";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import { showPlan } from "./plan";
import type { Cli } from "./program";
import { palette } from "./render/color";
import { renderResult, renderSteps, renderTotals } from "./render/deployment";
import { progressView, type ProgressView } from "./render/engine-progress";

interface DeployFlags extends NestFlags {
  readonly target?: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly refresh?: boolean;
  readonly wait?: boolean;
  readonly detailedExitcode?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .option("--target <name...>", "only these Eggs, buckets and Jobs")
    .option("--dry-run", "only show what would change, as plan does")
    .option("--yes", "don't ask")
    .option("--refresh", "run the engine for every unit, changed or not")
    .option("--wait", "wait for busy runners that have to go")
    .option("--detailed-exitcode", "with --dry-run: exit with 2 where something would change")
    .addHelpText("after", "\nA running job is never ended: busy runners of an old configuration finish it and go with a later deploy.")
    .action(cli.action(() => deploy(command, cli)));
}

async function deploy(command: Command, cli: Cli): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<DeployFlags>();
  const { context } = cli;
  const targets = flags.target && { targets: flags.target };
  return withInterrupts(context, async (interrupts) => {
    const view = deploymentView(context, flags);
    const engine = await deploymentContext(context, flags, nest.root, { interrupts, onEvent: (stack, event) => view.onEvent(stack, event) });
    const options = { context: engine, ...targets, ...(flags.refresh && { refresh: true }) };
    if (flags.dryRun) return showPlan(await planDeployment(nest, options), context, flags);
    if (!flags.yes) {
      requirePrompt(context, flags, "deploy");
      const plan = await planDeployment(nest, options);
      const planned = showPlan(plan, context, flags);
      if (planned !== EXIT.done || !plan.changes) return planned;
      if (!(await confirm("Deploy this?"))) return declined(context);
    }
    const results = await deployNest(nest, { ...options, now: context.now, ...(flags.wait && { wait: true }), onUnit: (event) => showUnit(event, view, context, flags) });
    view.end();
    return finish(results, interrupts, context, flags, nest.root);
  });
}

/** A question needs somebody to answer it: elsewhere the flag is the answer. */
export function requirePrompt(context: Context, flags: GlobalFlags, command: string): void {
  if (canPrompt(context, flags)) return;
  throw new GoslingError("CONFIRMATION_NEEDED", `${command} asks before it changes anything, and nobody is there to answer`, {
    hint: `Look with: gosling plan; then: gosling ${command} --yes`,
    exitCode: EXIT.usage,
  });
}

export async function confirm(question: string): Promise<boolean> {
  const prompts = await import("@clack/prompts");
  return (await prompts.confirm({ message: question, initialValue: false })) === true;
}

export function declined(context: Context): number {
  context.stderr.write("Nothing was changed.\n");
  return EXIT.failed;
}

/** Progress goes to standard error: standard output is for results. */
export function deploymentView(context: Context, flags: GlobalFlags): ProgressView {
  if (flags.quiet || flags.json) return { onEvent: () => undefined, print: () => undefined, end: () => undefined };
  return progressView(context.stderr, palette(wantsColor(context, flags, context.stderr)));
}

export function showUnit(event: UnitEvent, view: ProgressView, context: Context, flags: GlobalFlags): void {
  const paint = palette(wantsColor(context, flags, context.stderr));
  switch (event.kind) {
    case "begin":
      return view.print([paint.bold(event.unit), ...renderSteps(event.decision, paint).map((line) => `  ${line}`)]);
    case "wait":
      // Told every second, and the steps have said already what is waited for.
      return;
    case "end":
      return view.print(renderResult(event.result, paint));
  }
}

/** Prints what became of all units, and answers with the exit code. */
export async function finish(results: readonly UnitResult[], interrupts: Interrupts, context: Context, flags: GlobalFlags, root: string): Promise<number> {
  if (flags.json) context.stdout.write(`${JSON.stringify({ units: results.map(resultData) }, null, 2)}\n`);
  else context.stdout.write(renderTotals(results));
  const interrupted = interrupts.count > 0 || results.some((result) => result.outcome === "interrupted");
  if (interrupted) context.stderr.write("Interrupted. What was done is recorded; the next deploy looks at what is there and goes on.\n");
  else if (!flags.json && !flags.quiet) await mentionWaiting(context, root);
  if (interrupted) return EXIT.interrupted;
  return results.some((result) => result.outcome === "failed") ? EXIT.failed : EXIT.done;
}

async function mentionWaiting(context: Context, root: string): Promise<void> {
  const waiting = (await readRunners(root)).filter((record) => record.process === "alive" && (record.heartbeat?.missing.length ?? 0) > 0);
  if (waiting.length > 0) context.stderr.write(`${waiting.length === 1 ? "1 runner waits" : `${waiting.length} runners wait`} for something: gosling status says what.\n`);
}

function resultData({ unit, outcome, decision, error }: UnitResult): unknown {
  return { unit, outcome, steps: decision.steps, waiting: decision.waiting, ...(error !== undefined && { error: error instanceof Error ? error.message : String(error) }) };
}
