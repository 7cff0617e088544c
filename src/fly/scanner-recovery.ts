import type { Token, TokenKind } from "./scanner";

/** What the scanner guesses where a text is broken: where an unfinished string, sequence or heredoc was meant to end. */

const ITEM_LINE = /^[ \t]*(?:[\p{ID_Start}_][\p{ID_Continue}-]*[ \t]*(?:=|\{)|[\]})])/u;
/** A line break, and a line that begins as an attribute or a block does, which no line of an expression can. */
const SURE_ITEM_LINE = /\r?\n[ \t]*(?!(?:if|in|for)[^\p{ID_Continue}-])[\p{ID_Start}_][\p{ID_Continue}-]*[ \t]*(?:=(?![=>])|"|\{)/uy;
const UNKNOWN = /[^\s\p{ID_Start}\p{ID_Continue}"#'()*+,\-./:;<=>?[\]^_`{|}~%&!“”„‟«»‘’‚‛]/uy;
/** Quotation marks of other languages and of word processors, each with the marks that may close it. */
const FOREIGN_QUOTES: Readonly<Record<string, string>> = {
  "'": "'", "`": "`", "“": "”“", "”": "”“", "„": "”“", "‟": "”", "«": "»", "»": "«", "‘": "’‘", "’": "’‘", "‚": "’‘", "‛": "’",
};
/** How many lines an unfinished string may run on before it is held to be a missing quote, and how much of a line is looked at. */
const LOOKAHEAD_LINES = 20;
const LOOKAHEAD_LENGTH = 2000;

/** Whether the string that is cut by the line break at `index` was meant to run on: its closing quote is near, and no item begins before it. */
export function stringGoesOn(text: string, index: number): boolean {
  let start = text.indexOf("\n", index) + 1;
  for (let lines = 0; start > 0 && start < text.length && lines < LOOKAHEAD_LINES; lines++) {
    const newline = text.indexOf("\n", start);
    const line = text.slice(start, Math.min(newline < 0 ? text.length : newline, start + LOOKAHEAD_LENGTH));
    if (ITEM_LINE.test(line)) return false;
    const quotes = line.replace(/\\./g, "").split('"').length - 1;
    if (quotes > 0) return quotes % 2 === 1;
    start = newline + 1;
  }
  return false;
}

/** Whether an attribute or a block begins behind the line break at `index`, whatever is open there. */
export function itemLineFollows(text: string, index: number): boolean {
  SURE_ITEM_LINE.lastIndex = index;
  return SURE_ITEM_LINE.test(text);
}

/** The end of what no token begins with: a text in quotes of another kind in one line, or a row of characters without meaning. */
export function invalidEnd(text: string, start: number): number {
  const character = String.fromCodePoint(text.codePointAt(start) as number);
  const closers = FOREIGN_QUOTES[character];
  if (closers !== undefined) return quoteEnd(text, start + 1, closers) ?? start + 1;
  let end = start + character.length;
  for (;;) {
    UNKNOWN.lastIndex = end;
    if (!UNKNOWN.test(text)) return end;
    end = UNKNOWN.lastIndex;
  }
}

/** The end of the quotation that began before `from`, in the same line. */
function quoteEnd(text: string, from: number, closers: string): number | undefined {
  const limit = Math.min(text.length, from + LOOKAHEAD_LENGTH);
  for (let end = from; end < limit; end++) {
    const character = text[end] as string;
    if (character === "\n") return undefined;
    if (closers.includes(character)) return end + 1;
  }
  return undefined;
}

/** The end of the first line from `from` on that holds nothing but `marker`. */
export function lineEndOf(text: string, marker: string, from: number): number | undefined {
  for (let start = from; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end);
    if (line.trim() === marker) return start + line.trimEnd().length;
    start = end + 1;
  }
  return undefined;
}

/** The end that a heredoc was meant to have: the tokens from `index` on give way to it; `closers` end what is open inside. */
export interface LikelyEnd {
  readonly index: number;
  readonly closers: readonly TokenKind[];
  readonly start: number;
  readonly end: number;
}

const CLOSERS: Partial<Record<TokenKind, TokenKind>> = {
  "open-quote": "close-quote",
  "heredoc-begin": "heredoc-end",
  interpolation: "sequence-end",
  control: "sequence-end",
};

/**
 * The first line behind a heredoc's beginning that looks like its closing marker: with a comma or a bracket
 * behind it (`EOT,`), without a line break at the end of the file, or swallowed by a `${` that was not closed.
 */
export function likelyHeredocEnd(text: string, tokens: readonly Token[], heredocStart: number, marker: string): LikelyEnd | undefined {
  let first = tokens.length - 1;
  while (first >= 0 && (tokens[first] as Token).start > heredocStart) first--;
  const closers: TokenKind[] = [];
  for (let index = first + 1; index < tokens.length; index++) {
    const token = tokens[index] as Token;
    const { kind, start } = token;
    if (kind === "heredoc-text" && closers.length === 0) {
      const line = text.slice(start, token.end);
      const indent = line.length - line.trimStart().length;
      if (line.startsWith(marker, indent) && /^[ \t]*(?:[,)\]}]|$)/.test(line.slice(indent + marker.length))) {
        return { index, closers: [], start, end: start + indent + marker.length };
      }
    } else if (kind === "identifier" && text.slice(start, token.end) === marker && /^\n[ \t]*$/.test(text.slice(text.lastIndexOf("\n", start - 1), start))) {
      const next = tokens[index + 1]?.kind;
      if (next === undefined || next === "newline") return { index, closers, start, end: token.end };
    }
    const closer = CLOSERS[kind];
    if (closer) closers.unshift(closer);
    else if (closers.length > 0 && kind === closers[0]) closers.shift();
  }
  return undefined;
}
