import { nearest } from "../vocabulary/nearest";
import { FAILURE, type Cursor } from "./cursor";
import {
  NESTING_LIMIT,
  badHeredocEnd,
  expectedExpression,
  invalidCharacter,
  invalidFor,
  lineBreakInString,
  nestingTooDeep,
  unclosedDirective,
  unclosedHeredoc,
  unclosedSequence,
  unclosedString,
  unexpectedDirective,
  unknownDirective,
  unknownEscape,
} from "./diagnostics";
import { identifier, parseExpression } from "./expression-parser";
import { matchingEnd } from "./matching";
import { failAtInvalid } from "./recovery";
import type { Token } from "./scanner";
import { unescape } from "./string-escapes";
import type { Expression, Identifier, Span, Template, TemplateInterpolation, TemplatePart, TemplateText, TrimMarker } from "./syntax";
import { describeToken } from "./token-description";
import { indentation, trimEnd, trimStart } from "./white-space";

/** A template is read as a row of pieces first: trimming and indentation work on them before directives are put together. */
type Piece = TextPiece | TemplateInterpolation | DirectivePiece;

interface TextPiece extends Span {
  readonly kind: "text";
  value: string;
}

interface DirectivePiece extends Span {
  readonly kind: "directive";
  readonly name: "if" | "else" | "endif" | "for" | "endfor";
  readonly marker: TrimMarker;
  readonly condition?: Expression;
  readonly key?: Identifier;
  readonly value?: Identifier;
  readonly collection?: Expression;
}

/** `"…"`. */
export function parseQuoted(cursor: Cursor): Template {
  const { tokens } = cursor;
  const open = cursor.next();
  const text = tokens[cursor.index] as Token;
  const close = tokens[cursor.index + 1] as Token | undefined;
  // Most strings are plain text.
  if (text.kind === "quoted-text" && close?.kind === "close-quote" && close.end > close.start) {
    const value = cursor.text.slice(text.start, text.end);
    if (!value.includes("\\") && value !== "$${" && value !== "%%{") {
      cursor.index += 2;
      cursor.previousEnd = close.end;
      const part: TemplateText = { kind: "text", start: text.start, end: text.end, value };
      return { kind: "template", start: open.start, end: close.end, form: "quoted", parts: [part] };
    }
  }
  const { pieces, intact } = readPieces(cursor, "close-quote");
  const end = closeQuote(cursor, open);
  return { kind: "template", start: open.start, end, form: "quoted", parts: assemble(cursor, meld(pieces), intact) };
}

/** Consumes the closing quote; where it is missing, says where it should have stood: before the closing brackets of its line. */
export function closeQuote(cursor: Cursor, open: Token, behind = /[\s,;)\]}]*$/): number {
  const token = cursor.tokens[cursor.index] as Token;
  const before = cursor.tokens[cursor.index - 1] as Token;
  const cutInside = before.kind === "sequence-end" && before.end === before.start;
  if (token.end === token.start && !cutInside) {
    const line = cursor.text.slice(open.start, token.start);
    const trailing = behind.exec(line)?.index ?? 0;
    const quoteAt = trailing > 0 ? open.start + trailing : token.start;
    cursor.diagnostics.push(unclosedString(cursor.source, { start: open.start, end: open.start + line.trimEnd().length }, quoteAt));
  }
  cursor.index++;
  cursor.previousEnd = token.end;
  if (token.end === token.start) cursor.hush();
  return token.end;
}

/** `<<EOT` or `<<-EOT`. */
export function parseHeredoc(cursor: Cursor): Template {
  const { source, text, tokens } = cursor;
  const open = cursor.next();
  const flush = text[open.start + 2] === "-";
  const marker = text.slice(open.start + (flush ? 3 : 2), open.end).trimEnd();
  const { pieces, intact } = readPieces(cursor, "heredoc-end");
  const close = tokens[cursor.index] as Token;
  cursor.index++;
  cursor.previousEnd = close.end;
  if (close.end === close.start) {
    const opener = { start: open.start, end: open.start + text.slice(open.start, open.end).trimEnd().length };
    cursor.diagnostics.push(unclosedHeredoc(source, opener, marker));
    cursor.hush();
  } else {
    const after = tokens[cursor.index] as Token;
    if (after.kind !== "newline") cursor.diagnostics.push(badHeredocEnd(source, { start: close.end - marker.length, end: close.end }, marker, describeToken(text, after)));
  }
  if (flush) removeIndentation(pieces);
  return { kind: "template", start: open.start, end: close.end, form: flush ? "flush-heredoc" : "heredoc", marker, parts: assemble(cursor, meld(pieces), intact) };
}

/** The text of a file that is a template as a whole. */
export function parseBareTemplate(cursor: Cursor): Template {
  const { pieces, intact } = readPieces(cursor, "end");
  return { kind: "template", start: 0, end: cursor.text.length, form: "heredoc", parts: assemble(cursor, meld(pieces), intact) };
}

