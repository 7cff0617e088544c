import { BigFloat } from "./big-float";
import { convert, ConversionError } from "./convert";
import type { Context } from "./evaluation-context";
import { noAttribute, noAttributes, splatOfNull, wrongIndex } from "./evaluation-diagnostics";
import { valueOf } from "./evaluate";
import { nearest } from "../vocabulary/nearest";
import { isInteger, toBigInt } from "./number";
import type { FlyNumber } from "./number";
import type { Expression, Identifier, Span, Splat, SplatStep } from "./syntax";
import { DYNAMIC, NUMBER, STRING, listOf } from "./type";
import type { Type } from "./type";
import { describe, elementsOf, entriesOf, isNull, isTuple, isUnknown, ListValue, mark, Sensitive, SetValue, typeOf, UNKNOWN } from "./value";
import type { SensitiveWay, UnmarkedValue, Value } from "./value";

/** `.name`, `[key]` or a splat on a value; `span` is the whole expression. */
export function stepValue(value: Value, step: SplatStep, span: Span, context: Context): Value {
  switch (step.kind) {
    case "access":
      return attributeValue(value, step.name, context);
    case "index":
      return indexValue(value, step.key, context);
    case "splat":
      return splatOf(value, step.steps, span, context);
  }
}

function attributeValue(value: Value, name: Identifier, context: Context, hidden = false): Value {
  if (isUnknown(value)) return UNKNOWN;
  if (value instanceof Sensitive) return mark(attributeValue(value.value, name, context, true), value.ways);
  const place = { source: context.source, span: name };
  const entries = entriesOf(value);
  if (entries) {
    const item = entries.get(name.name);
    if (item !== undefined) return item;
    context.problems.push(noAttribute(place, name.name, describe(value), hidden ? undefined : nearest(name.name, entries.keys())));
    return UNKNOWN;
  }
  const hint = elementsOf(value) ? `Write [*].${name.name} to take it of every element, or [0].${name.name} of one.` : undefined;
  context.problems.push(noAttributes(place, name.name, describe(value), hint));
  return UNKNOWN;
}

function indexValue(value: Value, keyExpression: Expression, context: Context): Value {
  const key = valueOf(keyExpression, context);
  if (isUnknown(value) || isUnknown(key)) return UNKNOWN;
  const ways: SensitiveWay[] = [];
  if (key instanceof Sensitive) ways.push(...key.ways);
  if (value instanceof Sensitive) ways.push(...value.ways);
  const found = elementAt(value instanceof Sensitive ? value.value : value, key instanceof Sensitive ? key.value : key, ways.length > 0);
  if (typeof found === "string") {
    context.problems.push(wrongIndex({ source: context.source, span: keyExpression }, found));
    return UNKNOWN;
  }
  return mark(found.item, ways);
}

/** The element, or what is wrong. Keys of marked values are not named. */
export function elementAt(collection: UnmarkedValue, key: UnmarkedValue, hidden = false): { readonly item: Value } | string {
  if (isNull(collection)) return "null has no elements";
  if (isNull(key)) return "the index is null";
  const elements = isTuple(collection) || collection instanceof ListValue ? elementsOf(collection) : undefined;
  if (elements) {
    const index = convertKey(key, NUMBER);
    if (typeof index !== "number" && !(index instanceof BigFloat)) return `${describe(collection)} is indexed by a number, not by ${describe(key)}`;
    if (!isInteger(index)) return "the index must be a whole number";
    const position = toBigInt(index as FlyNumber);
    if (position < 0n) return "the index is negative; elements count from 0";
    const item = elements[Number(position)];
    if (item !== undefined) return { item };
    const size = elements.length === 0 ? "the collection is empty" : `the collection has ${elements.length} element${elements.length === 1 ? "" : "s"}, counted from 0`;
    return hidden ? size : `there is no element ${position}: ${size}`;
  }
  const entries = entriesOf(collection);
  if (entries) {
    const name = convertKey(key, STRING);
    if (typeof name !== "string") return `${describe(collection)} is indexed by a string, not by ${describe(key)}`;
    const item = entries.get(name);
    if (item !== undefined) return { item };
    if (hidden) return "there is no such element";
    const suggestion = nearest(name, entries.keys());
    return `there is no element ${JSON.stringify(name)}${suggestion === undefined ? "" : `; did you mean ${JSON.stringify(suggestion)}?`}`;
  }
  if (collection instanceof SetValue) return "a set has no order and so no index; tolist makes a list of it";
  return `a ${describe(collection)} has no elements`;
}

function convertKey(key: UnmarkedValue, type: typeof NUMBER): Value | undefined {
  try {
    return convert(key, type);
  } catch (error) {
    if (error instanceof ConversionError) return undefined;
    throw error;
  }
}

/** `c[*].a`, `c.*.a`. */
export function splatValue(expression: Splat, context: Context): Value {
  const before = context.problems.length;
  const value = splatOf(valueOf(expression.object, context), expression.steps, expression.object, context);
  return context.problems.length > before ? UNKNOWN : value;
}

/** The steps on every element; a single value counts as a list of one, null as an empty one. */
function splatOf(source: Value, steps: readonly SplatStep[], span: Span, context: Context): Value {
  if (isUnknown(source)) return UNKNOWN;
  const ways = source instanceof Sensitive ? source.ways : [];
  const plain = source instanceof Sensitive ? source.value : source;
  if (isNull(plain)) {
    const { kind } = typeOf(plain);
    if (kind !== "list" && kind !== "set" && kind !== "tuple") return mark([], ways);
    context.problems.push(splatOfNull({ source: context.source, span }));
    return UNKNOWN;
  }
  const before = context.problems.length;
  const results: Value[] = [];
  for (const item of elementsOf(plain) ?? [plain]) {
    let result = item;
    for (const step of steps) result = stepValue(result, step, span, context);
    // The same mistake need not be told for every element.
    if (context.problems.length > before) return UNKNOWN;
    results.push(result);
  }
  if (!(plain instanceof ListValue || plain instanceof SetValue)) return mark(results, ways);
  const element = results[0] === undefined ? stepType(plain.element, steps) : typeOf(results[0]);
  return mark(new ListValue(element, results), ways);
}

/** The element type that steps lead to, for a list without elements. */
function stepType(type: Type, steps: readonly SplatStep[]): Type {
  let current = type;
  for (const step of steps) {
    if (step.kind === "splat") return listOf(stepType(current, step.steps));
    if (current.kind === "object" && step.kind === "access") current = current.attributes.get(step.name.name) ?? DYNAMIC;
    else if (current.kind === "list" || current.kind === "map") current = current.element;
    else return DYNAMIC;
  }
  return current;
}
