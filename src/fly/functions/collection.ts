import { convert } from "../convert";
import { equal } from "../equality";
import { add, compare } from "../number";
import type { FlyNumber } from "../number";
import { graphemes } from "../text";
import { BOOL, DYNAMIC, NUMBER, STRING, listOf, mapOf, sameType, typeName } from "../type";
import type { Type } from "../type";
import { unify } from "../unify";
import { compareStrings, describe, elementsOf, entriesOf, isNull, ListValue, MapValue, SetValue, sortedKeys, typeOf } from "../value";
import type { UnmarkedValue, Value } from "../value";
import { ArgumentError, CallError, parameter } from "./function";
import type { FunctionTable } from "./function";
import { wholeNumber } from "./numeric";

const ANY_LIST = listOf(DYNAMIC);
/** A list or tuple of any kind, whose parts keep their marks. */
const sequence = (name: string) => parameter(name, DYNAMIC, { keepsMarks: "inside" });

function itemsOf(value: UnmarkedValue | undefined, index: number, allowed: "list or tuple" | "list, set or tuple"): readonly Value[] {
  const items = value === undefined ? undefined : elementsOf(value);
  if (items && (allowed === "list, set or tuple" || !(value instanceof SetValue))) return items;
  throw new ArgumentError(index, `it must be a ${allowed}, not ${describe(value ?? null)}`);
}

/** A sequence of the same kind with other items of the same types. */
function like(original: UnmarkedValue | undefined, items: readonly Value[]): Value {
  return original instanceof ListValue || original instanceof SetValue ? new ListValue(original.element, items) : items;
}

function length(value: UnmarkedValue): number {
  if (typeof value === "string") return graphemes(value).length;
  const size = elementsOf(value)?.length ?? entriesOf(value)?.size;
  if (size === undefined) throw new ArgumentError(0, `it must be a string, a collection or a structure, not ${describe(value)}`);
  return size;
}

function mappingOf(value: UnmarkedValue | undefined, index: number): ReadonlyMap<string, Value> {
  const entries = value === undefined ? undefined : entriesOf(value);
  if (!entries) throw new ArgumentError(index, `it must be a map or an object, not ${describe(value ?? null)}`);
  return entries;
}

function lookup([map, key, fallback, more]: readonly UnmarkedValue[]): Value {
  if (more !== undefined) throw new CallError("it takes 2 or 3 arguments");
  const entries = mappingOf(map, 0);
  const found = entries.get(key as string);
  const converted = (value: Value): Value => {
    if (!(map instanceof MapValue)) return value;
    try {
      return convert(value, map.element);
    } catch {
      throw new ArgumentError(2, `it must have the type of the map's elements, ${typeName(map.element)}`);
    }
  };
  const fallbackValue = fallback === undefined ? undefined : converted(fallback);
  if (found !== undefined) return found;
  if (fallbackValue === undefined) throw new ArgumentError(1, `there is no element ${JSON.stringify(key)}, and no default is given`);
  return fallbackValue;
}

function merge(maps: readonly UnmarkedValue[]): Value {
  if (maps.length === 0) return new Map();
  const merged = new Map<string, Value>();
  for (const [index, map] of maps.entries()) {
    if (isNull(map)) continue;
    for (const [key, item] of mappingOf(map, index)) merged.set(key, item);
  }
  const [first] = maps.map(typeOf);
  if (first?.kind === "map" && maps.every((map) => sameType(typeOf(map), first))) return new MapValue(first.element, merged);
  return merged;
}

function concat(lists: readonly UnmarkedValue[]): Value {
  if (lists.length === 0) throw new CallError("it needs at least one list");
  const items = lists.flatMap((list, index) => itemsOf(list, index, "list or tuple"));
  if (!lists.every((list) => list instanceof ListValue)) return items;
  const common = unify(lists.map(typeOf));
  return common?.kind === "list" ? new ListValue(common.element, items.map((item) => convert(item, common.element))) : items;
}

function flatten(value: UnmarkedValue): Value[] {
  return (elementsOf(value) ?? []).flatMap((item) => (elementsOf(item) ? flatten(item as UnmarkedValue) : [item]));
}

function distinct(list: ListValue): Value {
  const kept: Value[] = [];
  const primitives = new Set<Value>();
  for (const item of list.items) {
    if (typeof item !== "object") {
      if (primitives.has(item)) continue;
      primitives.add(item);
    } else if (kept.some((other) => equal(item, other) === true)) continue;
    kept.push(item);
  }
  return new ListValue(list.element, kept);
}

function sortStrings(list: ListValue): Value {
  for (const [index, item] of list.items.entries()) if (isNull(item)) throw new ArgumentError(0, `its element ${index} is null, and null can't be sorted`);
  return new ListValue(STRING, [...(list.items as readonly string[])].sort(compareStrings));
}

