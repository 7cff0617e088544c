import { type Command, InvalidArgumentError } from "commander";
import type { GitlabSettled } from "../deploy/connect";
import { deployNest, planDeployment } from "../deploy/deploy";
import type { UnitEvent, UnitResult } from "../deploy/reconcile";
import { applySavedPlan, readSavedPlan } from "../deploy/saved-plan";
import type { Interrupts } from "../engine";
import type { Nest } from "../nest/model";
import { readRunners } from "../runner/records";
import type { Secrets } from "../secrets";
import { GoslingError, messageOf } from "../vocabulary/error";
import { canPrompt, type Context, EXIT, type GlobalFlags, wantsColor } from "./context";
import { unitData } from "./connect";
import { type DeploymentFlags, type SiteOwner, withDeployment } from "./deployment-context";
import { gitlabPlan, gitlabStep } from "./gitlab-step";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import { showPlan } from "./plan";
import type { Cli } from "./program";
import { palette } from "./render/color";
import { renderEnd, renderResult, renderSteps } from "./render/deployment";
import { progressView, type ProgressView } from "./render/engine-progress";

interface DeployFlags extends NestFlags, DeploymentFlags {
  readonly target?: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly refresh?: boolean;
  readonly wait?: boolean;
  readonly allowDestroy?: boolean;
  readonly plan?: string;
  readonly detailedExitcode?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  addLockOption(addNestOptions(command))
    .option("--target <name...>", "only these Eggs, buckets, Jobs and Rifts")
    .option("--dry-run", "only show what would change, as plan does")
    .option("--yes", "don't ask")
    .option("--refresh", "run the engine for every unit, changed or not")
    .option("--wait", "wait for busy runners that have to go")
    .option("--allow-destroy", "let runners go that run a job, or may run one: their jobs are lost")
    .option("--plan <file>", "do exactly what plan --out has saved; refused where anything has changed since")
    .option("--detailed-exitcode", "with --dry-run: exit with 2 where something would change")
    .addHelpText("after", "\nA running job is never ended: busy runners of an old configuration finish it and go with a later deploy.")
    .action(cli.action(() => deploy(command, cli)));
}

/** Declares `--lock-timeout` on a command that changes states. */
export function addLockOption(command: Command): Command {
  return command.option("--lock-timeout <seconds>", "how long to wait for a state that somebody else holds (default: not at all)", (text) => {
    if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError("Write a number of seconds.");
    return Number(text);
  });
}

async function deploy(command: Command, cli: Cli): Promise<number> {
  const flags = command.optsWithGlobals<DeployFlags>();
  const { nest, exitCode } = await openNest(cli, command, { remember: !flags.dryRun });
  if (!nest) return exitCode;
  if (flags.plan !== undefined) return deploySaved(flags.plan, nest, flags, cli);
  const { context } = cli;
  const view = deploymentView(context, flags);
  const work: Parameters<typeof withDeployment<number>>[3] = async ({ interrupts, origin, secrets, ...opened }) => {
    const options = { ...opened, ...(flags.target && { targets: flags.target }), ...(flags.refresh && { refresh: true }), ...(flags.allowDestroy && { allowDestroy: true }) };
    const planned = async () => {
      const plan = await planDeployment(nest, options);
      return { plan, code: showPlan(plan, context, flags, await gitlabPlan(nest, plan, context, secrets)) };
    };
    if (flags.dryRun) return (await planned()).code;
    if (!flags.yes) {
      requirePrompt(context, flags, "deploy");
      const { plan, code } = await planned();
      if (code !== EXIT.done || !plan.changes) return code;
      if (!(await confirm("Deploy this?"))) return declined(context);
    }
    const results = await deployNest(nest, { ...options, origin, ...(flags.wait && { wait: true }), onUnit: (event) => showUnit(event, view, context, flags) });
    view.end();
    return finish(results, { interrupts, context, flags, secrets, owner: nest, nest });
  };
  return withDeployment(context, flags, nest, work, { readOnly: flags.dryRun ?? false, onEvent: (stack, event) => view.onEvent(stack, event) });
}

