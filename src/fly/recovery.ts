import type { Cursor } from "./cursor";
import { badHeredocStart, invalidCharacter, semicolon, unclosedBracket, unclosedComment, unknownOperator, wrongQuotes } from "./diagnostics";
import { matchingEnd } from "./matching";
import type { Token } from "./scanner";
import type { Expression } from "./syntax";

/**
 * How the parser goes on behind a mistake. What can be guessed safely (a bracket missing before the
 * next item, quotes of another kind) is told and read on; else the item is given up up to the end of its line.
 */

/** Tells what is wrong with an `invalid` token; answers with a stand-in for what was meant as a string, and fails for others. */
export function failAtInvalid(cursor: Cursor): Expression {
  const token = cursor.peek();
  const { source, text } = cursor;
  const written = text.slice(token.start, token.end);
  const first = written[0] as string;
  if ("'`“”„‟«»‘’‚‛".includes(first)) {
    if (written.length === 1) cursor.fail(wrongQuotes(source, token));
    cursor.report(wrongQuotes(source, token));
    cursor.next();
    return { kind: "invalid", start: token.start, end: token.end };
  }
  if (written.startsWith("<<")) {
    cursor.report(badHeredocStart(source, { start: token.start, end: lineEnd(text, token) }));
    cursor.next();
    return { kind: "invalid", start: token.start, end: token.end };
  }
  if (written.startsWith("/*")) return cursor.fail(unclosedComment(source, token));
  if (first === ";") return cursor.fail(semicolon(source, token));
  if ("&|^~".includes(first)) return cursor.fail(unknownOperator(source, token));
  return cursor.fail(invalidCharacter(source, token));
}

function lineEnd(text: string, token: Token): number {
  const newline = text.indexOf("\n", token.start);
  return newline < 0 || newline > token.end ? token.end : newline;
}

/** Consumes the bracket that closes `open`. Where it is missing, says so, and goes on where the next item begins. */
export function expectClosing(cursor: Cursor, closer: ")" | "]" | "}", open: Token, what: string, alternatives: readonly string[] = []): void {
  if (cursor.kind() === closer) {
    cursor.next();
    return;
  }
  if (cursor.kind() === "invalid") failAtInvalid(cursor);
  const cut = endsHere(cursor);
  const span = cut ? { start: cursor.previousEnd, end: cursor.previousEnd } : cursor.foundSpan();
  const diagnostic = unclosedBracket(cursor.source, span, what, open, [...alternatives, closer], cursor.found());
  if (!cut) cursor.fail(diagnostic);
  cursor.report(diagnostic);
  cursor.hush();
}

/** Whether what is being read must have ended before the next token: an item begins there, or something around it ends. */
export function endsHere(cursor: Cursor): boolean {
  const kind = cursor.kind();
  if (kind === "end" || kind === "newline" || kind === "}" || kind === "sequence-end") return true;
  return cursor.atNewLine() && beginsItem(cursor, cursor.peekIndex());
}

/** Whether an attribute or a block begins at this token, as no expression can. */
export function beginsItem(cursor: Cursor, index: number): boolean {
  const { tokens, text } = cursor;
  const token = tokens[index] as Token;
  if (token.kind !== "identifier") return false;
  const after = (tokens[index + 1] as Token).kind;
  if (after === "=") return true;
  const name = text.slice(token.start, token.end);
  if (name === "for" || name === "in" || name === "if") return false;
  return after === "{" || after === "open-quote" || after === "identifier" || after === "number";
}

/** White space at the beginning of the line in which `index` lies; a tab counts one, and more than any person writes does not count. */
export function lineIndentation({ source, text }: Cursor, index: number): number {
  const lineStart = source.lineStart(index);
  const limit = Math.min(index, lineStart + 1000);
  let end = lineStart;
  while (end < limit && (text[end] === " " || text[end] === "\t")) end++;
  return end - lineStart;
}

/** Whether a token is the first of its line. */
export function isFirstInLine({ tokens, text }: Cursor, index: number): boolean {
  const before = tokens[index - 1];
  return before === undefined || before.kind === "newline" || (before.kind === "comment" && text.charCodeAt(before.end - 1) === 10);
}

/**
 * Gives up an item that began at the token `from`: goes on to the line break that ends it, or to the bracket
 * that closes what is around it, and consumes neither. Brackets of the item are passed over in pairs, unless
 * another item begins in a line inside of them.
 */
export function skipItem(cursor: Cursor, from: number, separators = false): void {
  const { tokens, text } = cursor;
  const open: string[] = [];
  for (let i = from; i < cursor.index; i++) track(open, tokens[i] as Token);
  /** Lines may be long: their beginning is looked for once at most. */
  let indent: number | undefined;
  let i = Math.max(cursor.index, from);
  for (; ; i++) {
    const token = tokens[i] as Token;
    const { kind } = token;
    if (kind === "end") break;
    if (kind === "open-quote" || kind === "heredoc-begin") {
      i = matchingEnd(tokens, i);
      continue;
    }
    if (kind === "newline" || (kind === "comment" && text.charCodeAt(token.end - 1) === 10)) {
      if (open.length === 0) break;
      const next = tokens[i + 1] as Token;
      const top = open[open.length - 1];
      if (beginsItem(cursor, i + 1)) {
        indent ??= lineIndentation(cursor, (tokens[from] as Token).start);
        if (top !== "{" || lineIndentation(cursor, next.start) <= indent) break;
      }
      if (next.kind === "}" && top !== "{" && !open.includes("{")) break;
      continue;
    }
    // What is open inside of a sequence ends with it.
    if (kind === "sequence-end") break;
    if ((kind === "}" || kind === "]" || kind === ")" || (separators && kind === ",")) && open.length === 0) break;
    track(open, token);
  }
  cursor.index = i;
  if (i > 0) cursor.previousEnd = (tokens[i - 1] as Token).end;
  cursor.hush();
}

function track(open: string[], token: Token): void {
  const { kind } = token;
  if (kind === "(" || kind === "[" || kind === "{" ) {
    open.push(kind);
  } else if (kind === ")" || kind === "]" || kind === "}") {
    const opener = kind === ")" ? "(" : kind === "]" ? "[" : "{";
    const at = open.lastIndexOf(opener);
    if (at >= 0) open.length = at;
  }
}
