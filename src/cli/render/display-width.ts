import { characterWidth } from "../../fly/display-width";

/** Escape sequences that colour text: they take no room. */
const COLOR = /\u001b\[[0-9;]*m/g;

/** Columns that a text takes on a terminal; colours take none. */
export function displayWidth(text: string): number {
  const plain = text.includes("\u001b") ? text.replace(COLOR, "") : text;
  let width = 0;
  for (const character of plain) width += characterWidth(character);
  return width;
}
