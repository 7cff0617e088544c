import type { BigFloat } from "./big-float";
import { BOOL, DYNAMIC, NUMBER, STRING, listOf, mapOf, setOf, typeName } from "./type";
import type { Type } from "./type";

/**
 * What an expression evaluates to. Plain JavaScript wherever that is exact:
 *
 * | Fly            | here |
 * |----------------|------|
 * | null           | `null` (a null whose type is known, such as that of a variable: `TypedNull`; ask `isNull`) |
 * | bool, string   | `boolean`, `string` (NFC-normalised) |
 * | number         | a JavaScript number where it is a safe integer, else `BigFloat`: never a rounded double |
 * | tuple `[…]`    | array |
 * | object `{…}`   | `Map` |
 * | list, set, map | `ListValue`, `SetValue`, `MapValue`: they know the type of their elements |
 * | not evaluable  | `UNKNOWN`: the error has been told; who meets it says nothing more |
 *
 * `elementsOf` and `entriesOf` read all kinds of sequences and mappings alike. Anything, at any depth, may be
 * wrapped in `Sensitive`: it came from a `sensitive` variable. `sensitiveWays` finds out, `unmark` takes it off.
 */
export type Value =
  | null
  | boolean
  | number
  | string
  | BigFloat
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | TypedNull
  | ListValue
  | SetValue
  | MapValue
  | UnknownValue
  | Sensitive;

/** A value without the mark at its top; its parts may still carry marks. */
export type UnmarkedValue = Exclude<Value, Sensitive>;

export class TypedNull {
  readonly kind = "null";
  constructor(readonly type: Type) {}
}

export class ListValue {
  readonly kind = "list";
  constructor(
    readonly element: Type,
    readonly items: readonly Value[],
  ) {}
}

/** `items` are distinct and in the set's order; made by `makeSet` (set.ts). */
export class SetValue {
  readonly kind = "set";
  constructor(
    readonly element: Type,
    readonly items: readonly Value[],
  ) {}
}

export class MapValue {
  readonly kind = "map";
  constructor(
    readonly element: Type,
    readonly entries: ReadonlyMap<string, Value>,
  ) {}
}

export class UnknownValue {
  readonly kind = "unknown";
}

export const UNKNOWN = new UnknownValue();

/**
 * A value that came from a `sensitive` variable. `ways` are the ways that it took, each from the variable on:
 * `["var.token", "local.url", "egg.a.environment"]`.
 */
export class Sensitive {
  readonly kind = "sensitive";
  constructor(
    readonly value: UnmarkedValue,
    readonly ways: readonly SensitiveWay[],
  ) {}
}

export type SensitiveWay = readonly string[];

export function isTuple(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isObject(value: Value): value is ReadonlyMap<string, Value> {
  return value instanceof Map;
}

export function isNull(value: Value): value is null | TypedNull {
  return value === null || value instanceof TypedNull;
}

/** Whether the value stands for something that could not be evaluated, and whose error has been told. */
export function isUnknown(value: Value): value is UnknownValue {
  return value === UNKNOWN;
}

/** Whether the value, or a part of it at any depth, is unknown. */
export function holdsUnknown(value: Value): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isUnknown(value)) return true;
  const plain = value instanceof Sensitive ? value.value : value;
  const items = elementsOf(plain);
  if (items) return items.some(holdsUnknown);
  const entries = entriesOf(plain);
  if (entries) for (const item of entries.values()) if (holdsUnknown(item)) return true;
  return isUnknown(plain);
}

/** The items of a list, tuple or set; of other values undefined. Marks on the whole are ignored. */
export function elementsOf(value: Value): readonly Value[] | undefined {
  const plain = value instanceof Sensitive ? value.value : value;
  if (isTuple(plain)) return plain;
  return plain instanceof ListValue || plain instanceof SetValue ? plain.items : undefined;
}

/** The entries of an object or map, in no particular order (`sortedKeys` gives the language's); of other values undefined. */
export function entriesOf(value: Value): ReadonlyMap<string, Value> | undefined {
  const plain = value instanceof Sensitive ? value.value : value;
  if (isObject(plain)) return plain;
  return plain instanceof MapValue ? plain.entries : undefined;
}

