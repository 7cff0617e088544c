import type { Argument, Command, Option } from "commander";

/** What a shell is to know of the command line: plain data, made from the program itself. */
export interface CompletionCommand {
  /** All of its words: `gosling add egg`. */
  readonly words: string;
  readonly name: string;
  readonly description: string;
  readonly commands: readonly CompletionCommand[];
  /** Its own and the global ones. */
  readonly options: readonly CompletionOption[];
  readonly arguments: readonly CompletionValue[];
}

export interface CompletionOption {
  /** `--target`, `-h`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Absent: it takes no value. */
  readonly value?: CompletionValue;
}

/** What may stand in a place; `many`: from there on, again and again. */
export interface CompletionValue {
  readonly many: boolean;
  readonly what:
    | { readonly kind: "words"; readonly words: readonly string[] }
    /** Names of the Nest, as `gosling completion --names OF` prints them. */
    | { readonly kind: "names"; readonly of: NameKind | "first-argument" }
    | { readonly kind: "files" }
    | { readonly kind: "folders" }
    | { readonly kind: "anything" };
}

/** Names that `gosling completion --names` knows; `unit` is all that can be deployed. */
export const NAME_KINDS = { egg: ["egg"], bucket: ["eggsbucket"], eggsbucket: ["eggsbucket"], job: ["job"], rift: ["rift"], var: ["variable"], local: ["local"], unit: [] } as const;
export type NameKind = keyof typeof NAME_KINDS;

/** `kinds` are the first words of `gosling get`. */
export function completionModel(program: Command, kinds: readonly string[]): CompletionCommand {
  return commandModel(program, "", [], kinds);
}

function commandModel(command: Command, before: string, inherited: readonly Option[], kinds: readonly string[]): CompletionCommand {
  const words = before === "" ? command.name() : `${before} ${command.name()}`;
  const help = command.createHelp();
  const options = [...help.visibleOptions(command), ...inherited];
  return {
    words,
    name: command.name(),
    description: firstSentence(command.summary() || command.description()),
    commands: help.visibleCommands(command).map((sub) => (sub.name() === "help" ? helpModel(words, sub, command) : commandModel(sub, words, before === "" ? command.options : inherited, kinds))),
    options: options.map((option) => optionModel(option, words)),
    arguments: command.registeredArguments.map((argument) => argumentModel(argument, words, kinds)),
  };
}

/** `gosling help` takes the other commands. */
function helpModel(words: string, help: Command, parent: Command): CompletionCommand {
  const names = parent.commands.map((command) => command.name());
  return { words: `${words} help`, name: "help", description: help.description(), commands: [], options: [], arguments: [{ many: false, what: { kind: "words", words: names } }] };
}

function optionModel(option: Option, words: string): CompletionOption {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  const description = firstSentence(option.description);
  if (!option.required && !option.optional) return { names, description };
  return { names, description, value: { many: option.variadic, what: valueOf(option.argChoices, placeholder(option.flags), `${words} ${option.long ?? ""}`) } };
}

function argumentModel(argument: Argument, words: string, kinds: readonly string[]): CompletionValue {
  const at = `${words} ${argument.name()}`;
  if (at === "gosling get kind") return { many: false, what: { kind: "words", words: kinds } };
  if (at === "gosling get name") return { many: false, what: { kind: "names", of: "first-argument" } };
  return { many: argument.variadic, what: valueOf(argument.argChoices, argument.name(), at) };
}

/** A list of words has room for one line. */
function firstSentence(text: string): string {
  return (/^(.*?)\.?(?:\s|$)(?<=\.\s|$)/s.exec(text)?.[1] ?? text).replace(/\s+/g, " ");
}

/** `--out <file>` → `file`. */
function placeholder(flags: string): string {
  return /[<[]([^>\]]*?)(?:\.\.\.)?[>\]]/.exec(flags)?.[1] ?? "";
}

function valueOf(choices: readonly string[] | undefined, name: string, at: string): CompletionValue["what"] {
  if (choices) return { kind: "words", words: choices };
  if (name === "folder") return { kind: "folders" };
  if (name === "file" || name === "files" || at.endsWith("--agent")) return { kind: "files" };
  if (/ (--target|--egg|names)$/.test(at)) return { kind: "names", of: "unit" };
  if (name === "rift") return { kind: "names", of: "rift" };
  return { kind: "anything" };
}

/** A command and all below it. */
export function allCommands(command: CompletionCommand): readonly CompletionCommand[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
