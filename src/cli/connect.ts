import type { Command } from "commander";
import { type ConnectedUnit, type ConnectResult, fileSecretWriter, lookAtGitlab } from "../deploy/connect";
import { environmentStore, fileStore, secretResolver } from "../secrets";
import { GoslingError } from "../vocabulary/error";
import { canPrompt, type Context, EXIT, wantsColor } from "./context";
import { confirm, declined } from "./deploy";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
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
  const paint = palette(wantsColor(context, flags, context.stdout));
  if (!flags.dryRun && !flags.yes && !canPrompt(context, flags)) {
    throw new GoslingError("CONFIRMATION_NEEDED", "connect asks before it changes anything, and nobody is there to answer", { hint: "Look with: gosling connect --dry-run; then: gosling connect --yes", exitCode: EXIT.usage });
  }
  const connection = await lookAtGitlab(nest, {
    env: context.env,
    now: context.now,
    resolve: secretResolver([environmentStore(context.env), fileStore(nest.root)]),
    secrets: fileSecretWriter(nest.root),
    ...(eggs.length > 0 && { targets: eggs }),
  });
  try {
    const { planned } = connection;
    if (flags.dryRun) {
      print(planned, renderDifference(planned, paint), context, flags);
      return anyFailed(planned) ? EXIT.failed : flags.detailedExitcode && planned.changes ? EXIT.changes : EXIT.done;
    }
    if (!flags.json && (planned.changes || anyFailed(planned))) context.stdout.write(renderDifference(planned, paint));
    if (planned.changes && !flags.yes && !(await confirm("Change this on GitLab?"))) return declined(context);
    const done = planned.changes ? await connection.apply() : planned;
    print(done, renderConnected(done, paint), context, flags);
    return anyFailed(done) ? EXIT.failed : EXIT.done;
  } finally {
    await connection.close();
  }
}

function anyFailed({ units }: ConnectResult): boolean {
  return units.some(({ outcome }) => outcome === "failed");
}

function print(result: ConnectResult, text: string, context: Context, flags: ConnectFlags): void {
  context.stdout.write(flags.json ? `${JSON.stringify({ changes: result.changes, units: result.units.map(unitData) }, null, 2)}\n` : text);
}

function unitData({ unit, kind, outcome, steps, notes, error }: ConnectedUnit): unknown {
  return {
    unit,
    kind,
    outcome,
    steps: steps.map(({ error: reason, ...step }) => ({ ...step, ...(reason !== undefined && { error: errorData(reason) }) })),
    notes,
    ...(error !== undefined && { error: errorData(error) }),
  };
}

function errorData(error: unknown): unknown {
  if (error instanceof GoslingError) return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  return { message: error instanceof Error ? error.message : String(error) };
}
