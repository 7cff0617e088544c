import { convert } from "./convert";
import { bind } from "./evaluation-context";
import type { Context } from "./evaluation-context";
import { duplicateForKey, notIterable, wrongKey } from "./evaluation-diagnostics";
import { valueOf } from "./evaluate";
import { conditionValue } from "./operators";
import type { Expression, ForObject, ForTuple } from "./syntax";
import { describe, elementsOf, entriesOf, isNull, isUnknown, mark, Sensitive, SetValue, sortedKeys, UNKNOWN } from "./value";
import type { SensitiveWay, Value } from "./value";

export interface Iteration {
  readonly items: readonly (readonly [key: Value, item: Value])[];
  /** Marks of the collection itself. */
  readonly ways: readonly SensitiveWay[];
}

/** Keys and items of a collection in the language's order; undefined (and the error told) where it is none. */
export function iterate(expression: Expression, context: Context): Iteration | undefined {
  const value = valueOf(expression, context);
  if (isUnknown(value)) return undefined;
  const ways = value instanceof Sensitive ? value.ways : [];
  const elements = elementsOf(value);
  if (elements) {
    const isSet = (value instanceof Sensitive ? value.value : value) instanceof SetValue;
    return { items: elements.map((item, index) => [isSet ? item : index, item] as const), ways };
  }
  const entries = entriesOf(value);
  if (entries) return { items: sortedKeys(entries).map((key) => [key, entries.get(key) as Value] as const), ways };
  context.problems.push(notIterable({ source: context.source, span: expression }, describe(value)));
  return undefined;
}

/** `[for k, v in c : result if condition]`. */
export function forTupleValue(expression: ForTuple, context: Context): Value {
  const iteration = iterate(expression.collection, context);
  if (!iteration) return UNKNOWN;
  const results: Value[] = [];
  const ways = [...iteration.ways];
  let failed = false;
  forEachKept(expression, iteration, context, ways, (inner) => {
    results.push(valueOf(expression.result, inner));
  }, () => { failed = true; });
  return failed ? UNKNOWN : mark(results, ways);
}

/** `{for k, v in c : key => value if condition}`; grouped: a tuple of values for each key. */
export function forObjectValue(expression: ForObject, context: Context): Value {
  const iteration = iterate(expression.collection, context);
  if (!iteration) return UNKNOWN;
  const groups = new Map<string, Value[]>();
  const ways = [...iteration.ways];
  let failed = false;
  forEachKept(expression, iteration, context, ways, (inner) => {
    const key = keyText(expression.resultKey, inner);
    if (key === undefined) {
      failed = true;
      return false;
    }
    if (key instanceof Sensitive) ways.push(...key.ways);
    const name = (key instanceof Sensitive ? key.value : key) as string;
    const value = valueOf(expression.resultValue, inner);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [value]);
    else if (expression.grouped) group.push(value);
    else {
      context.problems.push(duplicateForKey({ source: context.source, span: expression.resultKey }, ways.length > 0 ? undefined : name));
      failed = true;
      return false;
    }
    return true;
  }, () => { failed = true; });
  if (failed) return UNKNOWN;
  const result = new Map<string, Value>();
  for (const [name, group] of groups) result.set(name, expression.grouped ? group : (group[0] as Value));
  return mark(result, ways);
}

/** Runs `body` for each item that the `if` lets through, until one fails: the same mistake need not be told for every item. */
function forEachKept(
  expression: ForTuple | ForObject,
  iteration: Iteration,
  context: Context,
  ways: SensitiveWay[],
  body: (inner: Context) => boolean | void,
  fail: () => void,
): void {
  const before = context.problems.length;
  for (const [key, item] of iteration.items) {
    const names = new Map<string, Value>();
    if (expression.key) names.set(expression.key.name, key);
    names.set(expression.value.name, item);
    const inner = bind(context, names);
    if (expression.condition) {
      const kept = conditionValue(expression.condition, inner);
      ways.push(...kept.ways);
      if (kept.holds === undefined) return fail();
      if (!kept.holds) continue;
    }
    if (body(inner) === false) return;
    if (context.problems.length > before) return fail();
  }
}

/** The key as a string, with its mark; undefined (and the error told) where it is none. */
export function keyText(expression: Expression, context: Context): Value | undefined {
  const value = valueOf(expression, context);
  if (typeof value === "string") return value;
  if (isUnknown(value)) return undefined;
  const plain = value instanceof Sensitive ? value.value : value;
  if (!isNull(plain)) {
    try {
      return convert(value, { kind: "string" });
    } catch {
      // Told below, with what was found.
    }
  }
  context.problems.push(wrongKey({ source: context.source, span: expression }, describe(value)));
  return undefined;
}