/** Reads up to the token that ends the template, without it. `intact` tells whether every sequence could be read. */
function readPieces(cursor: Cursor, ending: "close-quote" | "heredoc-end" | "end"): { pieces: Piece[]; intact: boolean } {
  const { source, text, tokens } = cursor;
  const pieces: Piece[] = [];
  let intact = true;
  let told = false;
  let trimNext = false;
  /** The piece just before, if it is text: `~` trims that one only. */
  let before: TextPiece | undefined;
  for (;;) {
    const token = tokens[cursor.index] as Token;
    if (token.kind === ending || token.kind === "end") return { pieces, intact };
    if (token.kind === "quoted-text" || token.kind === "heredoc-text") {
      cursor.index++;
      const written = text.slice(token.start, token.end);
      let value = written;
      if (token.kind === "quoted-text") {
        value = unescape(written, (bad) => {
          if (told) return;
          told = true;
          const start = token.start + bad.offset;
          cursor.diagnostics.push(unknownEscape(source, { start, end: start + bad.length }, bad.problem));
        });
      } else if (written === "$${" || written === "%%{") {
        value = written.slice(1);
      }
      if (trimNext) value = trimStart(value);
      trimNext = false;
      before = { kind: "text", start: token.start, end: token.end, value };
      pieces.push(before);
      continue;
    }
    trimNext = false;
    if (token.kind === "interpolation" || token.kind === "control") {
      if (before && token.end - token.start === 3) before.value = trimEnd(before.value);
      before = undefined;
      const piece = readSequence(cursor, token);
      if (piece) {
        pieces.push(piece);
        trimNext = piece.kind === "directive" ? piece.marker.after : piece.kind === "interpolation" && piece.trimAfter;
      } else {
        intact = false;
      }
      continue;
    }
    before = undefined;
    cursor.index++;
    if (token.kind === "quoted-newline") {
      if (!told) cursor.diagnostics.push(lineBreakInString(source, { start: token.start, end: token.start }));
      told = true;
      pieces.push({ kind: "text", start: token.start, end: token.end, value: "\n" });
    } else {
      // A lone carriage return, or the backslash before a line break.
      if (!told) cursor.diagnostics.push(invalidCharacter(source, token));
      told = true;
    }
  }
}

/** `${…}` or `%{…}` with its end; nothing where it is broken and can't even stand for an unknown value. */
function readSequence(cursor: Cursor, open: Token): TemplateInterpolation | DirectivePiece | undefined {
  const { tokens, text } = cursor;
  const from = cursor.index;
  const checkpoint = cursor.checkpoint();
  const trimBefore = open.end - open.start === 3;
  cursor.index++;
  cursor.previousEnd = open.end;
  cursor.newlines = false;
  cursor.brackets = 0;
  let told = true;
  let content: Expression | Omit<DirectivePiece, "start" | "end" | "marker"> | undefined;
  try {
    cursor.enter();
    content = open.kind === "interpolation" ? parseExpression(cursor) : readDirective(cursor);
    if (cursor.kind() !== "sequence-end") {
      if (cursor.kind() === "invalid") failAtInvalid(cursor);
      cursor.fail(unclosedSequence(cursor.source, cursor.foundSpan(), { start: open.start, end: open.end }, cursor.found()));
    }
    told = cursor.isHushed();
    cursor.next();
  } catch (failure) {
    if (failure !== FAILURE) throw failure;
    cursor.index = matchingEnd(tokens, from) + 1;
    content = open.kind === "interpolation" ? { kind: "invalid", start: open.start, end: open.end } : undefined;
  }
  const close = tokens[cursor.index - 1] as Token;
  if (close.end === close.start && !told) {
    cursor.diagnostics.push(unclosedSequence(cursor.source, { start: close.start, end: close.start }, { start: open.start, end: open.end }, describeToken(text, close)));
  }
  cursor.restore(checkpoint);
  const trimAfter = close.end - close.start === 2;
  const span = { start: open.start, end: close.end };
  if (!content) return undefined;
  if (content.kind === "directive") return { ...content, ...span, marker: { before: trimBefore, after: trimAfter } };
  return { kind: "interpolation", ...span, expression: content, trimBefore, trimAfter };
}

const DIRECTIVES = ["if", "else", "endif", "for", "endfor"] as const;

function readDirective(cursor: Cursor): Omit<DirectivePiece, "start" | "end" | "marker"> {
  const { source } = cursor;
  if (cursor.kind() !== "identifier") cursor.fail(unknownDirective(source, cursor.foundSpan(), cursor.found()));
  const name = DIRECTIVES.find((candidate) => cursor.atWord(candidate));
  if (name === undefined) {
    const token = cursor.peek();
    cursor.fail(unknownDirective(source, token, cursor.found(), nearest(cursor.text.slice(token.start, token.end), DIRECTIVES)));
  }
  cursor.next();
  if (name === "if") {
    if (cursor.kind() === "sequence-end") cursor.fail(expectedExpression(source, cursor.foundSpan(), "after `if`", cursor.found()));
    return { kind: "directive", name, condition: parseExpression(cursor) };
  }
  if (name !== "for") return { kind: "directive", name };
  let value = readForName(cursor, "a name after `for`");
  let key: Identifier | undefined;
  if (cursor.kind() === ",") {
    cursor.next();
    key = value;
    value = readForName(cursor, "a second name after `,`");
  }
  if (!cursor.atWord("in")) cursor.fail(invalidFor(source, cursor.foundSpan(), "`in`", cursor.found()));
  cursor.next();
  return { kind: "directive", name, ...(key ? { key } : {}), value, collection: parseExpression(cursor) };
}

