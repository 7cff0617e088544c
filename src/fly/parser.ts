import { BodyReader } from "./body-parser";
import { Cursor, FAILURE } from "./cursor";
import type { Diagnostic } from "./diagnostic";
import { extraAfterExpression, notUnicode, strayBracket } from "./diagnostics";
import { parseExpression as readExpression } from "./expression-parser";
import { failAtInvalid } from "./recovery";
import { type Token, scan, scanPiece } from "./scanner";
import type { SourceText } from "./source";
import type { Body, BodyItem, Expression, Template } from "./syntax";
import { parseBareTemplate } from "./template-parser";
import { limited } from "./tree-height";

export interface ParseResult {
  readonly body: Body;
  /** In the order of the text. The body is whole where there are none; else broken items are left out or marked `invalid`. */
  readonly diagnostics: readonly Diagnostic[];
}

/** UTF-16 units: above it a file is read in pieces, as the tokens of a megabyte of text take ten times its memory. */
const PIECE = 64 * 1024;

/** Reads a file of HCL native syntax. Never throws; every mistake is a diagnostic, and one broken item hides no other. */
export function parse(source: SourceText): ParseResult {
  return (source.text.length > 2 * PIECE ? parseInPieces(source, PIECE) : undefined) ?? parseAtOnce(source);
}

/**
 * Reads a file piece by piece, cut behind lines that are nothing but `}`. Where each piece is without a mistake and
 * leaves nothing open, the cuts were between two items of the file, and the result is that of reading it at once;
 * else there is none.
 */
export function parseInPieces(source: SourceText, length: number): ParseResult | undefined {
  const { text } = source;
  const cut = /\n\}\r?\n/g;
  const cursor = new Cursor(source, []);
  const items: BodyItem[] = [];
  const reader = new BodyReader(cursor, items, 0);
  for (let from = text.charCodeAt(0) === 0xfeff ? 1 : 0; ; ) {
    cut.lastIndex = from + length;
    const to = cut.test(text) ? cut.lastIndex : text.length;
    const tokens = scanPiece(text, from, to);
    if (!tokens) return undefined;
    cursor.feed(tokens);
    reader.readItems();
    if (cursor.diagnostics.length > 0 || cursor.kind() !== "end") return undefined;
    if (to === text.length) return { body: { kind: "body", start: 0, end: text.length, items }, diagnostics: finish(cursor) };
    from = to;
  }
}

function parseAtOnce(source: SourceText): ParseResult {
  const tokens = scan(source.text);
  let cursor = new Cursor(source, tokens);
  let body = readFile(cursor);
  if (cursor.unclosedBraces > 0 || cursor.strayBraces > 0) {
    // Braces don't match: indentation tells where one is missing or too many.
    const balance = braceBalance(tokens);
    if (balance !== 0) {
      cursor = new Cursor(source, tokens);
      cursor.missingBraces = Math.max(0, balance);
      cursor.extraBraces = Math.max(0, -balance);
      body = readFile(cursor);
    }
  }
  return { body, diagnostics: finish(cursor) };
}

/** Reads one expression, such as the value of a variable on the command line. Line breaks mean nothing in it. */
export function parseExpression(source: SourceText): { readonly expression: Expression; readonly diagnostics: readonly Diagnostic[] } {
  const cursor = new Cursor(source, scan(source.text));
  cursor.newlines = false;
  let expression: Expression = { kind: "invalid", start: 0, end: source.text.length };
  try {
    expression = limited(cursor, readExpression(cursor));
    if (cursor.kind() === "invalid") failAtInvalid(cursor);
    if (cursor.kind() !== "end") cursor.report(extraAfterExpression(source, cursor.foundSpan(), cursor.found()));
  } catch (failure) {
    if (failure !== FAILURE) throw failure;
  }
  return { expression, diagnostics: finish(cursor) };
}

/** Reads a text that is a template as a whole, such as the file that `templatefile` is given. */
export function parseTemplate(source: SourceText): { readonly template: Template; readonly diagnostics: readonly Diagnostic[] } {
  const cursor = new Cursor(source, scan(source.text, "template"));
  const template = parseBareTemplate(cursor);
  limited(cursor, template);
  return { template, diagnostics: finish(cursor) };
}

function finish(cursor: Cursor): readonly Diagnostic[] {
  const { diagnostics, source } = cursor;
  const lone = /\p{Surrogate}/u.exec(source.text);
  if (lone) diagnostics.push(notUnicode(source, { start: lone.index, end: lone.index + 1 }));
  return diagnostics.sort((a, b) => a.range.start.byte - b.range.start.byte);
}

function braceBalance(tokens: readonly Token[]): number {
  let balance = 0;
  for (const { kind } of tokens) {
    if (kind === "{") balance++;
    else if (kind === "}") balance--;
  }
  return balance;
}

function readFile(cursor: Cursor): Body {
  const items: BodyItem[] = [];
  const reader = new BodyReader(cursor, items, 0);
  for (;;) {
    reader.readItems();
    if (cursor.kind() === "end") break;
    cursor.report(strayBracket(cursor.source, cursor.peek()));
    cursor.next();
    cursor.strayBraces++;
  }
  return { kind: "body", start: 0, end: cursor.text.length, items, ...(reader.incomplete ? { incomplete: true as const } : {}) };
}
