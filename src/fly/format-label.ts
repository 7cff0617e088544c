/**
 * The text of a string literal without its quotes, as the engine's formatter writes one: escapes for quotes,
 * backslashes, line breaks, tabs, `${`, `%{`, and whatever can't be seen; everything else as it is, in composed
 * form (NFC).
 */
export function quoteLabel(value: string): string {
  return value
    .normalize("NFC")
    .replace(/["\\\n\r\t]|[$%](?=\{)|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (character) => NAMED[character] ?? numbered(character));
}

const NAMED: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", $: "$$", "%": "%%" };

function numbered(character: string): string {
  const code = character.codePointAt(0) as number;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}
