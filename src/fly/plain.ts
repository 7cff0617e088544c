import { BigFloat } from "./big-float";
import { fromBigInt, fromDouble, toDouble } from "./number";
import { elementsOf, entriesOf, isNull, isUnknown, Sensitive, sortedKeys } from "./value";
import type { Value } from "./value";

/** Plain data as JSON has it; integers beyond 2^53 are bigints. */
export type PlainValue = null | boolean | number | bigint | string | readonly PlainValue[] | { readonly [key: string]: PlainValue };

/**
 * A value as plain data, with the keys of objects in order. Numbers with a fraction become the nearest double.
 * Throws for a sensitive or unknown value: who prints or writes a value asks `sensitiveWays` and `isUnknown` first.
 */
export function toPlain(value: Value): PlainValue {
  if (typeof value !== "object") return value;
  if (isNull(value)) return null;
  if (value instanceof Sensitive) throw new Error("a sensitive value must not become plain data");
  if (isUnknown(value)) throw new Error("an unknown value must not become plain data");
  if (value instanceof BigFloat) return value.isInteger ? value.truncate() : toDouble(value);
  const elements = elementsOf(value);
  if (elements) return elements.map(toPlain);
  const entries = entriesOf(value);
  const plain: { [key: string]: PlainValue } = {};
  if (entries) {
    for (const key of sortedKeys(entries)) {
      // A key such as __proto__ must become a property like any other.
      Object.defineProperty(plain, key, { value: toPlain(entries.get(key) as Value), enumerable: true, configurable: true, writable: true });
    }
  }
  return plain;
}

/** The value that plain data stands for: arrays are tuples, objects are objects. */
export function fromPlain(plain: unknown): Value {
  switch (typeof plain) {
    case "string":
    case "boolean":
      return plain;
    case "number":
      return fromDouble(plain);
    case "bigint":
      return fromBigInt(plain);
    default:
  }
  if (plain === null || plain === undefined) return null;
  if (Array.isArray(plain)) return plain.map(fromPlain);
  if (typeof plain === "object") return new Map(Object.entries(plain).map(([key, item]) => [key, fromPlain(item)]));
  throw new Error(`a ${typeof plain} is no value`);
}