/** What was planned was looked at then: nothing is asked. */
async function deploySaved(file: string, nest: Nest, flags: DeployFlags, cli: Cli): Promise<number> {
  const { context } = cli;
  const mixed = (["target", "dryRun", "refresh", "wait", "allowDestroy"] as const).find((name) => flags[name] !== undefined);
  if (mixed !== undefined) throw new GoslingError("WRONG_USE", `--plan says all of what is done: it goes with no --${mixed.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, { hint: "Give that flag to gosling plan --out.", exitCode: EXIT.usage });
  const saved = await readSavedPlan(context.cwd, file);
  const view = deploymentView(context, flags);
  return withDeployment(
    context,
    flags,
    nest,
    async ({ interrupts, secrets, ...deployment }) => {
      const results = await applySavedPlan(saved, nest, { ...deployment, onUnit: (event) => showUnit(event, view, context, flags) });
      view.end();
      return finish(results, { interrupts, context, flags, secrets, owner: nest, nest });
    },
    { onEvent: (stack, event) => view.onEvent(stack, event) },
  );
}

/** A question needs somebody to answer it: elsewhere the flag is the answer. */
export function requirePrompt(context: Context, flags: GlobalFlags, command: string, look = "gosling plan"): void {
  if (canPrompt(context, flags)) return;
  throw new GoslingError("CONFIRMATION_NEEDED", `${command} asks before it changes anything, and nobody is there to answer`, {
    hint: `Look with: ${look}; then: gosling ${command} --yes`,
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
    case "locked":
      return view.print([paint.bold(event.unit), `  ${paint.yellow("…")} ${event.reason}: waiting for it`]);
    case "wait":
      // Told every second, and the steps have said already what is waited for.
      return;
    case "end":
      return view.print(renderResult(event.result, paint));
  }
}

export interface Finish {
  readonly interrupts: Interrupts;
  readonly context: Context;
  readonly flags: GlobalFlags;
  readonly secrets: Secrets;
  readonly owner: SiteOwner;
  /** Absent where its files could not be read. */
  readonly nest?: Nest;
}

/** Does the last step, on GitLab; prints what became of all units, and answers with the exit code. */
export async function finish(results: readonly UnitResult[], { interrupts, context, flags, secrets, owner, nest }: Finish): Promise<number> {
  const interrupted = interrupts.count > 0 || results.some((result) => result.outcome === "interrupted");
  const gitlab = interrupted ? undefined : await gitlabStep(nest, owner.values?.name ?? "", results, context, flags, secrets);
  if (flags.json) context.stdout.write(`${JSON.stringify({ units: results.map(resultData), ...(gitlab && gitlabData(gitlab.settled)) }, null, 2)}\n`);
  else context.stdout.write(renderEnd(results));
  if (interrupted) context.stderr.write("Interrupted. What was done is recorded; the next deploy looks at what is there and goes on.\n");
  else if (!flags.json && !flags.quiet) await mentionWaiting(context, owner.root);
  if (interrupted) return EXIT.interrupted;
  return gitlab?.done === false || results.some((result) => result.outcome === "failed") ? EXIT.failed : EXIT.done;
}

function gitlabData({ connected, removed }: GitlabSettled): object {
  const gone = removed.filter(({ lines, error }) => lines.length > 0 || error !== undefined).map(({ unit, lines, error }) => ({ unit, removed: lines, ...(error !== undefined && { error: messageOf(error) }) }));
  return { ...(connected && { gitlab: connected.units.map(unitData) }), ...(gone.length > 0 && { gitlabRemoved: gone }) };
}

async function mentionWaiting(context: Context, root: string): Promise<void> {
  const waiting = (await readRunners(root)).filter((record) => record.process === "alive" && (record.heartbeat?.missing.length ?? 0) > 0);
  if (waiting.length > 0) context.stderr.write(`${waiting.length === 1 ? "1 runner waits" : `${waiting.length} runners wait`} for something: gosling status says what.\n`);
}

function resultData({ unit, outcome, decision, error, summary, notes }: UnitResult): unknown {
  return {
    unit,
    outcome,
    steps: decision.steps,
    waiting: decision.waiting,
    ...(summary && { resources: summary }),
    ...(notes && notes.length > 0 && { notes }),
    ...(error !== undefined && { error: messageOf(error) }),
  };
}
