import { stat } from "node:fs/promises";
import type { Command } from "commander";
import type { Diagnostic } from "../fly/diagnostic";
import { format } from "../fly/format";
import { renderDiagnostics } from "../fly/render";
import { SourceText } from "../fly/source";
import { findNest } from "../nest/find";
import { inParallel } from "../nest/parallel";
import { writeFileAtomically } from "../runner/atomic-file";
import { GoslingError } from "../vocabulary/error";
import { EXIT, type GlobalFlags, wantsColor } from "./context";
import { decode, findFormatFiles, type FormatFile, readText, reasonOf, type FileProblem } from "./fmt-files";
import type { Cli } from "./program";
import { unifiedDiff } from "./unified-diff";

interface FmtFlags extends GlobalFlags {
  readonly check?: boolean;
  readonly diff?: boolean;
}

/** Files open at one moment. */
const OPEN_FILES = 16;
/** What standard input is called in messages. */
const STDIN = "<stdin>";

export function configure(command: Command, cli: Cli): void {
  command
    .argument("[files...]", "files and folders; - reads standard input and writes standard output (default: every .fly file of the Nest, or of the current folder)")
    .option("--check", "write nothing, list the files that would change, and exit with 2 where there are any")
    .option("--diff", "write nothing and show what would change")
    .addHelpText("after", "\nThe style is that of terraform fmt and tofu fmt. A file with syntax errors is left as it is.")
    .action(cli.action((paths: string[]) => fmt(paths, command.optsWithGlobals<FmtFlags>(), cli)));
}

async function fmt(paths: readonly string[], flags: FmtFlags, cli: Cli): Promise<number> {
  const report = new Report(flags, cli);
  if (paths.includes("-")) {
    if (paths.length > 1) throw new GoslingError("FMT_STDIN_AND_FILES", "- (standard input) can't be mixed with files", { exitCode: EXIT.usage });
    await formatStdin(report, flags, cli);
    return report.finish();
  }
  const { files, problems } = await findFormatFiles(paths.length > 0 ? paths : [defaultFolder(flags, cli)], cli.context.cwd);
  for (const problem of problems) report.failed(problem);
  // Several at once, because each write waits for the disk; told in the order of the files.
  for (const tell of await inParallel(files, OPEN_FILES, (file) => formatFile(file, flags))) tell(report);
  return report.finish();
}

/** The Nest, or the current folder where there is none. */
function defaultFolder(flags: FmtFlags, cli: Cli): string {
  if (flags.nest !== undefined) return flags.nest;
  return findNest(cli.context.cwd) ?? cli.context.cwd;
}

/** Formats one file and answers with what there is to tell. */
async function formatFile(file: FormatFile, flags: FmtFlags): Promise<(report: Report) => void> {
  const text = await readText(file);
  if (typeof text !== "string") return (report) => report.failed(text);
  const result = formatText(file.name, text);
  if (typeof result !== "string") return result;
  if (result === text) return () => undefined;
  if (!flags.check && !flags.diff) {
    try {
      await writeFileAtomically(file.path, result, (await stat(file.path)).mode & 0o7777);
    } catch (error) {
      return (report) => report.failed({ name: file.name, reason: reasonOf(error), hint: "It was left as it was." });
    }
  }
  return (report) => report.changed(file.name, text, result);
}

async function formatStdin(report: Report, flags: FmtFlags, cli: Cli): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of cli.context.stdin) chunks.push(Buffer.from(chunk));
  const text = decode(Buffer.concat(chunks), STDIN);
  if (typeof text !== "string") return report.failed(text);
  const formatted = formatText(STDIN, text);
  if (typeof formatted !== "string") return formatted(report);
  if (flags.check || flags.diff || flags.json) {
    if (formatted !== text) report.changed(STDIN, text, formatted);
  } else {
    cli.context.stdout.write(formatted);
  }
}

/** The text in canonical form, or what there is to tell where it has none. */
function formatText(name: string, text: string): string | ((report: Report) => void) {
  const source = new SourceText(name, text);
  try {
    const result = format(source);
    return result.kind === "formatted" ? result.text : (report) => report.refused(source, result.diagnostics);
  } catch (error) {
    if (!(error instanceof GoslingError)) throw error;
    const { hint } = error;
    return (report) => report.failed({ name, reason: "can't be formatted without changing what it means", hint });
  }
}

/** What is told about the files, and the exit code that follows from it. */
class Report {
  private readonly changes: { file: string; diff?: string; text?: string }[] = [];
  private readonly problems: FileProblem[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  private readonly sources = new Map<string, SourceText>();

  constructor(
    private readonly flags: FmtFlags,
    private readonly cli: Cli,
  ) {}

  changed(name: string, before: string, after: string): void {
    const { check, diff, json, quiet } = this.flags;
    const change = diff ? unifiedDiff(name, name, before, after) : undefined;
    this.changes.push({ file: name, ...(change === undefined ? {} : { diff: change }), ...(name === STDIN && !check && !diff ? { text: after } : {}) });
    if (json) return;
    if (change !== undefined) this.cli.context.stdout.write(change);
    // The list is what --check is asked for; else it is news.
    else if (check || !quiet) this.cli.context.stdout.write(`${name}\n`);
  }

  failed(problem: FileProblem): void {
    this.problems.push(problem);
  }

  refused(source: SourceText, diagnostics: readonly Diagnostic[]): void {
    this.sources.set(source.file, source);
    this.diagnostics.push(...diagnostics);
  }

  finish(): number {
    const { context } = this.cli;
    if (this.flags.json) {
      context.stdout.write(`${JSON.stringify({ changed: this.changes, diagnostics: this.diagnostics, problems: this.problems })}\n`);
    } else {
      const color = wantsColor(context, this.flags, context.stderr);
      const label = color ? "\u001b[31merror\u001b[39m" : "error";
      for (const { name, reason, hint } of this.problems) context.stderr.write(`${label}: ${name} ${reason}\n${hint === undefined ? "" : `  ${hint}\n`}`);
      if (this.diagnostics.length > 0) context.stderr.write(renderDiagnostics(this.diagnostics, this.sources, { color }));
    }
    if (this.problems.length > 0 || this.diagnostics.length > 0) return EXIT.failed;
    return this.flags.check && this.changes.length > 0 ? EXIT.changes : EXIT.done;
  }
}
