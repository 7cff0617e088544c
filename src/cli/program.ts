import { Command, CommanderError, Option } from "commander";
import { GoslingError } from "../vocabulary/error";
import { explainSystemError } from "./system-error";
import { EXIT, type Context, type GlobalFlags, wantsColor } from "./context";
import { concealed, guardOutput } from "./output-guard";

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
  load(): CommandModule;
}

/* eslint-disable @typescript-eslint/no-require-imports -- import() would start the ESM loader: 10 ms for each command */
/** Every command, in the order of the help page. A module loads when its command is asked for. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "init", summary: "Make a Nest in this folder", load: () => require("./init") },
  { name: "add", summary: "Add an Egg, a bucket, a Job or a Rift", load: () => require("./add") },
  { name: "validate", summary: "Check every file of the Nest", load: () => require("./validate") },
  { name: "fmt", summary: "Format Fly files", load: () => require("./fmt") },
  { name: "parse", summary: "Print Fly files as JSON", load: () => require("./parse") },
  { name: "list", summary: "List what the Nest holds", load: () => require("./list") },
  { name: "get", summary: "Print one block or one value", load: () => require("./get") },
  { name: "synth", summary: "Write the engine's configuration", load: () => require("./synth") },
  { name: "rehearse", summary: "Play a cloud's stacks through, without an account", load: () => require("./rehearse") },
  { name: "plan", summary: "Show what a deploy would change", load: () => require("./plan") },
  { name: "deploy", summary: "Make the runners what the Nest says", load: () => require("./deploy") },
  { name: "connect", summary: "Make GitLab what the Nest says", load: () => require("./connect") },
  { name: "status", summary: "Show every runner and what it waits for", load: () => require("./status") },
  { name: "rollback", summary: "Bring an earlier deployment back", load: () => require("./rollback") },
  { name: "history", summary: "List what was deployed, when, by whom", load: () => require("./history") },
  { name: "diff", summary: "Compare two deployments", load: () => require("./diff") },
  { name: "drift", summary: "Tell what was changed behind Gosling's back", load: () => require("./drift") },
  { name: "destroy", summary: "Drain and remove runners", load: () => require("./destroy") },
  { name: "state", summary: "List, unlock and import state", load: () => require("./state") },
  { name: "secrets", summary: "Check, set and generate secrets", load: () => require("./secrets") },
  { name: "rotate", summary: "Give runners and webhooks new secrets", load: () => require("./rotate") },
  { name: "graph", summary: "Draw the Nest as Mermaid or SVG", load: () => require("./graph") },
  { name: "doctor", summary: "Check this machine and say how to mend it", load: () => require("./doctor") },
  { name: "engine", summary: "Find, install and choose the engine", load: () => require("./engine") },
  { name: "runner", summary: "Run one GitLab runner (started by the engine)", load: () => require("./runner") },
  { name: "completion", summary: "Print a completion script for a shell", load: () => require("./completion") },
];
/* eslint-enable @typescript-eslint/no-require-imports */

/** Runs the command line; answers with the exit code and never throws for what a person can cause. */
export async function run(argv: readonly string[], world: Context, version: string): Promise<number> {
  const context = guardOutput(world);
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
    const args = withHelp(argv);
    const program = await makeProgram(args, cli);
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    return reportError(concealed(error, context.masked), argv, context);
  }
  return exitCode;
}

/** `gosling` alone shows the help page, and `gosling help add egg` is `gosling add egg --help`. */
function withHelp(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  if (first === undefined) return ["--help"];
  if (first !== "help") return argv;
  // An unknown command is told of, with the nearest one, as without "help".
  const known = rest[0] === undefined || rest[0].startsWith("-") || COMMANDS.some(({ name }) => name === rest[0]);
  return known ? [...rest, "--help"] : rest;
}

/** The program, with the modules of all commands that `argv` names, or of all that there are. */
export async function makeProgram(argv: readonly string[], cli: Cli, all = false): Promise<Command> {
  const { context, version } = cli;
  const program = new Command("gosling")
    .description("GitLab CI runners from a Git repository")
    .version(version, "-V, --version", "print the version")
    .helpCommand("help [command...]", "show the help of a command")
    .showHelpAfterError("(run with --help to see what there is)")
    .showSuggestionAfterError(true)
    .configureOutput({ writeOut: (text) => context.stdout.write(text), writeErr: (text) => context.stderr.write(text) })
    .exitOverride();
  for (const option of globalOptions()) program.addOption(option);
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).summary(entry.summary).description(entry.summary);
    command.configureHelp({ showGlobalOptions: true });
    // Every word may be the command: which one is, the program finds out ("--nest plan deploy").
    if (all || argv.includes(entry.name)) {
      entry.load().configure(command, cli);
      takeGlobalOptions(command);
    }
  }
  program.enablePositionalOptions().hook("preAction", (_, action) => gatherGlobalOptions(program, action));
  return program;
}

/** Flags that stand before a command or behind it. */
function globalOptions(): readonly Option[] {
  return [
    new Option("--nest <folder>", "folder of the Nest (default: the nearest one upwards with nest.fly)"),
    new Option("--json", "print data as JSON"),
    new Option("--quiet", "print results and errors only"),
    new Option("--no-color", "no colours (also NO_COLOR)"),
  ];
}

/**
 * A command and all below it take the global flags themselves. Commander would else find those of the program first,
 * also where they are the value of a command's own flag (`add egg --tags --json`, `--repo -V=…`).
 */
function takeGlobalOptions(command: Command): void {
  for (const option of globalOptions()) command.addOption(option.hideHelp());
  command.enablePositionalOptions();
  command.commands.forEach(takeGlobalOptions);
}

/** Puts the global flags that were given anywhere where `optsWithGlobals` finds them; the one nearest to the action counts. */
function gatherGlobalOptions(program: Command, action: Command): void {
  const names = globalOptions().map((option) => option.attributeName());
  const given = new Map<string, unknown>();
  for (let command: Command | null = action; command; command = command.parent) {
    for (const name of names) if (command.getOptionValueSource(name) === "cli" && !given.has(name)) given.set(name, command.getOptionValue(name));
  }
  for (const [name, value] of given) program.setOptionValueWithSource(name, value, "cli");
}

function reportError(error: unknown, argv: readonly string[], context: Context): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const known = error instanceof GoslingError ? error : explainSystemError(error);
  if (!known) throw error;
  if (argv.includes("--json")) {
    context.stderr.write(`${JSON.stringify({ error: { code: known.code, message: known.message, hint: known.hint } })}\n`);
    return known.exitCode;
  }
  const color = wantsColor(context, { color: !argv.includes("--no-color") }, context.stderr);
  context.stderr.write(`${color ? "\u001b[31merror\u001b[39m" : "error"}: ${known.message}\n`);
  if (known.hint) context.stderr.write(`  ${known.hint}\n`);
  return known.exitCode;
}
