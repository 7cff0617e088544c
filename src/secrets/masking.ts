import { encodedForms } from "./encodings";

/** What stands in the place of a secret. */
export const MASK = "***MASKED***";

/** Takes secrets out of text. */
export interface Masker {
  /** From now on these are masked too, in streams that are open as well. */
  add(values: Iterable<string>): void;
  /** The text with every secret masked. */
  mask(text: string): string;
  /** A filter for text that comes in pieces: a secret that is cut in two by their border is found too. */
  stream(): MaskingStream;
}

export interface MaskingStream {
  /** What of all bytes so far can be shown. An end that may be the beginning of a secret is held back. */
  write(chunk: Uint8Array): Buffer;
  /** The rest; nothing may be written after it. */
  end(): Buffer;
}

/**
 * Masks every one of `values` (secrets, or their references) in all its encoded forms. Overlapping
 * ones become one mask, so that no part of either stays. Empty values are ignored.
 */
export function createMasker(values: Iterable<string> = []): Masker {
  const forms = new Set<string>();
  const patterns: Buffer[] = [];
  const add = (more: Iterable<string>): void => {
    for (const value of more) {
      for (const form of encodedForms(value)) {
        if (forms.has(form)) continue;
        forms.add(form);
        patterns.push(Buffer.from(form, "utf8"));
      }
    }
  };
  add(values);
  return {
    add,
    mask(text) {
      const stream = startStream(patterns);
      return Buffer.concat([stream.write(Buffer.from(text, "utf8")), stream.end()]).toString("utf8");
    },
    stream: () => startStream(patterns),
  };
}

function startStream(patterns: readonly Buffer[]): MaskingStream {
  /** Bytes that are not shown yet. */
  let pending: Buffer = Buffer.alloc(0);
  /** How many of them, from the first on, belong to a mask that is shown already. */
  let covered = 0;

  const advance = (final: boolean): Buffer => {
    const held = final ? 0 : longestOpenEnd(pending, patterns);
    const border = pending.length - held;
    const out: Buffer[] = [];
    let position = 0;
    let maskedUntil = covered;
    for (const [start, end] of occurrences(pending, patterns)) {
      if (start < maskedUntil) {
        maskedUntil = Math.max(maskedUntil, end);
        continue;
      }
      // What follows the border is looked at again with the next bytes.
      if (start >= border) break;
      out.push(pending.subarray(Math.max(position, maskedUntil), start), Buffer.from(MASK));
      position = end;
      maskedUntil = end;
    }
    const shown = Math.max(position, maskedUntil);
    if (shown < border) out.push(pending.subarray(shown, border));
    covered = Math.max(0, maskedUntil - border);
    pending = Buffer.from(pending.subarray(border));
    return Buffer.concat(out);
  };

  return {
    write(chunk) {
      pending = pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([pending, chunk]);
      return advance(false);
    },
    end: () => advance(true),
  };
}

/** Where patterns occur, also overlapping ones, sorted by start. */
function occurrences(bytes: Buffer, patterns: readonly Buffer[]): [number, number][] {
  const found: [number, number][] = [];
  for (const pattern of patterns) {
    for (let at = bytes.indexOf(pattern); at !== -1; at = bytes.indexOf(pattern, at + 1)) found.push([at, at + pattern.length]);
  }
  return found.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
}

/** Length of the longest end of `bytes` that is the beginning, but not the whole, of a pattern. */
function longestOpenEnd(bytes: Buffer, patterns: readonly Buffer[]): number {
  let longest = 0;
  for (const pattern of patterns) {
    for (let length = Math.min(pattern.length - 1, bytes.length); length > longest; length--) {
      if (bytes.compare(pattern, 0, length, bytes.length - length) === 0) {
        longest = length;
        break;
      }
    }
  }
  return longest;
}
