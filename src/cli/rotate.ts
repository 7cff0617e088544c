import type { Command } from "commander";
import { lookAtRotation, type RotatedSecret, type Rotation } from "../deploy/rotate";
import { machineProcesses, readRunners, reloadRunner } from "../runner";
import type { Nest } from "../nest";
import type { Secrets } from "../secrets";
import { GoslingError, messageOf } from "../vocabulary/error";
import { canPrompt, type Context, EXIT, wantsColor } from "./context";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import { withSecrets } from "./open-secrets";
import type { Cli } from "./program";
import { terminalPrompts } from "./prompts";
import { palette } from "./render/color";
import { renderRotation } from "./render/rotation";

interface RotateFlags extends NestFlags {
  readonly egg?: readonly string[];
  readonly all?: boolean;
  readonly finish?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .option("--egg <name>", "an Egg, a bucket or a Job; may be given more than once", (name: string, before: readonly string[] = []) => [...before, name])
    .option("--all", "all of the Nest")
    .option("--finish", "only finish what earlier rotations have begun: remove registrations that no machine uses any more")
    .option("--dry-run", "only show what would be done")
    .option("--yes", "don't ask")
    .addHelpText(
      "after",
      "\nRunner tokens and webhook secrets get new values; the former ones stay good until nobody uses them. A runner has its new\ntoken within 5 minutes, and the next rotate, rotate --finish or connect removes the former registration. However it ends\nhalf-way, a working pair is left, and the same command goes on.\n\nExamples:\n  gosling rotate --egg my-app\n  gosling rotate --all --yes",
    )
    .action(cli.action(() => rotate(command, cli)));
}

async function rotate(command: Command, cli: Cli): Promise<number> {
  const flags = command.optsWithGlobals<RotateFlags>();
  const { context } = cli;
  const usage = (message: string, hint: string): GoslingError => new GoslingError("ROTATE_WHAT", message, { hint, exitCode: EXIT.usage });
  if (flags.all && flags.egg) throw usage("--all and --egg exclude each other", "Leave one of them out.");
  const ask = canPrompt(context, flags);
  if (!flags.all && !flags.egg && !ask) throw usage("It is not said whose secrets are rotated", "Name an Egg with --egg NAME, or take --all.");
  if (!flags.dryRun && !flags.yes && !ask) {
    throw new GoslingError("CONFIRMATION_NEEDED", "rotate asks before it changes anything, and nobody is there to answer", { hint: "Look with --dry-run; then: --yes", exitCode: EXIT.usage });
  }
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const targets = flags.all ? undefined : (flags.egg ?? (await askWhose(nest, context)));
  return withSecrets(context, nest.root, nest.name, (secrets) => rotateWith(secrets, nest, targets, flags, context));
}

const ALL = "*";

async function askWhose(nest: Nest, context: Context): Promise<readonly string[] | undefined> {
  const options = [{ value: ALL, label: "all of the Nest" }, ...[...nest.eggs, ...nest.jobs].map(({ name }) => ({ value: name }))];
  const answer = await terminalPrompts(context).select({ message: "Whose tokens and webhook secrets are rotated?", options, offered: ALL });
  return answer === ALL ? undefined : [answer];
}

async function rotateWith(secrets: Secrets, nest: Nest, targets: readonly string[] | undefined, flags: RotateFlags, context: Context): Promise<number> {
  const { env, now, stdout, stderr } = context;
  const paint = palette(wantsColor(context, flags, stdout));
  const rotation: Rotation = await lookAtRotation(nest, {
    env,
    now,
    resolve: (reference, place) => secrets.read(reference, place),
    secrets: { write: (reference, value, place) => secrets.write(reference, value, { ...place, replace: true }) },
    finishOnly: flags.finish ?? false,
    ...(targets && { targets }),
    onSecret: ({ outcome, what, units }) => {
      if (!flags.quiet && !flags.json) stderr.write(`${outcome === "failed" ? "✗" : "✓"} ${what} of ${units.join(", ")}  ${outcome}\n`);
    },
  });
  const print = (all: readonly RotatedSecret[]): number => {
    stdout.write(flags.json ? `${JSON.stringify({ secrets: all.map(asJson) }, null, 2)}\n` : renderRotation(all, paint));
    return all.some(({ outcome }) => outcome === "failed") ? EXIT.failed : EXIT.done;
  };
  try {
    const { planned } = rotation;
    if (flags.dryRun || !planned.some(({ outcome }) => outcome === "planned")) return print(planned);
    if (!flags.yes) {
      stdout.write(renderRotation(planned, paint));
      if (!(await terminalPrompts(context).confirm({ message: "Rotate them?", offered: false }))) {
        stderr.write("Nothing was changed.\n");
        return EXIT.failed;
      }
    }
    const done = await rotation.apply();
    await tellLocalRunners(nest.root, done);
    return print(done);
  } finally {
    await rotation.close();
  }
}

/** Those of this machine need not wait for their next reading. */
async function tellLocalRunners(nestRoot: string, done: readonly RotatedSecret[]): Promise<void> {
  const tokens = new Set(done.flatMap(({ what, outcome, reference }) => (what === "runner token" && outcome === "rotated" ? [reference] : [])));
  if (tokens.size === 0) return;
  for (const runner of await readRunners(nestRoot, machineProcesses)) {
    if (runner.process === "alive" && runner.configuration?.repositories.some(({ runnerToken }) => tokens.has(runnerToken))) await reloadRunner(runner);
  }
}

function asJson({ units, what, reference, outcome, steps, notes, error }: RotatedSecret): unknown {
  return { units, what, reference, outcome, steps, notes, error: error === undefined ? null : errorData(error) };
}

function errorData(error: unknown): unknown {
  if (error instanceof GoslingError) return { code: error.code, message: error.message, hint: error.hint ?? null };
  return { code: null, message: messageOf(error), hint: null };
}
