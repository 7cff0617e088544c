import type { Diagnostic } from "./diagnostic";
import { NESTING_LIMIT, nestingTooDeep } from "./diagnostics";
import { matchingEnd } from "./matching";
import type { Token, TokenKind } from "./scanner";
import type { SourceText } from "./source";
import type { Span } from "./syntax";
import { describeToken } from "./token-description";

/** Thrown when a construct can't be read any further; whoever can go on behind it catches it. Its diagnostic is told already. */
export const FAILURE = Symbol("syntax failure");

/** What a failure must not change for those who go on. */
export interface Checkpoint {
  readonly newlines: boolean;
  readonly depth: number;
  readonly brackets: number;
}

/** The place of the parser in the tokens. Comments are passed over; line breaks are too where they mean nothing. */
export class Cursor {
  readonly diagnostics: Diagnostic[] = [];
  readonly text: string;
  /** Index of the first token that was not consumed, comments and line breaks included. */
  index = 0;
  /** Whether line breaks mean something here: they do in bodies and objects, and don't in parentheses, lists and `${}`. */
  newlines = true;
  /** How many expressions stand around this place. */
  depth = 0;
  /** How many `(` and `[` of this template or attribute are open. */
  brackets = 0;
  /** Operators and accesses since the attribute began. */
  links = 0;
  /** Where the last consumed token ended that was no line break. */
  previousEnd = 0;
  /** Braces that were opened and not closed, and closed and not opened, as far as they were told. */
  unclosedBraces = 0;
  strayBraces = 0;
  /** How many braces of each kind the file has too few or too many of, to be found by indentation. */
  missingBraces = 0;
  extraBraces = 0;
  /** Index of a token about which something has been said, and of one about which nothing is to be said. */
  private told = -1;
  private hushed = -1;

  constructor(
    readonly source: SourceText,
    public tokens: readonly Token[],
  ) {
    this.text = source.text;
  }

  /** Goes on with the tokens of the file's next piece; those before are all consumed. */
  feed(tokens: readonly Token[]): void {
    this.tokens = tokens;
    this.index = 0;
  }

  /** Index of the next token that means something. */
  peekIndex(): number {
    const { tokens } = this;
    for (let i = this.index; ; i++) {
      const token = tokens[i] as Token;
      if (token.kind === "newline") {
        if (this.newlines) return i;
      } else if (token.kind === "comment") {
        if (this.newlines && this.text.charCodeAt(token.end - 1) === 10) return i;
      } else {
        return i;
      }
    }
  }

  peek(): Token {
    return this.tokens[this.peekIndex()] as Token;
  }

  /** Kind of the next token; a comment that ends its line is a `newline`. */
  kind(): TokenKind {
    const { kind } = this.peek();
    return kind === "comment" ? "newline" : kind;
  }

  /** Kind of the token behind the next one, line breaks included. */
  kindAfter(): TokenKind {
    return (this.tokens[Math.min(this.peekIndex() + 1, this.tokens.length - 1)] as Token).kind;
  }

  /** Consumes the next token; never goes beyond `end`. */
  next(): Token {
    const index = this.peekIndex();
    const token = this.tokens[index] as Token;
    if (token.kind !== "end") this.index = index + 1;
    if (token.kind !== "newline" && token.kind !== "comment") this.previousEnd = token.end;
    return token;
  }

  /** Whether the next token is this word. */
  atWord(word: string): boolean {
    const token = this.peek();
    return token.kind === "identifier" && token.end - token.start === word.length && this.text.startsWith(word, token.start);
  }

  /** Whether a line break stands between the last consumed token and the next one. */
  atNewLine(): boolean {
    for (let i = this.index; ; i++) {
      const token = this.tokens[i] as Token;
      if (token.kind === "newline") return true;
      if (token.kind !== "comment") return false;
      if (this.text.charCodeAt(token.end - 1) === 10) return true;
    }
  }

  /** What the next token is called in a diagnostic. */
  found(): string {
    return describeToken(this.text, this.peek());
  }

  /** Where a diagnostic about the next token points: at it, or behind the last one where the line or the file ends. */
  foundSpan(): Span {
    const token = this.peek();
    if (token.kind === "newline" || token.kind === "comment" || token.kind === "end" || token.start === token.end) {
      return { start: this.previousEnd, end: this.previousEnd };
    }
    if (token.kind === "open-quote") return { start: token.start, end: (this.tokens[matchingEnd(this.tokens, this.peekIndex())] as Token).end };
    return token;
  }

  /** Tells a diagnostic about the next token, once for each token. */
  report(diagnostic: Diagnostic): void {
    const index = this.peekIndex();
    if (index === this.told || index === this.hushed) return;
    this.told = index;
    this.diagnostics.push(diagnostic);
  }

  /** Says that nothing more is to be told about the next token: it stands where a mistake before it has led. */
  hush(): void {
    this.hushed = this.peekIndex();
  }

  isHushed(): boolean {
    return this.hushed === this.peekIndex();
  }

  /** Tells and gives up the construct. */
  fail(diagnostic: Diagnostic): never {
    this.report(diagnostic);
    throw FAILURE;
  }

  checkpoint(): Checkpoint {
    return { newlines: this.newlines, depth: this.depth, brackets: this.brackets };
  }

  restore(checkpoint: Checkpoint): void {
    this.newlines = checkpoint.newlines;
    this.depth = checkpoint.depth;
    this.brackets = checkpoint.brackets;
  }

  /** Line breaks mean nothing from here to `closeBracket`; answers what they meant before. */
  openBracket(): boolean {
    const { newlines } = this;
    this.newlines = false;
    this.brackets++;
    return newlines;
  }

  closeBracket(newlines: boolean): void {
    this.newlines = newlines;
    this.brackets--;
  }

  /** Goes one expression deeper. */
  enter(): void {
    if (this.depth > NESTING_LIMIT) this.fail(nestingTooDeep(this.source, this.foundSpan(), "expressions"));
    this.depth++;
  }

  leave(): void {
    this.depth--;
  }
}
