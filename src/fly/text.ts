const ASCII = /^[\u0000-\u007f]*$/;

/** Strings are kept in Unicode normalization form C, so that equal texts are equal values. */
export function normalize(text: string): string {
  return ASCII.test(text) ? text : text.normalize("NFC");
}

let segmenter: Intl.Segmenter | undefined;

/** What a reader sees as one character each (extended grapheme clusters). */
export function graphemes(text: string): string[] {
  if (ASCII.test(text) && !text.includes("\r\n")) return text.split("");
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
