import type { Diagnostic } from "./diagnostic";
import { characterWidth } from "./display-width";
import type { Range, SourceText } from "./source";

export interface RenderOptions {
  /** Colours by escape sequences; default: none. */
  readonly color?: boolean;
}

/** Longer lines are cut around the place that is shown. */
const MAX_COLUMNS = 160;
/** What stays visible before the place in a line that is cut. */
const LEAD_COLUMNS = 60;

/**
 * Diagnostics as text, in the order given, a blank line between two. `sources` holds the texts by file name;
 * where one is missing, its lines are left out.
 */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, SourceText>, options: RenderOptions = {}): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, sources, options)).join("\n");
}

/**
 * One diagnostic as lines of text:
 *
 * ```text
 * error FLY003: this string has no closing quote
 *   Eggs/api/config.fly:2:10
 *    2 |   type = "vm
 *      |          ^^^
 *   A quoted string ends in the line in which it begins.
 *   fix: add the closing `"`
 * ```
 */
export function renderDiagnostic(diagnostic: Diagnostic, sources: ReadonlyMap<string, SourceText>, options: RenderOptions = {}): string {
  const paint = painter(options.color === true);
  const { severity, code, summary, detail, file, range, related = [], fix } = diagnostic;
  const heading = severity === "error" ? paint.red : paint.yellow;
  const digits = Math.max(...[range, ...related.map((place) => place.range)].map(({ start }) => String(start.line).length));
  const excerpt = (name: string, place: Range, mark: (text: string) => string) => {
    const source = sources.get(name);
    return source ? renderExcerpt(source, place, digits, mark) : [];
  };
  const lines = [`${heading(`${severity} ${code}`)}: ${paint.bold(printable(summary))}`, `  ${placeName(file, range)}`, ...excerpt(file, range, heading)];
  if (detail !== undefined) for (const line of detail.split("\n")) lines.push(`  ${printable(line)}`);
  for (const { message, file: name, range: place } of related) {
    lines.push(`  ${paint.cyan("note")}: ${printable(message)}: ${placeName(name, place)}`, ...excerpt(name, place, paint.cyan));
  }
  if (fix !== undefined) lines.push(`  ${paint.green("fix")}: ${printable(fix.description)}`);
  return `${lines.join("\n")}\n`;
}

/** The same data for programs: a JSON array, its members always in the same order. */
export function toJson(diagnostics: readonly Diagnostic[]): string {
  return JSON.stringify(
    diagnostics.map(({ severity, code, summary, detail, file, range, related, fix }) => ({ severity, code, summary, detail, file, range, related, fix })),
    null,
    2,
  );
}

/** By file name, then by place; two at one place in the order of their codes. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) =>
      compare(a.file, b.file) || a.range.start.byte - b.range.start.byte || a.range.end.byte - b.range.end.byte || compare(a.code, b.code),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function placeName(file: string, { start }: Range): string {
  return `${printable(file)}:${start.line}:${start.column}`;
}

/** The line of a place, and under it a caret for every column of the place (its first line, where it has several). */
function renderExcerpt(source: SourceText, range: Range, digits: number, mark: (text: string) => string): string[] {
  const { start, end } = range;
  const characters = charactersOf(source, start.line);
  const from = Math.min(start.column - 1, characters.length);
  const to = end.line > start.line ? characters.length : Math.min(end.column - 1, characters.length);
  const window = visibleWindow(characters, from);
  let text = window.from > 0 ? "…" : "";
  let under = window.from > 0 ? " " : "";
  let carets = "";
  for (let index = window.from; index < window.to; index++) {
    const written = characters[index] as string;
    const character = written >= " " && written <= "~" ? written : printable(written);
    text += character;
    if (index < from) under += character === "\t" ? "\t" : " ".repeat(characterWidth(character));
    // A tab under the mark counts as one caret: how far it reaches depends on the terminal.
    else if (index < to) carets += "^".repeat(character === "\t" ? 1 : characterWidth(character));
  }
  if (window.to < characters.length) text += "…";
  const number = String(start.line).padStart(digits);
  return [`   ${number} | ${text}`.trimEnd(), `   ${" ".repeat(digits)} | ${under}${mark(carets || "^")}`];
}

/** The line that was cut up last, by source: one long line may have a thousand mistakes. */
const lastLines = new WeakMap<SourceText, { readonly line: number; readonly characters: readonly string[] }>();

function charactersOf(source: SourceText, line: number): readonly string[] {
  const last = lastLines.get(source);
  if (last?.line === line) return last.characters;
  const characters = [...source.line(line).replace(/^\ufeff/, "")];
  lastLines.set(source, { line, characters });
  return characters;
}

function visibleWindow(characters: readonly string[], place: number): { from: number; to: number } {
  if (characters.length <= MAX_COLUMNS) return { from: 0, to: characters.length };
  const from = Math.max(0, Math.min(place - LEAD_COLUMNS, characters.length - MAX_COLUMNS));
  return { from, to: from + MAX_COLUMNS };
}

/** Text of a file must not steer the terminal: control and direction characters and lone surrogates are shown as U+FFFD. */
function printable(text: string): string {
  return text.replace(/[\p{Surrogate}\u202a-\u202e\u2066-\u2069]|(?!\t)\p{Cc}/gu, "\ufffd");
}

interface Painter {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly bold: (text: string) => string;
}

function painter(color: boolean): Painter {
  const style = (on: number, off: number) => (text: string) => (color ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  return { red: style(31, 39), yellow: style(33, 39), green: style(32, 39), cyan: style(36, 39), bold: style(1, 22) };
}
