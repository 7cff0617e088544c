/**
 * JSON text that neither the engine nor the engine library takes apart: where one of their templates
 * or tokens could begin inside a string, a character is written as its JSON escape. Whoever parses the
 * JSON gets the data back byte for byte.
 */
export function literalJson(json: string): string {
  return json.replace(JSON_STRING, (string) => (LOOKS_LIKE_TOKEN.test(string) ? string.replace(TOKEN_START, escapeCharacter) : string));
}

/** A string as the engine's template syntax has to write it, so that it comes out as it is. */
export function literalTemplate(text: string): string {
  return text.replace(/([$%])\{/g, "$1$1{");
}

const JSON_STRING = /"(?:[^"\\]|\\.)*"/g;
/**
 * `${` and `%{` begin the engine's templates; `${`, `#{` and `&{` the library's tokens for strings,
 * lists and maps, and numbers such as `-1.8e+289` are its tokens for numbers.
 */
const TOKEN_START = /[$%#&](?=\{)|(?<=[\d.])e(?=\+?\d{3})/g;
const LOOKS_LIKE_TOKEN = new RegExp(TOKEN_START.source);

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
