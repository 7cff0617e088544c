const ASCII = /^[\u0000-\u007f]*$/;

/** Longer strings are refused: they could only fill the memory. */
export const LENGTH_LIMIT = 64 * 1024 * 1024;

/** Strings are kept in Unicode normalization form C, so that equal texts are equal values. Throws `RangeError` beyond the limit. */
export function normalize(text: string): string {
  if (text.length > LENGTH_LIMIT) throw new RangeError("string too long");
  return ASCII.test(text) ? text : text.normalize("NFC");
}

let segmenter: Intl.Segmenter | undefined;

/** What a reader sees as one character each (extended grapheme clusters). */
export function graphemes(text: string): string[] {
  if (ASCII.test(text) && !text.includes("\r\n")) return text.split("");
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
