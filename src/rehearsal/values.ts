import type { AttributeType } from "../../constructs/bindings/provider-schema";

/**
 * Values of the engine's language, and their MessagePack form on the wire. The form carries its own
 * structure, so that no schema is needed to read or write it.
 */

/** A type as the protocol writes it in JSON. */
export type Type = AttributeType | readonly ["tuple", readonly Type[]];

class Unknown {
  // Keeps other objects from passing for one.
  protected readonly kind = "unknown";
}

/** A value that is decided in the apply. What is known about it (a prefix, bounds) is not kept. */
export const UNKNOWN = new Unknown();

/**
 * - A number that is no exact double (0.1) is a string on the wire and stays one; beyond 2^53 it is a bigint.
 * - Lists, sets and tuples are arrays; blocks, objects and maps are records.
 * - A value of a dynamic type is an array of its type (JSON, as bytes) and the value.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | Unknown | readonly Value[] | ValueRecord;

export interface ValueRecord {
  readonly [name: string]: Value;
}

export function isRecord(value: Value | undefined): value is ValueRecord {
  return typeof value === "object" && value !== null && !(value instanceof Unknown) && !Array.isArray(value) && !(value instanceof Uint8Array);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** A member of a record, null where it is absent or there is no record. */
export function member(value: Value | undefined, name: string): Value {
  return isRecord(value) ? (value[name] ?? null) : null;
}

/** Whether nothing in it is left to the apply. */
export function isKnown(value: Value): boolean {
  if (value === UNKNOWN) return false;
  if (isList(value)) return value.every(isKnown);
  return isRecord(value) ? Object.values(value).every(isKnown) : true;
}

/** A text that two values share only where they are equal; records in any order of their keys. */
export function fingerprint(value: Value): string {
  if (value instanceof Unknown) return "?";
  if (isList(value)) return `[${value.map(fingerprint).join(",")}]`;
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString("hex")}`;
  if (typeof value === "number" || typeof value === "bigint") return `${value}`;
  if (!isRecord(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${fingerprint(value[name] as Value)}`);
  return `{${members.join(",")}}`;
}

/** Equality. The elements of a set come from the engine in one order, whatever order they were written in. */
export function equal(a: Value, b: Value): boolean {
  return a === b || fingerprint(a) === fingerprint(b);
}

/** A JSON form for people and files: unknown values are left out, big integers are numbers in a string. */
export function toJson(value: Value): unknown {
  if (value instanceof Unknown) return undefined;
  if (isList(value)) return value.map(toJson);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value === "bigint") return value.toString();
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member)])) : value;
}

/** Any JSON as a value. */
export function fromJson(json: unknown): Value {
  if (json === undefined || json === null) return null;
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json === "object") return Object.fromEntries(Object.entries(json).map(([name, member]) => [name, fromJson(member)]));
  return json as Value;
}
