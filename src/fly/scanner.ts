import { invalidEnd, itemLineFollows, likelyHeredocEnd, lineEndOf, stringGoesOn } from "./scanner-recovery";
import { trimEnd, trimStart } from "./white-space";

/**
 * Cuts the text of a Fly file into tokens, with comments and newlines. Every character belongs to
 * a token, or is white space (space, tab, byte-order mark) between two tokens. It never throws: what no
 * token can begin with becomes `invalid`, and what is missing at the end of an unfinished string, sequence or heredoc
 * is there as a token of no width.
 */

/** Marks stand for themselves; the rest are named. */
export type TokenKind =
  | Mark
  | "identifier"
  | "number"
  /** The `"` that begins a quoted template, and the one that ends it. */
  | "open-quote"
  | "close-quote"
  /** A piece of a quoted template, escapes as written. `$` and `%` that begin nothing, and `$${`, are pieces of their own. */
  | "quoted-text"
  /** A line break inside a quoted template (an error), where the template goes on in the next line. */
  | "quoted-newline"
  /** `<<EOT` or `<<-EOT` with its newline. */
  | "heredoc-begin"
  /** A line of a heredoc with its newline, or a piece of one; cut as `quoted-text` is. */
  | "heredoc-text"
  /** The closing marker with the white space around it, without the newline. */
  | "heredoc-end"
  /** `${` or `${~`. */
  | "interpolation"
  /** `%{` or `%{~`. */
  | "control"
  /** `}` or `~}` that ends an interpolation or a control sequence. */
  | "sequence-end"
  /** `# …` and `// …` with the newline that ends it, or `/* … *​/` without. */
  | "comment"
  | "newline"
  | "invalid"
  /** Zero-width, once, at the end of the file. */
  | "end";

export type Mark =
  | ("(" | ")" | "[" | "]" | "{" | "}" | "." | "," | "..." | "=>" | "::" | "=" | "?" | ":")
  | ("==" | "!=" | "<" | "<=" | ">" | ">=" | "&&" | "||" | "!" | "+" | "-" | "*" | "/" | "%");

/** `start` and `end` are UTF-16 indices into the text, `end` exclusive. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** What the scanner is inside of. `depth` counts open braces of a sequence; `start` is where it opened. */
type Frame =
  | { readonly kind: "quoted"; readonly start: number }
  | { readonly kind: "heredoc"; readonly start: number; readonly marker: string; startOfLine: boolean }
  | { readonly kind: "sequence"; readonly start: number; depth: number };

