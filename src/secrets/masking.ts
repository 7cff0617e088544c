import { encodedForms } from "./encodings";
import { createPatternIndex, type PatternIndex } from "./pattern-index";

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
  const patterns = createPatternIndex();
  const add = (more: Iterable<string>): void => {
    for (const value of more) {
      for (const form of encodedForms(value)) {
        if (forms.has(form)) continue;
        forms.add(form);
        patterns.add(Buffer.from(form, "utf8"));
      }
    }
  };
  add(values);
  return {
    add,
    mask(text) {
      if (forms.size === 0) return text;
      const bytes = Buffer.from(text, "utf8");
      // Nearly all text that is looked at holds none.
      if (patterns.occurrences(bytes).length === 0) return text;
      const stream = startStream(patterns);
      return Buffer.concat([stream.write(bytes), stream.end()]).toString("utf8");
    },
    stream: () => startStream(patterns),
  };
}

function startStream(patterns: PatternIndex): MaskingStream {
  /** Bytes that are not shown yet. */
  let pending: Buffer = Buffer.alloc(0);
  /** How many of them, from the first on, belong to a mask that is shown already. */
  let covered = 0;

  const advance = (final: boolean): Buffer => {
    const held = final ? 0 : patterns.longestOpenEnd(pending);
    const border = pending.length - held;
    const out: Buffer[] = [];
    let position = 0;
    let maskedUntil = covered;
    for (const [start, end] of patterns.occurrences(pending)) {
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
