import { type Command, Option } from "commander";
import { renderDiagnostics } from "../fly/render";
import { blockText } from "../nest/block-text";
import type { Nest } from "../nest/model";
import { type NestWithFile, withFile } from "../nest/with-file";
import type { ReadNestResult } from "../nest";
import { GoslingError } from "../vocabulary/error";
import { nameKey, parseName } from "../vocabulary/name";
import { badName, nameTwice } from "../vocabulary/problems";
import { type Addition, ADDITIONS, flagsOf } from "./additions";
import { canPrompt, EXIT, wantsColor } from "./context";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import { type NewFile, writeNewFiles } from "./new-files";
import type { Cli } from "./program";
import { terminalPrompts } from "./prompts";
import { type AnswerOptions, type Answers, answerAll, blockOf, commandLine, shellWord } from "./questions";

interface AddFlags extends NestFlags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  command.helpCommand(false);
  for (const addition of ADDITIONS) {
    const sub = command.command(addition.word).summary(addition.summary).description(`${addition.summary}.`).argument("[name]", "its name: letters, digits, - and _");
    for (const { flag, value, description, many, choices } of flagsOf(addition)) {
      const option = new Option(`--${flag} <${value}>`, description);
      // For help and completion; the vocabulary itself checks, with its own messages.
      if (choices) option.argChoices = [...choices];
      if (many) option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
      sub.addOption(option);
    }
    addNestOptions(sub)
      .option("--yes", "take what a prompt would offer, without asking")
      .option("--dry-run", "print the file instead of writing it")
      .addHelpText("after", `\nAsks for what no flag gives, where a terminal is there. Nothing is written unless the whole Nest is valid with it.\n\nExample:\n  ${addition.example}`)
      .action(cli.action((name: string | undefined) => add(cli, sub, addition, name)));
  }
}

async function add(cli: Cli, command: Command, addition: Addition, givenName: string | undefined): Promise<number> {
  const { nest, result, exitCode } = await openNest(cli, command);
  if (!nest) {
    if (!cli.flags(command).json) cli.context.stderr.write(`Nothing was added: the Nest has errors. Mend them first.\n`);
    return exitCode;
  }
  const flags = command.optsWithGlobals<AddFlags>();
  const { context } = cli;
  const asked = canPrompt(context, flags);
  const options: AnswerOptions = { command: `gosling add ${addition.word}`, takeOffered: flags.yes ?? false, ...(asked && { prompts: terminalPrompts(context) }) };
  const name = await nameOf(addition, nest, givenName, options);
  const steps = addition.steps(nest);
  const given = givenAnswers(command, addition);
  const answers = await answerAll(steps, given, options);
  const file = { path: addition.file(name), text: blockText(addition.type, blockOf(name, steps, answers)) };
  const after = withFile(result, nest.root, file, { variables: flags.var, environment: context.env });
  showProblems(cli, flags, file, result, after);
  if (asked && answers.size > given.size) context.stderr.write(`The same without questions:\n  ${commandLine(`${options.command} ${shellWord(name)}`, steps, answers)}\n`);
  if (!after.nest) {
    if (!flags.json) context.stderr.write("Nothing was written: the Nest would not be valid with it.\n");
    return EXIT.failed;
  }
  if (!flags.dryRun) await writeNewFiles(nest.root, [file]);
  report(cli, flags, addition, name, file, after.nest);
  return EXIT.done;
}

/** The name from the command line or a prompt; refused where it is no name, or taken. */
async function nameOf(addition: Addition, nest: Nest, given: string | undefined, { prompts, command }: AnswerOptions): Promise<string> {
  const taken = addition.taken(nest);
  const check = (text: string): string | undefined => nameComplaint(text.trim(), taken);
  if (given !== undefined) {
    const wrong = check(given);
    if (wrong !== undefined) throw new GoslingError("BAD_ANSWER", wrong, { hint: `Write: ${command} NAME`, exitCode: EXIT.usage });
    return given.trim();
  }
  if (prompts) return (await prompts.text({ message: `Name of the ${addition.title}`, example: addition.word === "egg" ? "my-app" : "", check })).trim();
  throw new GoslingError("NAME_MISSING", `The ${addition.title} needs a name, and nobody is there to be asked`, { hint: `Write: ${command} NAME`, exitCode: EXIT.usage });
}

function nameComplaint(name: string, taken: ReturnType<Addition["taken"]>): string | undefined {
  const read = parseName(name);
  const other = taken.find((each) => nameKey(each.name) === nameKey(name));
  const problem = !read.ok ? badName([], name, read.message) : other && nameTwice([], name, { path: [], ...other });
  return problem && `${problem.summary}. ${problem.detail ?? ""}`.trim();
}

/** The flags as texts, by their names. */
function givenAnswers(command: Command, addition: Addition): Answers {
  const values = command.opts<Readonly<Record<string, string | readonly string[] | undefined>>>();
  const given = new Map<string, readonly string[]>();
  for (const { flag } of flagsOf(addition)) {
    const value = values[flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    if (value !== undefined) given.set(flag, typeof value === "string" ? [value] : value);
  }
  return given;
}

/** What the new file would bring: errors wherever they show, warnings of its own. */
function showProblems(cli: Cli, flags: AddFlags, file: NewFile, before: ReadNestResult, { diagnostics, sources }: NestWithFile): void {
  const { context } = cli;
  const known = new Set(before.diagnostics.map(({ code, summary, file: where }) => `${where} ${code} ${summary}`));
  const told = diagnostics.filter(({ severity, code, summary, file: where }) => (severity === "error" || !flags.quiet) && (where === file.path || !known.has(`${where} ${code} ${summary}`)));
  if (told.length === 0) return;
  context.stderr.write(flags.json ? `${JSON.stringify({ diagnostics: told })}\n` : renderDiagnostics(told, sources, { color: wantsColor(context, flags, context.stderr) }));
}

function report(cli: Cli, flags: AddFlags, { type, title }: Addition, name: string, { path, text }: NewFile, nest: Nest): void {
  const { context } = cli;
  if (flags.json) {
    context.stdout.write(`${JSON.stringify({ kind: type, name, file: path, written: flags.dryRun !== true, text }, null, 2)}\n`);
    return;
  }
  if (flags.dryRun) {
    context.stdout.write(text);
    return;
  }
  context.stdout.write(`${title} ${name} is in ${path}\n`);
  if (flags.quiet) return;
  const owner = type === "job" ? nest.jobs.find((job) => job.name === name) : nest.eggs.find((egg) => egg.name === name);
  const tokens = owner?.repositories.map(({ gitlab }) => gitlab.runnerToken) ?? [];
  if (tokens.length > 0) context.stdout.write(`Its runners look for their token at ${tokens.join(", ")}\n`);
  if (type === "job" && tokens.length === 0) context.stdout.write("A Job runs in the Nest's own GitLab project: name it with repository { project_id = … } in nest.fly\n");
  if (type !== "rift") context.stdout.write("Next: gosling plan\n");
}

