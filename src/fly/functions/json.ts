import { BigFloat } from "../big-float";
import { numberText, parseNumber } from "../number";
import { normalize } from "../text";
import { elementsOf, entriesOf, isNull, sortedKeys } from "../value";
import type { UnmarkedValue, Value } from "../value";

/** JSON as the engines write it: compact, keys in order, `<`, `>` and `&` escaped. */
export function jsonText(value: UnmarkedValue): string {
  if (isNull(value)) return "null";
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
    case "boolean":
      return String(value);
    default:
  }
  if (value instanceof BigFloat) return numberText(value);
  const items = elementsOf(value);
  if (items) return `[${items.map((item) => jsonText(item as UnmarkedValue)).join(",")}]`;
  const entries = entriesOf(value);
  if (!entries) throw new Error("a value that is not known can't be written as JSON");
  return `{${sortedKeys(entries).map((key) => `${quote(key)}:${jsonText(entries.get(key) as UnmarkedValue)}`).join(",")}}`;
}

const ESCAPED = /[<>&\u2028\u2029]/g;

function quote(text: string): string {
  return JSON.stringify(text).replace(ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A mistake in a JSON text. */
export class JsonError extends Error {}

const DEPTH_LIMIT = 500;
const TOKEN = /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;

/** Reads JSON with exact numbers: arrays become tuples, objects objects. Throws `JsonError`. */
export function parseJson(text: string): Value {
  let position = 0;
  let token: RegExpExecArray;

  function next(): void {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (!match) throw mistake();
    position = TOKEN.lastIndex;
    token = match;
  }

  function mistake(): JsonError {
    const rest = /^[ \t\r\n]*/.exec(text.slice(position))?.[0].length ?? 0;
    const at = position + rest;
    return new JsonError(at >= text.length ? "the JSON text ends too early" : `the JSON text has a mistake at character ${at + 1}`);
  }

  function read(depth: number): Value {
    if (depth > DEPTH_LIMIT) throw new JsonError("the JSON text nests too deeply");
    next();
    const [, mark, string, number, word] = token;
    if (string !== undefined) return decode(string);
    if (number !== undefined) {
      const value = parseNumber(number);
      if (value === undefined || value === "inexact") throw new JsonError("the JSON text holds a number that can't be kept exactly");
      return value;
    }
    if (word !== undefined) return word === "null" ? null : word === "true";
    if (mark === "[") return array(depth);
    if (mark === "{") return object(depth);
    position = token.index;
    throw mistake();
  }

  function array(depth: number): Value {
    const items: Value[] = [];
    if (accept("]")) return items;
    for (;;) {
      items.push(read(depth + 1));
      if (accept("]")) return items;
      expect(",");
    }
  }

  function object(depth: number): Value {
    const entries = new Map<string, Value>();
    if (accept("}")) return entries;
    for (;;) {
      next();
      if (token[2] === undefined) {
        position = token.index;
        throw mistake();
      }
      const key = decode(token[2]);
      expect(":");
      entries.set(key, read(depth + 1));
      if (accept("}")) return entries;
      expect(",");
    }
  }

  function accept(mark: string): boolean {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (match?.[1] !== mark) return false;
    position = TOKEN.lastIndex;
    return true;
  }

  function expect(mark: string): void {
    if (!accept(mark)) throw mistake();
  }

  const value = read(0);
  if (/[^ \t\r\n]/.test(text.slice(position))) throw mistake();
  return value;
}

function decode(literal: string): string {
  const text = JSON.parse(literal) as string;
  // A lone half of a surrogate pair is no character.
  return normalize(text.replace(/\p{Surrogate}/gu, "\ufffd"));
}