function slice(list: UnmarkedValue | undefined, start: number, end: number): Value {
  const items = itemsOf(list, 0, "list or tuple");
  if (start < 0 || start > items.length) throw new ArgumentError(1, `it must be between 0 and the list's length, ${items.length}`);
  if (end < 0 || end > items.length) throw new ArgumentError(2, `it must be between 0 and the list's length, ${items.length}`);
  if (start > end) throw new ArgumentError(1, "the start must not be greater than the end");
  return like(list, items.slice(start, end));
}

function element(list: UnmarkedValue | undefined, index: number): Value {
  const items = itemsOf(list, 0, "list or tuple");
  if (items.length === 0) throw new ArgumentError(0, "it must not be empty");
  return items[((index % items.length) + items.length) % items.length] as Value;
}

/** A range of more numbers is refused, as the engines do. */
const RANGE_LIMIT = 1024;

function range(args: readonly FlyNumber[]): Value {
  if (args.length < 1 || args.length > 3) throw new CallError("it takes 1 to 3 numbers");
  const start = args.length === 1 ? 0 : (args[0] as FlyNumber);
  const limit = (args.length === 1 ? args[0] : args[1]) as FlyNumber;
  const step = args[2] ?? (compare(limit, start) < 0 ? -1 : 1);
  const direction = compare(step, 0);
  if (direction === 0) throw new ArgumentError(2, "it must not be 0");
  if (direction < 0 && compare(limit, start) > 0) throw new ArgumentError(1, "the end must be less than the start when the step is negative");
  if (direction > 0 && compare(limit, start) < 0) throw new ArgumentError(1, "the end must be greater than the start when the step is positive");
  const items: FlyNumber[] = [];
  for (let each = start; direction > 0 ? compare(each, limit) < 0 : compare(each, limit) > 0; each = add(each, step)) {
    if (items.length >= RANGE_LIMIT) throw new CallError(`it would give more than ${RANGE_LIMIT} numbers`);
    items.push(each);
  }
  return new ListValue(NUMBER, items);
}

function zipmap(keys: ListValue, values: UnmarkedValue | undefined): Value {
  const items = itemsOf(values, 1, "list or tuple");
  if (items.length !== keys.items.length) throw new CallError(`there are ${keys.items.length} keys, but ${items.length} values`);
  const entries = new Map<string, Value>();
  for (const [index, key] of keys.items.entries()) {
    if (isNull(key)) throw new ArgumentError(0, `its element ${index} is null`);
    entries.set(key as string, items[index] as Value);
  }
  return values instanceof ListValue ? new MapValue(values.element, entries) : entries;
}

function commonType(values: readonly UnmarkedValue[]): Type {
  if (values.length === 0) throw new CallError("it needs at least one argument");
  const type = unify(values.map(typeOf));
  if (!type) throw new CallError("all arguments must have the same type");
  return type;
}

function coalesce(values: readonly UnmarkedValue[]): Value {
  const type = commonType(values);
  for (const value of values) {
    if (isNull(value)) continue;
    const converted = convert(value, type);
    if (converted !== "") return converted;
  }
  throw new CallError("all its arguments are null or empty strings");
}

function coalesceList(lists: readonly UnmarkedValue[]): Value {
  if (lists.length === 0) throw new CallError("it needs at least one list");
  const found = lists.filter((list, index) => itemsOf(list, index, "list or tuple").length > 0);
  if (found[0] === undefined) throw new CallError("all its arguments are empty");
  return found[0];
}

function one(value: UnmarkedValue): Value {
  const items = itemsOf(value, 0, "list, set or tuple");
  if (items.length > 1) throw new ArgumentError(0, `it must have at most one element, not ${items.length}`);
  return items[0] ?? null;
}

function chunks(list: ListValue, size: number): Value {
  if (size < 0) throw new ArgumentError(1, "it must not be negative");
  const result: Value[] = [];
  const step = size === 0 ? list.items.length : size;
  for (let start = 0; start < list.items.length; start += step) result.push(new ListValue(list.element, list.items.slice(start, start + step)));
  return new ListValue(listOf(list.element), result);
}

function matchKeys(values: ListValue, keys: ListValue, searched: ListValue): Value {
  if (values.items.length !== keys.items.length) throw new CallError("both lists must have the same length");
  const type = unify([keys.element, searched.element]);
  if (!type) throw new CallError("the keys and those that are searched for must have the same type");
  const wanted = searched.items.map((item) => convert(item, type));
  const kept = values.items.filter((_, index) => {
    const key = convert(keys.items[index] as Value, type);
    return wanted.some((item) => equal(item, key) === true);
  });
  return new ListValue(values.element, kept);
}