/** Orders strings as the engines do: by code points. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for code points above all others.
    const xSurrogate = x >= 0xd800 && x <= 0xdfff;
    const ySurrogate = y >= 0xd800 && y <= 0xdfff;
    if (xSurrogate !== ySurrogate) return xSurrogate ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

export function sortedKeys(entries: ReadonlyMap<string, Value>): string[] {
  return [...entries.keys()].sort(compareStrings);
}

/** The type of a value; of a mark that of what is marked. */
export function typeOf(value: Value): Type {
  switch (typeof value) {
    case "string":
      return STRING;
    case "number":
      return NUMBER;
    case "boolean":
      return BOOL;
    default:
  }
  if (value === null) return DYNAMIC;
  if (isTuple(value)) return { kind: "tuple", elements: value.map(typeOf) };
  if (isObject(value)) return { kind: "object", attributes: new Map([...value].map(([name, item]) => [name, typeOf(item)])) };
  switch (value.kind) {
    case "number":
      return NUMBER;
    case "null":
      return value.type;
    case "list":
      return listOf(value.element);
    case "set":
      return setOf(value.element);
    case "map":
      return mapOf(value.element);
    case "sensitive":
      return typeOf(value.value);
    case "unknown":
      return DYNAMIC;
  }
}

/** How messages call the kind of a value: `string`, `list of number`, `null`. */
export function describe(value: Value): string {
  const plain = value instanceof Sensitive ? value.value : value;
  if (isNull(plain)) return "null";
  return typeName(typeOf(plain));
}

/** The ways by which sensitive variables came into the value or a part of it; empty where there is none. */
export function sensitiveWays(value: Value): readonly SensitiveWay[] {
  const ways: SensitiveWay[] = [];
  collectWays(value, ways);
  return ways;
}

function collectWays(value: Value, ways: SensitiveWay[]): void {
  if (typeof value !== "object" || value === null) return;
  if (value instanceof Sensitive) {
    for (const way of value.ways) if (!ways.some((known) => sameWay(known, way))) ways.push(way);
    collectWays(value.value, ways);
    return;
  }
  const items = elementsOf(value) ?? entriesOf(value)?.values();
  if (items) for (const item of items) collectWays(item, ways);
}

function sameWay(a: SensitiveWay, b: SensitiveWay): boolean {
  return a.length === b.length && a.every((step, index) => step === b[index]);
}

/** Wraps a value in the mark; without ways it stays as it is, and an erroneous one needs none. */
export function mark(value: Value, ways: readonly SensitiveWay[]): Value {
  if (ways.length === 0 || value === UNKNOWN) return value;
  if (!(value instanceof Sensitive)) return new Sensitive(value, ways);
  const added = ways.filter((way) => !value.ways.some((known) => sameWay(known, way)));
  return added.length === 0 ? value : new Sensitive(value.value, [...value.ways, ...added]);
}

/** The same value without any marks, at any depth. */
export function unmark(value: Value): UnmarkedValue {
  return mapMarks(value, () => []) as UnmarkedValue;
}

/** Rewrites the ways of all marks, at any depth; a mark that is left without a way goes. */
export function mapMarks(value: Value, rewrite: (ways: readonly SensitiveWay[]) => readonly SensitiveWay[]): Value {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Sensitive) return mark(mapMarks(value.value, rewrite), rewrite(value.ways));
  const inner = (item: Value): Value => mapMarks(item, rewrite);
  if (isTuple(value)) return mapSame(value, inner);
  if (isObject(value)) return mapEntries(value, inner);
  if (value instanceof ListValue) {
    const items = mapSame(value.items, inner);
    return items === value.items ? value : new ListValue(value.element, items);
  }
  if (value instanceof MapValue) {
    const entries = mapEntries(value.entries, inner);
    return entries === value.entries ? value : new MapValue(value.element, entries);
  }
  return value;
}

function mapSame(items: readonly Value[], change: (item: Value) => Value): readonly Value[] {
  const changed = items.map(change);
  return changed.every((item, index) => item === items[index]) ? items : changed;
}

function mapEntries(entries: ReadonlyMap<string, Value>, change: (item: Value) => Value): ReadonlyMap<string, Value> {
  let same = true;
  const changed = new Map<string, Value>();
  for (const [key, item] of entries) {
    const next = change(item);
    if (next !== item) same = false;
    changed.set(key, next);
  }
  return same ? entries : changed;
}
