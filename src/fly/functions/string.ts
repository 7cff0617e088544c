import { graphemes, LENGTH_LIMIT } from "../text";
import { NUMBER, STRING, listOf } from "../type";
import { elementsOf, isNull, ListValue } from "../value";
import type { UnmarkedValue, Value } from "../value";
import { ArgumentError, CallError, parameter } from "./function";
import type { FlyFunction, FunctionTable } from "./function";
import { wholeNumber } from "./numeric";

function text1(call: (text: string) => Value): FlyFunction {
  return { parameters: [parameter("str", STRING)], call: ([text]) => call(text as string) };
}

function text2(second: string, call: (text: string, other: string) => Value): FlyFunction {
  return { parameters: [parameter("str", STRING), parameter(second, STRING)], call: ([text, other]) => call(text as string, other as string) };
}

/** Maps code points one to one, as Go does: `ß` stays, for its capital would be two letters. */
export function simpleCase(text: string, change: (character: string) => string): string {
  return text.replace(/[^]/gu, (character) => {
    const changed = change(character);
    if (changed.length <= character.length || changed.length === String.fromCodePoint(changed.codePointAt(0) as number).length) return changed;
    return SIMPLE_CASE.get(character) ?? character;
  });
}

/** Characters whose full mapping has several letters, but which have a simple one too. */
const SIMPLE_CASE: ReadonlyMap<string, string> = new Map([
  ["İ", "i"],
  ...[0x1f80, 0x1f90, 0x1fa0].flatMap((start) => Array.from({ length: 8 }, (_, index) => [String.fromCodePoint(start + index), String.fromCodePoint(start + index + 8)] as const)),
  ["\u1fb3", "\u1fbc"],
  ["\u1fc3", "\u1fcc"],
  ["\u1ff3", "\u1ffc"],
]);

const upper = (text: string): string => simpleCase(text, (character) => character.toUpperCase());
const lower = (text: string): string => simpleCase(text, (character) => character.toLowerCase());

/** The first letter of every word in upper case. Letters, digits and `_` make words. */
function title(text: string): string {
  let previous = " ";
  let result = "";
  for (const character of text) {
    result += isSeparator(previous) ? upper(character) : character;
    previous = character;
  }
  return result;
}

function isSeparator(character: string): boolean {
  if (character.charCodeAt(0) < 0x80) return !/[A-Za-z0-9_]/.test(character);
  return /\p{White_Space}/u.test(character) && !/[\p{L}\p{Nd}]/u.test(character);
}

function trimSet(text: string, cutset: string): string {
  const characters = [...text];
  const cut = new Set(cutset);
  let start = 0;
  let end = characters.length;
  while (start < end && cut.has(characters[start] as string)) start++;
  while (end > start && cut.has(characters[end - 1] as string)) end--;
  return characters.slice(start, end).join("");
}

function substring(text: string, offset: number, length: number): string {
  const characters = graphemes(text);
  const start = offset < 0 ? Math.max(characters.length + offset, 0) : offset;
  return characters.slice(start, length < 0 ? undefined : start + length).join("");
}

function replaceAll(text: string, searched: string, replacement: string): string {
  // An empty text is found before every character and at the end.
  const pieces = searched === "" ? ["", ...text, ""] : text.split(searched);
  if (text.length + pieces.length * replacement.length > LENGTH_LIMIT) throw new CallError("the result is too large");
  return pieces.join(replacement);
}

function join(separator: string, lists: readonly UnmarkedValue[]): string {
  if (lists.length === 0) throw new CallError("it needs at least one list");
  const items = lists.flatMap((list, listIndex) =>
    (elementsOf(list) ?? []).map((item, index) => {
      if (isNull(item)) throw new ArgumentError(listIndex + 1, `element ${index} is null`);
      return item as string;
    }),
  );
  return items.join(separator);
}

function indent(spaces: number, text: string): string {
  const lines = text.split("\n");
  if (spaces < 0) throw new ArgumentError(0, "it must not be negative");
  if (lines.length * spaces > LENGTH_LIMIT) throw new CallError("the result is too large");
  return lines.join(`\n${" ".repeat(spaces)}`);
}

export const string: FunctionTable = {
  upper: text1(upper),
  lower: text1(lower),
  title: text1(title),
  trimspace: text1((text) => text.replace(/^\p{White_Space}+/u, "").replace(/\p{White_Space}+$/u, "")),
  chomp: text1((text) => text.replace(/[\r\n]+$/, "")),
  strrev: text1((text) => graphemes(text).reverse().join("")),
  trim: text2("cutset", trimSet),
  trimprefix: text2("prefix", (text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  trimsuffix: text2("suffix", (text, suffix) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text)),
  startswith: text2("prefix", (text, prefix) => text.startsWith(prefix)),
  endswith: text2("suffix", (text, suffix) => text.endsWith(suffix)),
  strcontains: text2("substr", (text, part) => text.includes(part)),
  substr: {
    parameters: [parameter("str", STRING), parameter("offset", NUMBER), parameter("length", NUMBER)],
    call: ([text, offset, length]) => substring(text as string, wholeNumber(offset, 1), wholeNumber(length, 2)),
  },
  split: {
    parameters: [parameter("separator", STRING), parameter("str", STRING)],
    call: ([separator, text]) => new ListValue(STRING, separator === "" ? [...(text as string)] : (text as string).split(separator as string)),
  },
  join: {
    parameters: [parameter("separator", STRING)],
    rest: parameter("lists", listOf(STRING)),
    call: ([separator, ...lists]) => join(separator as string, lists),
  },
  replace: {
    parameters: [parameter("str", STRING), parameter("substr", STRING), parameter("replace", STRING)],
    call: ([text, searched, replacement]) => {
      const pattern = searched as string;
      if (pattern.length > 1 && pattern.startsWith("/") && pattern.endsWith("/")) return replacePattern(text as string, pattern.slice(1, -1), replacement as string);
      return replaceAll(text as string, pattern, replacement as string);
    },
  },
  indent: {
    parameters: [parameter("spaces", NUMBER), parameter("str", STRING)],
    call: ([spaces, text]) => indent(wholeNumber(spaces, 0), text as string),
  },
};

function replacePattern(text: string, pattern: string, replacement: string): string {
  // Only a pattern between slashes needs the engine for regular expressions.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { replaceMatches } = require("./regex") as typeof import("./regex");
  return replaceMatches(text, pattern, replacement);
}
