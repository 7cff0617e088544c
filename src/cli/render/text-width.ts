import { characterWidth } from "../../fly/display-width";

/**
 * Advance widths of the printable ASCII characters in hundredths of the font's size: those of DejaVu Sans, which
 * is as wide as Verdana and wider than the other fonts that browsers take for sans-serif text.
 */
const ASCII = [
  32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 54, 100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66,
  56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69, 99, 69, 62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82,
  60, 60, 53, 64, 34, 64, 84,
] as const;
/** The widest letters of other alphabets. */
const OTHER = 110;
/** East Asian characters and emoji. */
const WIDE = 130;
const BOLD = 1.15;

/** Width of a text in pixels, rather too large than too small: no font is asked. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let hundredths = 0;
  for (const character of text) hundredths += advance(character);
  return (hundredths / 100) * fontSize * (bold ? BOLD : 1);
}

function advance(character: string): number {
  const known = ASCII[(character.codePointAt(0) ?? 0) - 32];
  if (known !== undefined) return known;
  const columns = characterWidth(character);
  return columns === 0 ? 0 : columns === 2 ? WIDE : OTHER;
}

/** The text, cut with "…" where it is wider than `room`. */
export function fitText(text: string, room: number, fontSize: number, bold = false): string {
  if (textWidth(text, fontSize, bold) <= room) return text;
  const characters = [...text];
  while (characters.length > 0 && textWidth(`${characters.join("")}…`, fontSize, bold) > room) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}
