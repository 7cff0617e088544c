/**
 * The ways in which a secret's value turns up in other text: as it is, encoded for a URL, for JSON (also JSON in
 * JSON, as in logs of requests) and for HCL (plans), in base64 (alone, in lines, or in the middle of something
 * longer, as in an `Authorization` header), and, where it has several lines, line by line. Empty forms are left
 * out; forms that are too short to say anything of the value alone (a line, a piece of base64) too.
 */
export function encodedForms(value: string): ReadonlySet<string> {
  const forms = new Set([value, value.trim(), ...urlForms(value), ...jsonForms(value), ...base64Forms(value)]);
  for (const line of value.split(/\r?\n/)) {
    if (line.length < SHORTEST_PIECE || line === value) continue;
    for (const form of [line, line.trim(), ...urlForms(line), ...jsonForms(line)]) forms.add(form);
  }
  forms.delete("");
  return forms;
}

/** Pieces below this length are too common in ordinary text. */
const SHORTEST_PIECE = 8;

function urlForms(value: string): string[] {
  const component = percentEncoded(value, /[A-Za-z0-9\-_.!~*'()]/);
  const strict = percentEncoded(value, /[A-Za-z0-9\-_.~]/);
  const path = percentEncoded(value, /[A-Za-z0-9\-_.!~*'();/?:@&=+$,#]/);
  const form = percentEncoded(value, /[A-Za-z0-9\-_.*]/);
  return [component, strict, path, form, form.replaceAll("%20", "+")].flatMap((text) => [text, text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

/** Unlike encodeURIComponent it takes any string: a lone surrogate becomes the replacement character. */
function percentEncoded(value: string, kept: RegExp): string {
  let text = "";
  for (const byte of Buffer.from(value, "utf8")) {
    const character = String.fromCharCode(byte);
    text += byte < 0x80 && kept.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}

function jsonForms(value: string): string[] {
  const once = escapedForms(value);
  // Text in JSON that becomes text in JSON: the engine's log of what it has sent.
  const twice = once.flatMap((form) => (form.includes("\\") || form.includes('"') ? escapedForms(form) : []));
  const forms = new Set([...once, ...twice]);
  // Both engines write plans as HCL, where templates are escaped, too.
  for (const form of once) forms.add(form.replace(/[$%](?=\{)/g, "$&$&"));
  return [...forms];
}

function escapedForms(value: string): string[] {
  const plain = JSON.stringify(value).slice(1, -1);
  const escapedSlash = plain.replaceAll("/", "\\/");
  // Go's encoder escapes these too, so the agent's log does.
  const html = plain.replace(/[<>&\u2028\u2029]/g, unicodeEscape);
  const ascii = plain.replace(/[^\x20-\x7e]/g, unicodeEscape);
  const htmlAscii = html.replace(/[^\x20-\x7e]/g, unicodeEscape);
  return [plain, escapedSlash, html, ascii, htmlAscii].flatMap((text) => [text, text.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`)]);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value, "utf8");
  const whole = bytes.toString("base64");
  const forms = [whole, withoutPadding(whole)];
  // Inside something longer the value stands at one of three offsets; what its neighbours can't change is cut out.
  for (const offset of [0, 1, 2]) {
    const encoded = withoutPadding(Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64"));
    const start = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    const piece = encoded.slice(start, end);
    if (piece.length >= SHORTEST_PIECE) forms.push(piece);
  }
  for (const width of LINE_WIDTHS) forms.push(...linesOf(whole, width));
  return forms.flatMap((text) => [text, text.replaceAll("+", "-").replaceAll("/", "_")]);
}

/** Base64 in lines: MIME and `base64` break after 76 characters, PEM and `openssl base64` after 64. */
const LINE_WIDTHS = [64, 76];

function linesOf(text: string, width: number): string[] {
  if (text.length <= width) return [];
  return (text.match(new RegExp(`.{1,${width}}`, "g")) ?? []).filter((line) => line.length >= SHORTEST_PIECE);
}

function withoutPadding(text: string): string {
  return text.replace(/=+$/, "");
}
