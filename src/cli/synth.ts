import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { type NestFiles, readNestFiles, realRoot } from "../nest/read-files";
import { lastSynthesis, type NestOrigin, rememberSynthesis, synthesize, type Synthesis } from "../synth";
import { EXIT } from "./context";
import { addNestOptions, nestFolder, type NestFlags, openNest } from "./nest-option";
import type { Cli } from "./program";

interface SynthFlags extends NestFlags {
  readonly out?: string;
  readonly target?: readonly string[];
}

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .option("--out <folder>", "where it is written (default: gosling.out in the Nest)")
    .option("--target <name...>", "only these Eggs, buckets and Jobs; nothing is removed then")
    .addHelpText("after", "\nOnly stacks whose inputs have changed are made again. deploy does all this by itself.")
    .action(cli.action(() => synth(command, cli)));
}

async function synth(command: Command, cli: Cli): Promise<number> {
  const flags = command.optsWithGlobals<SynthFlags>();
  const out = flags.out === undefined ? undefined : resolve(cli.context.cwd, flags.out);
  const origin: NestOrigin = {
    root: nestFolder(cli, command),
    variables: flags.var,
    variableFiles: flags.varFile.map((file) => ({ path: resolve(cli.context.cwd, file), name: file })),
    environment: cli.context.env,
  };
  let files: Promise<NestFiles> | undefined;
  let synthesis = flags.target ? undefined : await lastSynthesis(origin, out, () => (files ??= readNestFiles(realRoot(origin.root))));
  if (!synthesis) {
    const { nest, result, exitCode } = await openNest(cli, command, { remember: true, ...(files && { files: await files }) });
    if (!nest) return exitCode;
    synthesis = await synthesize(nest, { ...(out !== undefined && { out }), ...(flags.target && { targets: flags.target }) });
    if (!flags.target && result.diagnostics.length === 0) rememberSynthesis(origin, result.inputs, synthesis);
  }
  if (flags.json) cli.context.stdout.write(`${JSON.stringify(asData(synthesis))}\n`);
  else cli.context.stdout.write(asText(synthesis, cli.context.cwd, flags.quiet === true));
  return EXIT.done;
}

function asData({ out, stacks, removed }: Synthesis): unknown {
  return { out, stacks: stacks.map(({ inputHash: _, outputHash, ...stack }) => ({ ...stack, hash: outputHash })), removed };
}

/** One line for each stack that was made or removed, then how many there are of each. */
function asText({ out, stacks, removed }: Synthesis, cwd: string, quiet: boolean): string {
  const made = stacks.filter(({ status }) => status === "synthesized").map(({ name }) => name);
  const lines = [...made.map((name) => `synthesized  ${name}`), ...removed.map((name) => `removed      ${name}`)];
  const shown = lines.length > LINES ? [...lines.slice(0, LINES), `… and ${lines.length - LINES} more`] : lines;
  const counts = [`${made.length} synthesized`, `${stacks.length - made.length} unchanged`, ...(removed.length > 0 ? [`${removed.length} removed`] : [])];
  const summary = `${stacks.length} ${stacks.length === 1 ? "stack" : "stacks"} in ${relative(cwd, out) || "."}: ${counts.join(", ")}`;
  return [...(quiet ? [] : shown), summary].map((line) => `${line}\n`).join("");
}

/** More lines than this tell nobody anything. */
const LINES = 20;
