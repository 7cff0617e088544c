/** An escape sequence that means nothing, at an offset of the text it was found in. */
export interface BadEscape {
  readonly offset: number;
  readonly length: number;
  readonly problem: string;
}

const SIMPLE: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

/** The text that a piece of a quoted template means. Sequences that mean nothing are left as they are and given to `bad`. */
export function unescape(written: string, bad: (escape: BadEscape) => void): string {
  if (written === "$${") return "${";
  if (written === "%%{") return "%{";
  let slash = written.indexOf("\\");
  if (slash < 0) return written;
  let value = "";
  let done = 0;
  for (; slash >= 0; slash = written.indexOf("\\", done)) {
    value += written.slice(done, slash);
    const selector = String.fromCodePoint(written.codePointAt(slash + 1) ?? 0x5c);
    const simple = SIMPLE[selector];
    if (simple !== undefined) {
      value += simple;
      done = slash + 2;
      continue;
    }
    const { text, length, problem } = selector === "u" || selector === "U" ? unicodeEscape(written, slash, selector) : unknown(written, slash, selector);
    if (problem !== undefined) bad({ offset: slash, length, problem });
    value += text;
    done = slash + length;
  }
  return value + written.slice(done);
}

interface Escape {
  readonly text: string;
  readonly length: number;
  readonly problem?: string;
}

function unicodeEscape(written: string, slash: number, selector: "u" | "U"): Escape {
  const digits = selector === "u" ? 4 : 8;
  const hex = /^[0-9a-fA-F]*/.exec(written.slice(slash + 2, slash + 2 + digits))?.[0] ?? "";
  const length = 2 + hex.length;
  if (hex.length < digits) {
    return { text: written.slice(slash, slash + length), length, problem: `\\${selector} takes ${digits} hexadecimal digits.` };
  }
  const code = Number.parseInt(hex, 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return { text: "\ufffd", length, problem: "There is no character of that number." };
  return { text: String.fromCodePoint(code), length };
}

function unknown(written: string, slash: number, selector: string): Escape {
  const length = slash + 1 < written.length ? 1 + selector.length : 1;
  return { text: written.slice(slash, slash + length), length, problem: "A backslash begins an escape sequence." };
}
