import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { describeStatus } from "../deploy/status";
import { readRunners } from "../runner/records";
import { GoslingError } from "../vocabulary/error";
import { EXIT } from "./context";
import { reasonOf } from "./fmt-files";
import { withSite } from "./deployment-context";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import type { Cli } from "./program";
import { renderSvg } from "./render/graph-svg";
import { renderMermaid } from "./render/mermaid";
import { nestGraph } from "./render/nest-graph";
import { namedUnits } from "./status";

interface GraphFlags extends NestFlags {
  readonly format?: "mermaid" | "svg";
  readonly out?: string;
}

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .addOption(new Option("--format <format>", "what to draw it as (default: mermaid; svg for a file FILE.svg)").choices(["mermaid", "svg"]))
    .option("--out <file>", "write it to a file instead of standard output")
    .addHelpText(
      "after",
      "\nFrom left to right: the Nest, its Eggs, buckets and Jobs, their runners, and the GitLab projects and groups that they serve.\nWhat is not deployed yet shows how many runners the Nest allows.\n\nExamples:\n  gosling graph\n  gosling graph --out docs/nest.svg",
    )
    .action(cli.action(() => graph(cli, command)));
}

async function graph(cli: Cli, command: Command): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<GraphFlags>();
  const { context } = cli;
  const status = describeStatus(namedUnits(nest), await withSite(context, nest, ({ store }) => store.current()), await readRunners(nest.root));
  const drawn = nestGraph(nest, status);
  const format = flags.format ?? (flags.out?.endsWith(".svg") ? "svg" : "mermaid");
  const text = flags.json ? `${JSON.stringify(drawn, null, 2)}\n` : format === "svg" ? renderSvg(drawn) : renderMermaid(drawn);
  if (flags.out === undefined) {
    context.stdout.write(text);
    return EXIT.done;
  }
  await writeFile(resolve(context.cwd, flags.out), flags.out, text);
  if (!flags.quiet && !flags.json) context.stderr.write(`The graph is in ${flags.out}\n`);
  return EXIT.done;
}

/** Whole or not at all; what is there is replaced. */
async function writeFile(path: string, name: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx", 0o666);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new GoslingError("FILE_NOT_WRITTEN", `${name} ${missing ? "can't be written: its folder does not exist" : reasonOf(error)}`, { hint: "Name another file with --out.", cause: error });
  }
}
