import { Command, CommanderError } from "commander";
import { GoslingError } from "../vocabulary/error";
import { EXIT, type Context, type GlobalFlags, wantsColor } from "./context";

/**
 * A command's file exports `configure`: it declares arguments and options on the command that the
 * program made for it and sets the action, which answers with the exit code.
 */
export interface CommandModule {
  configure(command: Command, cli: Cli): void;
}

/** What a command needs from the program. */
export interface Cli {
  readonly context: Context;
  readonly version: string;
  /** The global flags, read when the action runs. */
  flags(command: Command): GlobalFlags;
  /** Wraps an action so that its number becomes the exit code. */
  action<A extends unknown[]>(run: (...args: A) => Promise<number> | number): (...args: A) => Promise<void>;
}

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<CommandModule>;
}

/** Every command, in the order of the help page. A module loads when its command is asked for. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "synth", summary: "Write the engine's configuration", load: () => import("./synth.js") },
  { name: "engine", summary: "Find or install OpenTofu", load: () => import("./engine.js") },
  { name: "runner", summary: "Run one GitLab runner (started by the engine)", load: () => import("./runner.js") },
];

/** Runs the command line; answers with the exit code and never throws for what a person can cause. */
export async function run(argv: readonly string[], context: Context, version: string): Promise<number> {
  let exitCode: number = EXIT.done;
  const cli: Cli = {
    context,
    version,
    flags: (command) => command.optsWithGlobals<GlobalFlags>(),
    action:
      (work) =>
      async (...args) => {
        exitCode = await work(...args);
      },
  };
  try {
    const program = await makeProgram(argv, cli);
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    return reportError(error, argv, context);
  }
  return exitCode;
}

/** The program with the wanted command's module loaded, or with all of them where `argv` names none. */
export async function makeProgram(argv: readonly string[], cli: Cli, all = false): Promise<Command> {
  const { context, version } = cli;
  const program = new Command("gosling")
    .description("GitLab CI runners from a Git repository")
    .version(version, "-V, --version", "print the version")
    .option("--nest <folder>", "folder of the Nest (default: the nearest one upwards with nest.fly)")
    .option("--json", "print data as JSON")
    .option("--quiet", "print results and errors only")
    .option("--no-color", "no colours (also NO_COLOR)")
    .helpCommand(false)
    .showHelpAfterError("(run with --help to see what there is)")
    .showSuggestionAfterError(true)
    .configureOutput({ writeOut: (text) => context.stdout.write(text), writeErr: (text) => context.stderr.write(text) })
    .exitOverride();
  const wanted = argv.find((arg) => COMMANDS.some((entry) => entry.name === arg));
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).summary(entry.summary).description(entry.summary);
    command.configureHelp({ showGlobalOptions: true });
    if (all || entry.name === wanted) (await entry.load()).configure(command, cli);
  }
  return program;
}

function reportError(error: unknown, argv: readonly string[], context: Context): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (!(error instanceof GoslingError)) throw error;
  if (argv.includes("--json")) {
    context.stderr.write(`${JSON.stringify({ error: { code: error.code, message: error.message, hint: error.hint } })}\n`);
    return error.exitCode;
  }
  const color = wantsColor(context, { color: !argv.includes("--no-color") }, context.stderr);
  context.stderr.write(`${color ? "\u001b[31merror\u001b[39m" : "error"}: ${error.message}\n`);
  if (error.hint) context.stderr.write(`  ${error.hint}\n`);
  return error.exitCode;
}