const NUMBER = /[0-9](?:(?:[0-9.]|[eE][+-]?[0-9])*(?:[0-9]|[eE][+-]?[0-9]))?/y;
const HEREDOC_BEGIN = /<<-?([\p{ID_Start}_][\p{ID_Continue}-]*)\r?\n/uy;
const ALMOST_HEREDOC = /<<-?[ \t]*["']?([\p{ID_Start}_][\p{ID_Continue}-]*)["']?[^\r\n]*\r?\n/uy;
const IDENTIFIER_START = /[\p{ID_Start}_]/u;
const IDENTIFIER_REST = /[\p{ID_Continue}-]*/uy;
const TEXT_STOP = { quoted: /[$%"\\\r\n]/g, heredoc: /[$%\r\n]/g } as const;
/** Searching for the end of a broken heredoc costs the whole file each time. */
const HEREDOC_RECOVERIES = 8;

/** 1: begins an identifier, 2: continues one, 3: both. */
const ASCII_IDENTIFIER = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
  const digit = code >= 48 && code <= 57;
  ASCII_IDENTIFIER[code] = letter ? 3 : digit || code === 45 ? 2 : 0;
}

/**
 * The tokens of a text, the last one being `end`. `mode` says whether it is a file of attributes and blocks
 * (or one expression), or a template as a whole, which is a heredoc's content without markers.
 */
export function scan(text: string, mode: "file" | "template" = "file"): Token[] {
  return scanFrom(text, mode, text.charCodeAt(0) === 0xfeff ? 1 : 0, text.length) as Token[];
}

/** The tokens between two places of a file, `end` behind them; undefined where something is open at `to`, or goes beyond it. */
export function scanPiece(text: string, from: number, to: number): Token[] | undefined {
  return scanFrom(text, "file", from, to);
}

function scanFrom(text: string, mode: "file" | "template", from: number, length: number): Token[] | undefined {
  const tokens: Token[] = [];
  const frames: Frame[] = mode === "template" ? [{ kind: "heredoc", start: -1, marker: "", startOfLine: false }] : [];
  let frame = frames[0];
  let position = from;
  let recoveries = 0;

  const push = (kind: TokenKind, end: number): void => {
    tokens.push({ kind, start: position, end });
    position = end;
  };
  const enter = (inner: Frame): void => {
    frames.push(inner);
    frame = inner;
  };
  const leave = (): void => {
    frames.pop();
    frame = frames[frames.length - 1];
  };
  /** Leaves an unfinished template; tokens of no width stand for the marks that are missing, so that all of them come in pairs. */
  const cut = (): void => {
    push(frame?.kind === "quoted" ? "close-quote" : frame?.kind === "heredoc" ? "heredoc-end" : "sequence-end", position);
    leave();
  };

  for (;;) {
    if (frame?.kind === "quoted") scanQuoted();
    else if (frame?.kind === "heredoc") scanHeredoc(frame);
    else scanCode();
    if (position < length) continue;
    if (length < text.length && (position > length || frames.length > 0)) return undefined;
    if (!resumeInHeredoc()) break;
  }
  while (frames.length > (mode === "template" ? 1 : 0)) cut();
  push("end", length);
  return tokens;

  /** Code until the surrounding frame changes or the file ends. */
  function scanCode(): void {
    while (position < length) {
      const code = text.charCodeAt(position);
      if (code === 32 || code === 9) {
        position++;
        continue;
      }
      if (code < 128) {
        if (ASCII_IDENTIFIER[code] === 3) {
          push("identifier", identifierEnd(position + 1));
          continue;
        }
        if (code >= 48 && code <= 57) {
          NUMBER.lastIndex = position;
          NUMBER.test(text);
          push("number", NUMBER.lastIndex);
          continue;
        }
      }
      const next = text.charCodeAt(position + 1);
      switch (code) {
        case 10: // \n
          if (frame !== undefined && sequenceIsCut()) return;
          push("newline", position + 1);
          continue;
        case 13: // \r
          if (next !== 10) {
            push("invalid", position + 1);
            continue;
          }
          if (frame !== undefined && sequenceIsCut()) return;
          push("newline", position + 2);
          continue;
        case 34: // "
          enter({ kind: "quoted", start: position });
          push("open-quote", position + 1);
          return;
        case 35: // #
          lineComment();
          continue;
        case 47: // /
          if (next === 47) lineComment();
          else if (next === 42) blockComment();
          else push("/", position + 1);
          continue;
        case 123: // {
          if (frame?.kind === "sequence") frame.depth++;
          push("{", position + 1);
          continue;
        case 125: // }
          if (frame?.kind === "sequence" && frame.depth === 0) {
            leave();
            push("sequence-end", position + 1);
            return;
          }
          if (frame?.kind === "sequence") frame.depth--;
          push("}", position + 1);
          continue;
        case 126: // ~
          if (next === 125 && frame?.kind === "sequence" && frame.depth === 0) {
            leave();
            push("sequence-end", position + 2);
            return;
          }
          push("invalid", position + 1);
          continue;
        case 60: // <
          if (next === 60) {
            if (heredocBegin()) return;
            continue;
          }
          if (next === 61) push("<=", position + 2);
          else push("<", position + 1);
          continue;
        case 61: // =
          if (next === 61) push("==", position + 2);
          else if (next === 62) push("=>", position + 2);
          else push("=", position + 1);
          continue;
        case 33: // !
          if (next === 61) push("!=", position + 2);
          else push("!", position + 1);
          continue;
        case 62: // >
          if (next === 61) push(">=", position + 2);
          else push(">", position + 1);
          continue;
        case 38: // &
          if (next === 38) push("&&", position + 2);
          else push("invalid", position + 1);
          continue;
        case 124: // |
          if (next === 124) push("||", position + 2);
          else push("invalid", position + 1);
          continue;
        case 58: // :
          if (next === 58) push("::", position + 2);
          else push(":", position + 1);
          continue;
        case 46: // .
          if (next === 46 && text.charCodeAt(position + 2) === 46) push("...", position + 3);
          else push(".", position + 1);
          continue;
        case 40:
        case 41:
        case 91:
        case 93:
        case 44:
        case 63:
        case 43:
        case 45:
        case 42:
        case 37:
          push(text[position] as Mark, position + 1);
          continue;
        default:
          other(code);
      }
    }
  }

  function identifierEnd(from: number): number {
    let end = from;
    for (;;) {
      const code = text.charCodeAt(end);
      if (code < 128) {
        if ((ASCII_IDENTIFIER[code] as number) === 0) return end;
        end++;
      } else if (code >= 128) {
        IDENTIFIER_REST.lastIndex = end;
        IDENTIFIER_REST.test(text);
        return IDENTIFIER_REST.lastIndex;
      } else {
        return end; // NaN: the end of the text
      }
    }
  }

  function lineComment(): void {
    const newline = text.indexOf("\n", position);
    push("comment", newline < 0 ? length : newline + 1);
  }

  function blockComment(): void {
    const close = text.indexOf("*/", position + 2);
    if (close < 0) push("invalid", length);
    else push("comment", close + 2);
  }

  /** Begins a heredoc; where it is none after all, takes the `<<` (and what would have been its body) as invalid. */
  function heredocBegin(): boolean {
    HEREDOC_BEGIN.lastIndex = position;
    const match = HEREDOC_BEGIN.exec(text);
    if (match) {
      enter({ kind: "heredoc", start: position, marker: match[1] as string, startOfLine: true });
      push("heredoc-begin", HEREDOC_BEGIN.lastIndex);
      return true;
    }
    ALMOST_HEREDOC.lastIndex = position;
    const almost = ALMOST_HEREDOC.exec(text);
    const end = almost && recoveries++ < HEREDOC_RECOVERIES ? lineEndOf(text, almost[1] as string, ALMOST_HEREDOC.lastIndex) : undefined;
    push("invalid", end ?? position + 2);
    return false;
  }

  function other(code: number): void {
    const character = String.fromCodePoint(text.codePointAt(position) as number);
    if (code >= 128 && IDENTIFIER_START.test(character)) {
      push("identifier", identifierEnd(position + character.length));
      return;
    }
    push("invalid", invalidEnd(text, position));
  }

  /** `${`, `%{` and their escapes, or a lone `$` or `%`. Answers whether a sequence begins. */
  function dollarOrPercent(kind: "quoted-text" | "heredoc-text"): boolean {
    const sign = text.charCodeAt(position);
    const next = text.charCodeAt(position + 1);
    if (next === 123) {
      const tilde = text.charCodeAt(position + 2) === 126 ? 1 : 0;
      enter({ kind: "sequence", start: position, depth: 0 });
      push(sign === 36 ? "interpolation" : "control", position + 2 + tilde);
      return true;
    }
    const escaped = next === sign && text.charCodeAt(position + 2) === 123;
    push(kind, escaped ? position + 3 : position + 1);
    return false;
  }

  function scanQuoted(): void {
    while (position < length) {
      const code = text.charCodeAt(position);
      if (code === 34) {
        leave();
        push("close-quote", position + 1);
        return;
      }
      if (code === 36 || code === 37) {
        if (dollarOrPercent("quoted-text")) return;
        continue;
      }
      if (code === 10 || code === 13) {
        if (stringGoesOn(text, position)) {
          push("quoted-newline", code === 13 && text.charCodeAt(position + 1) === 10 ? position + 2 : position + 1);
          continue;
        }
        endAtLineBreak();
        return;
      }
      push("quoted-text", quotedTextEnd());
    }
  }

  function quotedTextEnd(): number {
    let end = position;
    for (;;) {
      TEXT_STOP.quoted.lastIndex = end;
      const stop = TEXT_STOP.quoted.exec(text);
      if (!stop) return length;
      end = stop.index;
      if (text.charCodeAt(end) !== 92) return end;
      const escaped = text.charCodeAt(end + 1);
      if (escaped === 10 || escaped === 13) return end + 1;
      end = Math.min(end + 2, length);
    }
  }

  /** A quote is missing: leaves every template that began in this line, so that the next one is read as usual. */
  function endAtLineBreak(): void {
    const lineStart = text.lastIndexOf("\n", position - 1) + 1;
    do cut();
    while (frame && frame.kind !== "heredoc" && frame.start >= lineStart);
  }

  /** Whether a `${` in a quoted template was never closed: an item begins in the next line. Leaves the template then. */
  function sequenceIsCut(): boolean {
    if (frame?.kind !== "sequence" || frame.depth > 0 || frames[frames.length - 2]?.kind !== "quoted") return false;
    if (!itemLineFollows(text, position)) return false;
    while (frames.length > 0 && frames[frames.length - 1]?.kind !== "heredoc") cut();
    return true;
  }

  function scanHeredoc(inside: Extract<Frame, { kind: "heredoc" }>): void {
    while (position < length) {
      const code = text.charCodeAt(position);
      if (code === 36 || code === 37) {
        inside.startOfLine = false;
        if (dollarOrPercent("heredoc-text")) return;
        continue;
      }
      TEXT_STOP.heredoc.lastIndex = position;
      const stop = TEXT_STOP.heredoc.exec(text);
      if (!stop) {
        push("heredoc-text", length);
        return;
      }
      const sign = text.charCodeAt(stop.index);
      if (sign === 36 || sign === 37) {
        inside.startOfLine = false;
        push("heredoc-text", stop.index);
        continue;
      }
      const lineBreak = sign === 10 ? 1 : text.charCodeAt(stop.index + 1) === 10 ? 2 : 0;
      if (lineBreak === 0) {
        if (stop.index > position) push("heredoc-text", stop.index);
        push("invalid", position + 1); // a lone carriage return
        inside.startOfLine = false;
        continue;
      }
      if (inside.startOfLine && inside.start >= 0 && trimEnd(trimStart(text.slice(position, stop.index))) === inside.marker) {
        leave();
        push("heredoc-end", stop.index);
        push("newline", position + lineBreak);
        return;
      }
      inside.startOfLine = true;
      push("heredoc-text", stop.index + lineBreak);
    }
  }

  /** At the end of the file inside of a heredoc: takes back the tokens behind what looks most like its end, and goes on there. */
  function resumeInHeredoc(): boolean {
    const outer = frames.findIndex((candidate) => candidate.kind === "heredoc" && candidate.start >= 0);
    const heredoc = frames[outer];
    if (heredoc?.kind !== "heredoc" || recoveries++ >= HEREDOC_RECOVERIES) return false;
    const likely = likelyHeredocEnd(text, tokens, heredoc.start, heredoc.marker);
    if (!likely) return false;
    tokens.length = likely.index;
    position = likely.start;
    for (const kind of likely.closers) push(kind, position);
    frames.length = outer;
    frame = frames[outer - 1];
    push("heredoc-end", likely.end);
    return true;
  }
}
