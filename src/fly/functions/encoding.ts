import { DYNAMIC, STRING } from "../type";
import { normalize } from "../text";
import { ListValue } from "../value";
import type { UnmarkedValue, Value } from "../value";
import { parseCsv } from "./csv";
import { ArgumentError, parameter } from "./function";
import type { FlyFunction, FunctionTable } from "./function";
import { JsonError, jsonText, parseJson } from "./json";

function text1(name: string, call: (text: string) => Value): FlyFunction {
  return { parameters: [parameter(name, STRING)], call: ([text]) => call(text as string) };
}

/** Bytes as text, or undefined where they are not UTF-8. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return normalize(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function base64Decode(text: string): string {
  const compact = text.replace(/[\r\n]/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) throw new ArgumentError(0, "it is no base64");
  const decoded = utf8(Buffer.from(compact, "base64"));
  if (decoded === undefined) throw new ArgumentError(0, "what it decodes to is no UTF-8 text");
  return decoded;
}

function urlEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

function urlDecode(text: string): string {
  const spaced = text.replaceAll("+", " ");
  if (/%(?![0-9a-fA-F]{2})/.test(spaced)) throw new ArgumentError(0, "a % in it is not followed by two hexadecimal digits");
  const bytes = Buffer.from(spaced.replace(/%([0-9a-fA-F]{2})|[^]/gu, (character, hex: string | undefined) => hex ?? Buffer.from(character).toString("hex")), "hex");
  const decoded = utf8(bytes);
  if (decoded === undefined) throw new ArgumentError(0, "what it decodes to is no UTF-8 text");
  return decoded;
}

function jsonDecode(text: string): Value {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw new ArgumentError(0, error.message);
    throw error;
  }
}

function csvDecode(text: string): Value {
  const [header, ...records] = parseCsv(text);
  if (!header) throw new ArgumentError(0, "it has no header line");
  const repeated = header.find((name, index) => header.indexOf(name) !== index);
  if (repeated !== undefined) throw new ArgumentError(0, `the column ${JSON.stringify(repeated)} is named twice`);
  const rows = records.map((record, index) => {
    if (record.length !== header.length) throw new ArgumentError(0, `record ${index + 2} has ${record.length} fields, the header has ${header.length}`);
    return new Map(header.map((name, column) => [name, normalize(record[column] ?? "")]));
  });
  return new ListValue({ kind: "object", attributes: new Map(header.map((name) => [name, STRING])) }, rows);
}

export const encoding: FunctionTable = {
  jsonencode: { parameters: [parameter("val", DYNAMIC, { nullable: true })], call: ([value]) => jsonText(value as UnmarkedValue) },
  jsondecode: text1("str", jsonDecode),
  base64encode: text1("str", (text) => Buffer.from(text).toString("base64")),
  base64decode: text1("str", base64Decode),
  urlencode: text1("str", urlEncode),
  urldecode: text1("str", urlDecode),
  csvdecode: text1("str", csvDecode),
};
