import { checkValue } from "../vocabulary/check-value";
import * as problems from "../vocabulary/problems";
import type { AttributeSpec, BlockSpec, Problem, ValueType } from "../vocabulary/schema";
import { type BlockDraft, emptyBlock, type Question } from "./questions";

export interface AttributeQuestion extends Pick<Question, "needed" | "offered"> {
  readonly flag: string;
  /** What the prompt says. */
  readonly message: string;
  /** What a choice means, where its word does not say it. */
  readonly meanings?: Readonly<Record<string, string>>;
}

/** A question for an attribute of the vocabulary: its type checks the answer, its description is the flag's. */
export function attributeQuestion(block: BlockSpec, path: readonly string[], { flag, message, meanings, ...rest }: AttributeQuestion): Question {
  const spec = attributeAt(block, path);
  const { type } = spec;
  const name = path.at(-1) as string;
  const check = (texts: readonly string[]): string | undefined => complaint(spec, name, texts);
  const choices = type.kind === "enum" ? type.values : undefined;
  return {
    flag,
    value: VALUES[type.kind] ?? name.replaceAll("_", "-"),
    description: spec.description.replaceAll("`", ""),
    ...(type.kind === "list" && { many: true }),
    ...(choices && { choices }),
    ...rest,
    check,
    async ask(prompts, offered) {
      if (choices) return [await prompts.select({ message, options: choices.map((value) => option(value, meanings?.[value])), ...(offered !== undefined && { offered }) })];
      return [await prompts.text({ message, ...(offered === undefined ? { example: typed(spec.example) } : { offered }), check: (text) => check([text]) })];
    },
    put(draft, texts) {
      const target = path.slice(0, -1).reduce((at, step) => (at.blocks[step] ??= [emptyBlock()])[0] as BlockDraft, draft);
      target.attributes[name] = valueOf(type, texts);
    },
  };
}

function option(value: string, hint: string | undefined): { readonly value: string; readonly hint?: string } {
  return hint === undefined ? { value } : { value, hint };
}

/** What stands for a value in help, where it is not the attribute's name. */
const VALUES: Readonly<Partial<Record<ValueType["kind"], string>>> = { integer: "number", list: "list", secret: "reference", bool: "bool", host: "host", size: "size", duration: "duration" };

function attributeAt(block: BlockSpec, path: readonly string[]): AttributeSpec {
  const [first = "", ...rest] = path;
  const inner = block.blocks[first];
  const found = rest.length === 0 ? block.attributes[first] : inner && attributeAt(inner, rest);
  if (!found) throw new Error(`the vocabulary has no ${path.join(".")}`);
  return found;
}

/** Typed text as a value: digits are a number where one is wanted, commas part a list. What does not fit stays a text, for the check to refuse. */
function valueOf(type: ValueType, texts: readonly string[]): unknown {
  if (type.kind === "list") return texts.flatMap((text) => text.split(",")).flatMap((item) => item.trim() || []);
  const text = (texts.at(-1) ?? "").trim();
  switch (type.kind) {
    case "integer":
    case "size":
      if (!/^-?\d{1,40}$/.test(text)) return text;
      return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
    case "bool":
      return text === "true" || text === "false" ? text === "true" : text;
    case "string":
      // Several lines are a script: as in a file, the last one ends too.
      return text.includes("\n") ? `${text.replaceAll("\r\n", "\n")}\n` : text;
    default:
      return text;
  }
}

function complaint(spec: AttributeSpec, name: string, texts: readonly string[]): string | undefined {
  const value = valueOf(spec.type, texts);
  const found: Problem[] = [];
  if (Array.isArray(value) && value.length === 0) found.push(problems.tooFewItems([name], 1));
  else if (value === "" && spec.type.kind === "string") return `${name} is empty.`;
  else checkValue(spec.type, value, [name], found, spec.pattern);
  const [problem] = found;
  return problem && [`${problem.summary}.`, problem.detail ?? ""].join(" ").trim();
}

/** A Fly literal as a person would type it at a prompt. */
function typed(literal: string): string {
  return literal.replace(/^\[|\]$/g, "").replaceAll('"', "");
}
