import { BigFloat } from "../big-float";
import { numberText } from "../number";
import { elementsOf, entriesOf, isNull, sortedKeys } from "../value";
import type { UnmarkedValue } from "../value";

/** Lines of quoted strings are folded at the first space beyond this column. */
const WIDTH = 80;

/** A value as a YAML document in the style that the engines write. */
export function yamlDocument(value: UnmarkedValue): string {
  const plain = isPlain(value);
  // A plain value alone is followed by the mark of the document's end.
  return `${yamlText(value, "", "  ", 0)}\n${plain ? "...\n" : ""}`;
}

function isPlain(value: UnmarkedValue): boolean {
  return isNull(value) || typeof value === "boolean" || typeof value === "number" || value instanceof BigFloat;
}

/** `indentation` is that of collections here, `textIndentation` that of further lines of a string, `column` where the value starts. */
function yamlText(value: UnmarkedValue, indentation: string, textIndentation: string, column: number): string {
  if (typeof value === "string") return isLiteral(value) ? literal(value, textIndentation) : quoted(value, textIndentation, column);
  if (isNull(value)) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number" || value instanceof BigFloat) return numberText(value);
  const items = elementsOf(value);
  if (items) return items.length === 0 ? "[]" : items.map((item) => sequenceItem(item as UnmarkedValue, indentation)).join(`\n${indentation}`);
  const entries = entriesOf(value);
  if (!entries || entries.size === 0) return "{}";
  return sortedKeys(entries)
    .map((key) => mappingEntry(key, entries.get(key) as UnmarkedValue, indentation))
    .join(`\n${indentation}`);
}

function sequenceItem(item: UnmarkedValue, indentation: string): string {
  const inner = `${indentation}  `;
  return `- ${yamlText(item, inner, inner, inner.length)}`;
}

function mappingEntry(key: string, item: UnmarkedValue, indentation: string): string {
  const name = quoted(key, "", Number.NEGATIVE_INFINITY);
  const inner = `${indentation}  `;
  // Lists stand at their key's indentation, mappings a step deeper.
  if ((elementsOf(item)?.length ?? 0) > 0) return `${name}:\n${indentation}${yamlText(item, indentation, inner, indentation.length)}`;
  if ((entriesOf(item)?.size ?? 0) > 0) return `${name}:\n${inner}${yamlText(item, inner, inner, inner.length)}`;
  return `${name}: ${yamlText(item, inner, inner, indentation.length + name.length + 2)}`;
}

/** Strings of several lines are blocks, where nothing in them needs an escape. */
function isLiteral(text: string): boolean {
  return text.includes("\n") && !text.endsWith(" ") && !/ [\n\u0085\u2028\u2029]/.test(text) && ![...text].some((character) => character !== "\n" && !isPrintable(character));
}

function isPrintable(character: string): boolean {
  return /^[\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/.test(character);
}

function literal(text: string, indentation: string): string {
  const lead = /^[ \n\u0085\u2028\u2029]/.test(text) ? "2" : "";
  const chomp = text === "\n" || text.endsWith("\n\n") ? "+" : text.endsWith("\n") ? "" : "-";
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  return `|${lead}${chomp}\n${body
    .split("\n")
    .map((line) => (line === "" ? "" : indentation + line))
    .join("\n")}`;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\0", "0"],
  ["\u0007", "a"],
  ["\b", "b"],
  ["\t", "t"],
  ["\n", "n"],
  ["\v", "v"],
  ["\f", "f"],
  ["\r", "r"],
  ["\u001b", "e"],
  ['"', '"'],
  ["\\", "\\"],
  ["\u0085", "N"],
  ["\u2028", "L"],
  ["\u2029", "P"],
]);

function quoted(text: string, indentation: string, start: number): string {
  const characters = [...text];
  let result = '"';
  let column = start + 1;
  let afterSpace = false;
  for (const [index, character] of characters.entries()) {
    if (character === " ") {
      if (!afterSpace && column > WIDTH && index > 0 && index < characters.length - 1) {
        const next = characters[index + 1] === " " ? "\\" : "";
        result += `\n${indentation}${next}`;
        column = indentation.length + next.length;
      } else {
        result += " ";
        column++;
      }
      afterSpace = true;
      continue;
    }
    const written = escaped(character);
    result += written;
    column += [...written].length;
    afterSpace = false;
  }
  return `${result}"`;
}

function escaped(character: string): string {
  const known = ESCAPES.get(character);
  if (known !== undefined) return `\\${known}`;
  if (isPrintable(character)) return character;
  const code = character.codePointAt(0) as number;
  const hex = code.toString(16).toUpperCase();
  return code <= 0xff ? `\\x${hex.padStart(2, "0")}` : code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