function readForName(cursor: Cursor, expected: string): Identifier {
  if (cursor.kind() !== "identifier") cursor.fail(invalidFor(cursor.source, cursor.foundSpan(), expected, cursor.found()));
  return identifier(cursor, cursor.next());
}

/**
 * Takes away the white space that all lines of a flush heredoc have in common, as the text stands in the file:
 * values that are put in don't count, and lines of nothing but white space neither count nor change.
 */
function removeIndentation(pieces: readonly Piece[]): void {
  let common = Number.POSITIVE_INFINITY;
  const first: TextPiece[] = [];
  let atLineStart = true;
  for (const piece of pieces) {
    if (atLineStart) {
      atLineStart = false;
      if (piece.kind !== "text") {
        common = 0;
      } else {
        const spaces = indentation(piece.value);
        if (spaces < piece.value.length || !piece.value.endsWith("\n")) {
          common = Math.min(common, spaces);
          first.push(piece);
        }
      }
    }
    if (piece.kind === "text" && piece.value.endsWith("\n")) atLineStart = true;
  }
  for (const piece of first) piece.value = piece.value.slice(common);
}

/** Joins neighbouring texts. */
function meld(pieces: readonly Piece[]): Piece[] {
  const melded: Piece[] = [];
  for (const piece of pieces) {
    const last = melded[melded.length - 1];
    if (piece.kind === "text" && last?.kind === "text") {
      melded[melded.length - 1] = { kind: "text", start: last.start, end: piece.end, value: last.value + piece.value };
    } else {
      melded.push(piece);
    }
  }
  return melded;
}

/** A directive that is open, with what stands in it so far. */
interface OpenDirective {
  readonly begin: DirectivePiece;
  readonly outer: TemplatePart[];
  readonly markers: TrimMarker[];
  readonly body: TemplatePart[];
  otherwise?: TemplatePart[];
}

/** Puts directives and what stands in them together. Where a sequence was broken, unmatched directives stay untold. */
function assemble(cursor: Cursor, pieces: readonly Piece[], intact: boolean): readonly TemplatePart[] {
  if (!pieces.some((piece) => piece.kind === "directive")) return pieces as readonly TemplatePart[];
  const open: OpenDirective[] = [];
  let parts: TemplatePart[] = [];
  let quiet = !intact;
  for (const piece of pieces) {
    if (piece.kind !== "directive") {
      parts.push(piece);
      continue;
    }
    const top = open[open.length - 1];
    if (piece.name === "if" || piece.name === "for") {
      if (cursor.depth + open.length >= NESTING_LIMIT) {
        if (!quiet) cursor.diagnostics.push(nestingTooDeep(cursor.source, piece, "directives"));
        quiet = true;
        continue;
      }
      const body: TemplatePart[] = [];
      open.push({ begin: piece, outer: parts, markers: [piece.marker], body });
      parts = body;
    } else if (piece.name === "else" && top?.begin.name === "if" && !top.otherwise) {
      top.markers.push(piece.marker);
      top.otherwise = [];
      parts = top.otherwise;
    } else if (top && piece.name === `end${top.begin.name}`) {
      open.pop();
      top.markers.push(piece.marker);
      top.outer.push(closeDirective(top, piece.end));
      parts = top.outer;
    } else {
      if (!quiet) cursor.diagnostics.push(unexpectedDirective(cursor.source, piece, piece.name, top && { name: top.begin.name, span: top.begin }));
      quiet = true;
    }
  }
  for (const left of open.reverse()) {
    if (!quiet) cursor.diagnostics.push(unclosedDirective(cursor.source, left.begin, left.begin.name));
    quiet = true;
    const end = Math.max(left.begin.end, ...[...left.body, ...(left.otherwise ?? [])].slice(-1).map((part) => part.end));
    left.outer.push(closeDirective(left, end));
    parts = left.outer;
  }
  return parts;
}

function closeDirective(open: OpenDirective, end: number): TemplatePart {
  const { begin, body, markers, otherwise } = open;
  const { start } = begin;
  if (begin.name === "if") {
    return { kind: "if", start, end, condition: begin.condition as Expression, then: body, ...(otherwise ? { else: otherwise } : {}), markers };
  }
  return { kind: "for", start, end, ...(begin.key ? { key: begin.key } : {}), value: begin.value as Identifier, collection: begin.collection as Expression, body, markers };
}