function transpose(map: MapValue): Value {
  const turned = new Map<string, string[]>();
  for (const key of sortedKeys(map.entries)) {
    const list = map.entries.get(key) as ListValue;
    if (isNull(list)) throw new ArgumentError(0, `the list of ${JSON.stringify(key)} is null`);
    for (const item of list.items) {
      if (isNull(item)) throw new ArgumentError(0, "a list in it holds null");
      const known = turned.get(item as string);
      if (known) known.push(key);
      else turned.set(item as string, [key]);
    }
  }
  const entries = [...turned].sort(([a], [b]) => compareStrings(a, b)).map(([key, items]) => [key, new ListValue(STRING, [...items].sort(compareStrings))] as const);
  return new MapValue(listOf(STRING), new Map(entries));
}

const boolList = parameter("list", listOf(BOOL));

export const collection: FunctionTable = {
  length: { parameters: [sequence("value")], call: ([value]) => length(value as UnmarkedValue) },
  contains: {
    parameters: [parameter("list", DYNAMIC), parameter("value", DYNAMIC)],
    call: ([list, value]) => itemsOf(list, 0, "list, set or tuple").some((item) => equal(item, value as Value) === true),
  },
  keys: {
    parameters: [sequence("inputMap")],
    call: ([map]) => {
      const keys = sortedKeys(mappingOf(map, 0));
      return map instanceof MapValue ? new ListValue(STRING, keys) : keys;
    },
  },
  values: {
    parameters: [sequence("mapping")],
    call: ([map]) => {
      const entries = mappingOf(map, 0);
      const items = sortedKeys(entries).map((key) => entries.get(key) as Value);
      return map instanceof MapValue ? new ListValue(map.element, items) : items;
    },
  },
  lookup: { parameters: [sequence("inputMap"), parameter("key", STRING)], rest: parameter("default", DYNAMIC, { nullable: true, keepsMarks: "inside" }), call: lookup },
  merge: { parameters: [], rest: parameter("maps", DYNAMIC, { nullable: true, keepsMarks: "inside" }), call: merge },
  concat: { parameters: [], rest: sequence("seqs"), call: concat },
  flatten: {
    parameters: [parameter("list", DYNAMIC)],
    call: ([list]) => {
      itemsOf(list, 0, "list, set or tuple");
      return flatten(list as UnmarkedValue);
    },
  },
  distinct: { parameters: [parameter("list", ANY_LIST)], call: ([list]) => distinct(list as ListValue) },
  compact: { parameters: [parameter("list", listOf(STRING))], call: ([list]) => new ListValue(STRING, (list as ListValue).items.filter((item) => !isNull(item) && item !== "")) },
  sort: { parameters: [parameter("list", listOf(STRING))], call: ([list]) => sortStrings(list as ListValue) },
  reverse: { parameters: [sequence("list")], call: ([list]) => like(list, [...itemsOf(list, 0, "list, set or tuple")].reverse()) },
  slice: {
    parameters: [sequence("list"), parameter("start_index", NUMBER), parameter("end_index", NUMBER)],
    call: ([list, start, end]) => slice(list, wholeNumber(start, 1), wholeNumber(end, 2)),
  },
  element: { parameters: [sequence("list"), parameter("index", NUMBER)], call: ([list, index]) => element(list, wholeNumber(index, 1)) },
  index: {
    parameters: [parameter("list", DYNAMIC), parameter("value", DYNAMIC)],
    call: ([list, value]) => {
      const items = itemsOf(list, 0, "list or tuple");
      if (items.length === 0) throw new ArgumentError(0, "it must not be empty");
      const found = items.findIndex((item) => equal(item, value as Value) === true);
      if (found < 0) throw new ArgumentError(1, "the list has no such element");
      return found;
    },
  },
  range: { parameters: [], rest: parameter("params", NUMBER), call: (args) => range(args as readonly FlyNumber[]) },
  zipmap: { parameters: [parameter("keys", listOf(STRING)), sequence("values")], call: ([keys, values]) => zipmap(keys as ListValue, values) },
  coalesce: { parameters: [], rest: parameter("vals", DYNAMIC, { nullable: true }), call: coalesce },
  coalescelist: { parameters: [], rest: sequence("vals"), call: coalesceList },
  one: { parameters: [sequence("list")], call: ([list]) => one(list as UnmarkedValue) },
  alltrue: { parameters: [boolList], call: ([list]) => (list as ListValue).items.every((item) => item === true) },
  anytrue: { parameters: [boolList], call: ([list]) => (list as ListValue).items.includes(true) },
  chunklist: { parameters: [parameter("list", ANY_LIST), parameter("size", NUMBER)], call: ([list, size]) => chunks(list as ListValue, wholeNumber(size, 1)) },
  matchkeys: {
    parameters: [parameter("values", ANY_LIST), parameter("keys", ANY_LIST), parameter("searchset", ANY_LIST)],
    call: ([values, keys, searched]) => matchKeys(values as ListValue, keys as ListValue, searched as ListValue),
  },
  transpose: { parameters: [parameter("values", mapOf(listOf(STRING)))], call: ([map]) => transpose(map as MapValue) },
};
