/**
 * JSON text that neither the engine nor the engine library changes: where one of their templates or
 * tokens could begin inside a string, a character is written as its JSON escape, and so is everything
 * beyond ASCII, because the engine brings every string into Unicode's normal form. Whoever parses the
 * JSON gets the data back byte for byte.
 */
export function literalJson(json: string): string {
  return json.replace(JSON_STRING, (string) => (CHANGED.test(string) ? string.replace(CHANGES, escapeCharacter) : string));
}

const JSON_STRING = /"(?:[^"\\]|\\.)*"/g;
/**
 * `${` and `%{` begin the engine's templates; `${`, `#{` and `&{` the library's tokens for strings,
 * lists and maps, and numbers such as `-1.8e+289` are its tokens for numbers.
 */
const CHANGED = /[$%#&](?=\{)|(?<=[\d.])e(?=\+?\d{3})|[\u0080-\uffff]/;
const CHANGES = new RegExp(CHANGED.source, "g");

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
