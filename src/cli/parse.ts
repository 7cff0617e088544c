import type { Command } from "commander";
import type { Diagnostic } from "../fly/diagnostic";
import { parse as parseFly } from "../fly/parser";
import { renderDiagnostics, toJson } from "../fly/render";
import { SourceText } from "../fly/source";
import { documentToJson, treeToJson } from "../fly/to-json";
import { findNest } from "../nest/find";
import { GoslingError } from "../vocabulary/error";
import { EXIT, type GlobalFlags, wantsColor } from "./context";
import { type FileProblem, decode, findFormatFiles, readText } from "./fmt-files";
import type { Cli } from "./program";

interface ParseFlags extends GlobalFlags {
  readonly ast?: boolean;
}

/** What standard input is called in documents and messages. */
const STDIN = "<stdin>";

export function configure(command: Command, cli: Cli): void {
  command
    .argument("[files...]", "files of any suffix, and folders (their .fly files); - reads standard input (default: the Nest, or the current folder)")
    .option("--ast", "print the syntax tree with ranges")
    .addHelpText(
      "after",
      [
        "",
        'Prints one JSON document for each file: constants as JSON values, any other expression as {"$expr": SOURCE}.',
        "Numbers keep all their digits. Any well-formed HCL goes through, whatever its vocabulary (see validate).",
        'With --json there is one document for all: {"documents": […], "diagnostics": […], "problems": […]}.',
      ].join("\n"),
    )
    .action(cli.action((paths: string[]) => parse(paths, command.optsWithGlobals<ParseFlags>(), cli)));
}

async function parse(paths: readonly string[], flags: ParseFlags, cli: Cli): Promise<number> {
  if (paths.includes("-") && paths.length > 1) {
    throw new GoslingError("PARSE_STDIN_AND_FILES", "- (standard input) can't be mixed with files", { exitCode: EXIT.usage });
  }
  const documents: string[] = [];
  const diagnostics: Diagnostic[] = [];
  const problems: FileProblem[] = [];
  const sources = new Map<string, SourceText>();
  for await (const file of inputs(paths, flags, cli)) {
    if ("reason" in file) {
      problems.push(file);
      continue;
    }
    const result = parseFly(file);
    sources.set(file.file, file);
    if (result.diagnostics.length > 0) diagnostics.push(...result.diagnostics);
    else documents.push(flags.ast ? treeToJson(file, result.body) : documentToJson(file, result.body));
  }
  const { stdout, stderr } = cli.context;
  if (flags.json) {
    stdout.write(`{"documents": [${documents.map((document) => document.trimEnd()).join(", ")}], "diagnostics": ${toJson(diagnostics)}, "problems": ${JSON.stringify(problems)}}\n`);
  } else {
    for (const document of documents) stdout.write(document);
    for (const { name, reason, hint } of problems) stderr.write(`error: ${name} ${reason}\n${hint === undefined ? "" : `  ${hint}\n`}`);
    if (diagnostics.length > 0) stderr.write(renderDiagnostics(diagnostics, sources, { color: wantsColor(cli.context, flags, stderr) }));
  }
  return diagnostics.length + problems.length > 0 ? EXIT.failed : EXIT.done;
}

/** The texts to parse, one at a time. */
async function* inputs(paths: readonly string[], flags: ParseFlags, cli: Cli): AsyncGenerator<SourceText | FileProblem> {
  const { cwd, stdin } = cli.context;
  if (paths[0] === "-") {
    const chunks: Buffer[] = [];
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
    const text = decode(Buffer.concat(chunks), STDIN);
    yield typeof text === "string" ? new SourceText(STDIN, text) : text;
    return;
  }
  const { files, problems } = await findFormatFiles(paths.length > 0 ? paths : [flags.nest ?? findNest(cwd) ?? cwd], cwd);
  yield* problems;
  for (const file of files) {
    const text = await readText(file);
    yield typeof text === "string" ? new SourceText(file.name, text) : text;
  }
}
