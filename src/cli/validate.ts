import type { Command } from "commander";
import type { ReadNestResult } from "../nest";
import { EXIT, wantsColor } from "./context";
import { addNestOptions, loadNest, type NestFlags, showDiagnostics } from "./nest-option";
import type { Cli } from "./program";

interface ValidateFlags extends NestFlags {
  readonly explain?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .option("--explain", "say for each Egg, bucket and Job what was decided, and why")
    .addHelpText("after", "\nReads every file, reports all errors at once, and changes nothing. Exit code 1 where there is an error.\nOf a large Nest it keeps in .gosling/cache what makes the next reading quick.")
    .action(cli.action(() => validate(cli, command)));
}

async function validate(cli: Cli, command: Command): Promise<number> {
  const flags = command.optsWithGlobals<ValidateFlags>();
  const { context } = cli;
  const result = await loadNest(cli, command, { remember: true });
  // Loaded where it is asked for: validate runs before every commit.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const explaining = flags.explain ? (require("./render/explain") as typeof import("./render/explain")) : undefined;
  const explanations = explaining && result.nest && explaining.explain(result.nest, result);
  if (flags.json) {
    const { diagnostics, counts } = result;
    context.stdout.write(`${JSON.stringify({ valid: result.valid, ...counts, diagnostics, explanations }, null, 2)}\n`);
  } else {
    const told = flags.quiet ? result.diagnostics.filter(({ severity }) => severity === "error") : result.diagnostics;
    if (told.length > 0) showDiagnostics(cli, command, told, result);
    if (explaining && explanations) context.stdout.write(`${explaining.renderExplanations(explanations, wantsColor(context, flags, context.stdout))}\n`);
    if (!flags.quiet) context.stdout.write(`${summary(result)}\n`);
  }
  return result.valid ? EXIT.done : EXIT.failed;
}

/** `12 files, 3 Eggs, 1 bucket, 2 Jobs: valid` */
function summary({ counts, diagnostics, valid }: ReadNestResult): string {
  const parts = [
    amount(counts.files, "file"),
    amount(counts.eggs, "Egg"),
    ...(counts.buckets > 0 ? [amount(counts.buckets, "bucket")] : []),
    ...(counts.jobs > 0 ? [amount(counts.jobs, "Job")] : []),
    ...(counts.rifts > 0 ? [amount(counts.rifts, "Rift")] : []),
  ];
  const warnings = diagnostics.filter(({ severity }) => severity === "warning").length;
  const verdict = [
    ...(valid ? ["valid"] : [amount(diagnostics.length - warnings, "error")]),
    ...(warnings > 0 ? [amount(warnings, "warning")] : []),
  ];
  return `${parts.join(", ")}: ${verdict.join(", ")}`;
}

function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
