import type { Command } from "commander";
import { type ConnectedUnit, type ConnectResult, lookAtGitlab } from "../deploy/connect";
import type { Secrets } from "../secrets";
import type { Nest } from "../nest";
import { GoslingError } from "../vocabulary/error";
import { canPrompt, type Context, EXIT, wantsColor } from "./context";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import { withSecrets } from "./open-secrets";
import type { Cli } from "./program";
import { palette } from "./render/color";
import { renderConnected, renderDifference } from "./render/connection";

interface ConnectFlags extends NestFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly detailedExitcode?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command.argument("[egg...]", "names of Eggs, buckets and Jobs (default: all of the Nest)"))
    .option("--dry-run", "only show what differs")
    .option("--yes", "don't ask")
    .option("--detailed-exitcode", "with --dry-run: exit with 2 where something differs")
    .addHelpText("after", "\nMakes runner registrations, webhooks and pipeline schedules on GitLab what the Nest says, with the token behind each Egg's api_token. Only what Gosling has made is changed or removed. Tokens of runners go straight to the secret store.")
    .action(cli.action((eggs: readonly string[]) => connect(eggs, command, cli)));
}

async function connect(eggs: readonly string[], command: Command, cli: Cli): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<ConnectFlags>();
  const { context } = cli;
  if (!flags.dryRun && !flags.yes && !canPrompt(context, flags)) {
    throw new GoslingError("CONFIRMATION_NEEDED", "connect asks before it changes anything, and nobody is there to answer", { hint: "Look with: gosling connect --dry-run; then: gosling connect --yes", exitCode: EXIT.usage });
  }
  return withSecrets(context, nest.root, nest.name, (secrets) => connectWith(secrets, nest, eggs, flags, context));
}

async function connectWith(secrets: Secrets, nest: Nest, eggs: readonly string[], flags: ConnectFlags, context: Context): Promise<number> {
  const paint = palette(wantsColor(context, flags, context.stdout));
  const progress = connectProgress(context, flags, nest.eggs.length + nest.jobs.length);
  const connection = await lookAtGitlab(nest, {
    env: context.env,
    now: context.now,
    resolve: (reference, place) => secrets.read(reference, place),
    secrets: { write: (reference, value, place) => secrets.write(reference, value, { ...place, replace: true }) },
    onUnit: (unit) => progress.tell(unit),
    ...(eggs.length > 0 && { targets: eggs }),
  });
  try {
    const { planned } = connection;
    progress.looked();
    if (flags.dryRun || !planned.changes) {
      print(planned, renderDifference(planned, paint), context, flags);
      if (anyFailed(planned)) return EXIT.failed;
      return flags.detailedExitcode && planned.changes ? EXIT.changes : EXIT.done;
    }
    // What can't be looked at is told once: before the question, or at the end.
    if (!flags.json) context.stdout.write(renderDifference(planned, paint, !flags.yes));
    if (!flags.yes && !(await isConfirmed())) {
      context.stderr.write("Nothing was changed.\n");
      return EXIT.failed;
    }
    const done = await connection.apply();
    print(done, renderConnected(done, paint), context, flags);
    return anyFailed(done) ? EXIT.failed : EXIT.done;
  } finally {
    await connection.close();
  }
}

async function isConfirmed(): Promise<boolean> {
  const { confirm } = await import("@clack/prompts");
  return (await confirm({ message: "Change this on GitLab?", initialValue: false })) === true;
}

/** Progress goes to standard error: how far the look has come, on a terminal; then a line for each unit that is done. */
function connectProgress(context: Context, flags: ConnectFlags, total: number): { tell(unit: ConnectedUnit): void; looked(): void } {
  const { stderr } = context;
  const isQuiet = flags.quiet || flags.json;
  const paint = palette(wantsColor(context, flags, stderr));
  let looking = true;
  let count = 0;
  return {
    tell({ unit, outcome }) {
      if (isQuiet) return;
      if (looking) {
        count++;
        if (stderr.isTTY) stderr.write(`\r\u001b[KLooking at GitLab: ${count} of ${total}`);
      } else if (outcome === "changed") stderr.write(`${paint.green("✓")} ${unit}  connected\n`);
      else if (outcome === "failed") stderr.write(`${paint.red("✗")} ${unit}  failed\n`);
    },
    looked() {
      looking = false;
      if (!isQuiet && stderr.isTTY && count > 0) stderr.write("\r\u001b[K");
    },
  };
}

function anyFailed({ units }: ConnectResult): boolean {
  return units.some(({ outcome }) => outcome === "failed");
}

function print(result: ConnectResult, text: string, context: Context, flags: ConnectFlags): void {
  context.stdout.write(flags.json ? `${JSON.stringify({ changes: result.changes, units: result.units.map(unitData) }, null, 2)}\n` : text);
}

export function unitData({ unit, kind, outcome, steps, notes, errors }: ConnectedUnit): unknown {
  return {
    unit,
    kind,
    outcome,
    steps: steps.map(({ error, ...step }) => ({ ...step, ...(error !== undefined && { error: errorData(error) }) })),
    notes,
    errors: errors.map(errorData),
  };
}

function errorData(error: unknown): unknown {
  if (error instanceof GoslingError) return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  return { message: error instanceof Error ? error.message : String(error) };
}
