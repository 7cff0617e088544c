import { BigFloat } from "./big-float";
import { compare } from "./number";
import type { FlyNumber } from "./number";
import type { Type } from "./type";
import { compareStrings, elementsOf, entriesOf, isNull, isUnknown, mark, sensitiveWays, SetValue, sortedKeys, unmark } from "./value";
import type { UnmarkedValue, Value } from "./value";

/**
 * A set of the distinct values among `items`, which all have the type `element`. Numbers and strings stand in
 * their order, `false` before `true`, others by their content, nulls last. A mark on a part is a mark on the
 * whole set: which elements are equal would tell about it.
 */
export function makeSet(element: Type, items: readonly Value[]): Value {
  const ways = items.flatMap((item) => sensitiveWays(item));
  const distinct = new Map<string, UnmarkedValue>();
  for (const item of items) {
    const value = ways.length > 0 ? unmark(item) : (item as UnmarkedValue);
    const key = contentKey(value);
    if (!distinct.has(key)) distinct.set(key, value);
  }
  const ordered = [...distinct].sort(([aKey, a], [bKey, b]) => compareElements(a, b) ?? compareStrings(aKey, bKey));
  return mark(new SetValue(element, ordered.map(([, value]) => value)), ways);
}

function compareElements(a: UnmarkedValue, b: UnmarkedValue): number | undefined {
  if (isNull(a) || isNull(b)) return Number(isNull(a)) - Number(isNull(b));
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (isNumber(a) && isNumber(b)) return compare(a, b);
  return undefined;
}

function isNumber(value: UnmarkedValue): value is FlyNumber {
  return typeof value === "number" || value instanceof BigFloat;
}

/** A text that is the same for equal values of one type, and only for them. */
export function contentKey(value: Value): string {
  if (isNull(value)) return "~";
  if (isUnknown(value)) return "?";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean") return value ? "T" : "F";
  const items = elementsOf(value);
  if (items) return `[${items.map((item) => `${contentKey(item)};`).join("")}]`;
  const entries = entriesOf(value);
  if (entries) return `{${sortedKeys(entries).map((key) => `${JSON.stringify(key)}:${contentKey(entries.get(key) as Value)};`).join("")}}`;
  return String(value);
}
