import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { Diagnostic } from "../fly/diagnostic";
import { findNest, type Nest, NEST_FILE, readNest, type ReadNestOptions, type ReadNestResult } from "../nest";
import { GoslingError } from "../vocabulary/error";
import { EXIT, type GlobalFlags, wantsColor } from "./context";
import { gitTracked } from "./git-tracked";
import type { Cli } from "./program";

/** Flags of every command that reads the Nest. */
export interface NestFlags extends GlobalFlags {
  /** `--var NAME=VALUE`, in the order given. */
  readonly var: readonly VariableArgument[];
  /** `--var-file FILE`, relative to the working folder. */
  readonly varFile: readonly string[];
}

export interface VariableArgument {
  readonly name: string;
  readonly value: string;
}

/** Declares `--var` and `--var-file` on a command; `--nest` is known to all commands. */
export function addNestOptions(command: Command): Command {
  return command
    .option("--var <name=value>", "value of a variable; may be given again", (text, before: readonly VariableArgument[]) => [...before, parseVariable(text)], [])
    .option("--var-file <file>", "file with values of variables; may be given again", (file, before: readonly string[]) => [...before, file], []);
}

function parseVariable(text: string): VariableArgument {
  const at = text.indexOf("=");
  if (at <= 0) throw new InvalidArgumentError("Write name=value.");
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** The folder that `--nest` names, or the nearest one upwards that holds `nest.fly`. Throws `NEST_NOT_FOUND`. */
export function nestFolder(cli: Cli, command: Command): string {
  const { nest } = cli.flags(command);
  if (nest !== undefined) {
    const folder = resolve(cli.context.cwd, nest);
    if (existsSync(join(folder, NEST_FILE))) return folder;
    throw new GoslingError("NEST_NOT_FOUND", `There is no ${NEST_FILE} in ${nest}`, { hint: "Name the Nest's folder with --nest, or make one with: gosling init" });
  }
  const found = findNest(cli.context.cwd);
  if (found === undefined) {
    throw new GoslingError("NEST_NOT_FOUND", `There is no ${NEST_FILE} in ${cli.context.cwd} or above it`, {
      hint: "Go to a Nest, name its folder with --nest, or make one with: gosling init",
    });
  }
  return found;
}

/** How a command reads the Nest. */
export type Reading = Pick<ReadNestOptions, "files" | "remember">;

/** Reads and checks the Nest that a command is asked for. Prints nothing. */
export async function loadNest(cli: Cli, command: Command, reading: Reading = {}): Promise<ReadNestResult> {
  const flags = command.optsWithGlobals<NestFlags>();
  return readNest(nestFolder(cli, command), {
    variables: flags.var,
    variableFiles: flags.varFile.map((file) => ({ path: resolve(cli.context.cwd, file), name: file })),
    environment: cli.context.env,
    tracked: gitTracked,
    ...reading,
  });
}

export type OpenedNest =
  | { readonly nest: Nest; readonly result: ReadNestResult; readonly exitCode?: undefined }
  | { readonly nest?: undefined; readonly result?: undefined; readonly exitCode: number };

/**
 * The Nest for a command that works with it. What is wrong with it goes to standard error, warnings too
 * unless `--quiet`; where there are errors there is no Nest but an exit code:
 *
 * ```ts
 * const { nest, exitCode } = await openNest(cli, command);
 * if (!nest) return exitCode;
 * ```
 */
export async function openNest(cli: Cli, command: Command, reading: Reading = {}): Promise<OpenedNest> {
  const result = await loadNest(cli, command, reading);
  const flags = cli.flags(command);
  const told = result.nest && flags.quiet ? [] : result.diagnostics;
  if (told.length > 0) {
    if (flags.json) cli.context.stderr.write(`${JSON.stringify({ diagnostics: told })}\n`);
    else showDiagnostics(cli, command, told, result);
  }
  return result.nest ? { nest: result.nest, result } : { exitCode: EXIT.failed };
}

/** Prints diagnostics for people, on standard error. */
export function showDiagnostics(cli: Cli, command: Command, told: readonly Diagnostic[], { sources }: Pick<ReadNestResult, "sources">): void {
  const { context } = cli;
  // Loaded here: most Nests are valid most of the time.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { renderDiagnostics } = require("../fly/render") as typeof import("../fly/render");
  context.stderr.write(renderDiagnostics(told, sources, { color: wantsColor(context, cli.flags(command), context.stderr) }));
}
