import { convert } from "../convert";
import { contentKey, makeSet } from "../set";
import { DYNAMIC, setOf } from "../type";
import type { Type } from "../type";
import { unify } from "../unify";
import { describe, elementsOf, ListValue, SetValue, typeOf } from "../value";
import type { UnmarkedValue, Value } from "../value";
import { ArgumentError, CallError, parameter } from "./function";
import type { FunctionTable } from "./function";

const ANY_SET = setOf(DYNAMIC);

/** The sets with elements of one type. An empty one, whose type nobody knows, fits any. */
function alike(sets: readonly SetValue[]): { readonly element: Type; readonly sets: readonly SetValue[] } {
  const types = sets.filter((set) => set.items.length > 0 || set.element.kind !== "dynamic").map((set) => set.element);
  if (types.length === 0) return { element: DYNAMIC, sets };
  const element = unify(types);
  if (!element) throw new CallError("all sets must have elements of the same type");
  return { element, sets: sets.map((set) => makeSet(element, set.items.map((item) => convert(item, element))) as SetValue) };
}

function combine(args: readonly UnmarkedValue[], keep: (sets: readonly SetValue[]) => readonly Value[]): Value {
  const { element, sets } = alike(args as readonly SetValue[]);
  return makeSet(element, keep(sets));
}

function keysOf(set: SetValue): ReadonlySet<string> {
  return new Set(set.items.map(contentKey));
}

/** Products of more elements are refused: they could only fill the memory. */
const PRODUCT_LIMIT = 1_000_000;

function product(args: readonly UnmarkedValue[]): Value {
  if (args.length < 2) throw new CallError("it needs at least two collections");
  const columns = args.map((value, index) => {
    const items = elementsOf(value);
    if (!items) throw new ArgumentError(index, `it must be a list, set or tuple, not ${describe(value)}`);
    const element = value instanceof ListValue || value instanceof SetValue ? value.element : items.length === 0 ? DYNAMIC : unify(items.map(typeOf));
    if (!element) throw new ArgumentError(index, "all its elements must have the same type");
    return { element, items: items.map((item) => convert(item, element)) };
  });
  if (columns.reduce((count, { items }) => count * items.length, 1) > PRODUCT_LIMIT) throw new CallError("the result is too large");
  let rows: (readonly Value[])[] = [[]];
  for (const { items } of columns) rows = rows.flatMap((row) => items.map((item) => [...row, item]));
  const element: Type = { kind: "tuple", elements: columns.map((column) => column.element) };
  return args.every((value) => value instanceof SetValue) ? makeSet(element, rows) : new ListValue(element, rows);
}

export const set: FunctionTable = {
  setunion: {
    parameters: [parameter("first_set", ANY_SET)],
    rest: parameter("other_sets", ANY_SET),
    call: (args) => combine(args, (sets) => sets.flatMap((each) => each.items)),
  },
  setintersection: {
    parameters: [parameter("first_set", ANY_SET)],
    rest: parameter("other_sets", ANY_SET),
    call: (args) =>
      combine(args, ([first, ...others]) => {
        const known = others.map(keysOf);
        return (first as SetValue).items.filter((item) => known.every((keys) => keys.has(contentKey(item))));
      }),
  },
  setsubtract: {
    parameters: [parameter("a", ANY_SET), parameter("b", ANY_SET)],
    call: (args) =>
      combine(args, ([first, second]) => {
        const known = keysOf(second as SetValue);
        return (first as SetValue).items.filter((item) => !known.has(contentKey(item)));
      }),
  },
  setproduct: { parameters: [], rest: parameter("sets", DYNAMIC), call: product },
};
