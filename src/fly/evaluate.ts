import { splatValue, stepValue } from "./access";
import { callValue } from "./call";
import type { Diagnostic } from "./diagnostic";
import { lookup } from "./evaluation-context";
import type { Context, Step } from "./evaluation-context";
import { ambiguousKey, duplicateKey, numberOutOfRange, tooDeep, tooLarge, toDiagnostic } from "./evaluation-diagnostics";
import type { Problem } from "./evaluation-diagnostics";
import { forObjectValue, forTupleValue, keyText } from "./for-value";
import { parseNumber } from "./number";
import { binaryValue, conditionalValue, unaryValue } from "./operators";
import type { Scope } from "./scope";
import type { SourceText } from "./source";
import type { Expression, NumberLiteral, ObjectExpression, Span } from "./syntax";
import { templateValue } from "./template-value";
import { normalize } from "./text";
import { mark, Sensitive, UNKNOWN } from "./value";
import type { SensitiveWay, Value } from "./value";

export interface Evaluation {
  /** `UNKNOWN` where it could not be found. */
  readonly value: Value;
  readonly diagnostics: readonly Diagnostic[];
}

const NO_DIAGNOSTICS: readonly Diagnostic[] = [];

/**
 * Evaluates an expression that stands in `source`. A mistake in a value that it refers to is told where that value
 * stands (by `makeScope`, or by evaluating the other attribute), not here again.
 */
export function evaluate(expression: Expression, scope: Scope, source: SourceText): Evaluation {
  const constant = constantValue(expression);
  if (constant !== undefined) return { value: constant, diagnostics: NO_DIAGNOSTICS };
  const problems: Problem[] = [];
  const value = valueAtTop(expression, { references: scope, source, problems });
  problems.push(...scope.takeProblems());
  return { value, diagnostics: problems.length === 0 ? NO_DIAGNOSTICS : problems.map(toDiagnostic) };
}

/** The value of a literal that can't go wrong and refers to nothing; of all others undefined. */
function constantValue(expression: Expression): Value | undefined {
  switch (expression.kind) {
    case "number":
      return /^\d{1,15}$/.test(expression.text) ? Number(expression.text) : undefined;
    case "boolean":
      return expression.value;
    case "template": {
      const [part] = expression.parts;
      if (part === undefined) return "";
      return part.kind === "text" && expression.parts.length === 1 ? normalize(part.value) : undefined;
    }
    default:
      return undefined;
  }
}

/** As `valueOf`, at the start of a chain of evaluations: what is too deep for the stack, or too long, becomes a problem. */
export function valueAtTop(expression: Expression, context: Context): Value {
  try {
    return valueOf(expression, context);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const place = { source: context.source, span: expression };
    context.problems.push(error.message.includes("call stack") ? tooDeep(place) : tooLarge(place));
    return UNKNOWN;
  }
}

/** The value of any expression; problems go to the context, and the value is `UNKNOWN` then. */
export function valueOf(expression: Expression, context: Context): Value {
  switch (expression.kind) {
    case "template":
      return templateValue(expression, context);
    case "number":
      return numberValue(expression, context);
    case "boolean":
      return expression.value;
    case "null":
      return null;
    case "tuple":
      return expression.items.map((item) => valueOf(item, context));
    case "object":
      return objectValue(expression, context);
    case "variable":
    case "access":
    case "index":
      return chainValue(expression, context);
    case "splat":
      return splatValue(expression, context);
    case "unary":
      return unaryValue(expression, context);
    case "binary":
      return binaryValue(expression, context);
    case "conditional":
      return conditionalValue(expression, context);
    case "call":
      return callValue(expression, context);
    case "parentheses":
      return valueOf(expression.expression, context);
    case "for-tuple":
      return forTupleValue(expression, context);
    case "for-object":
      return forObjectValue(expression, context);
    case "invalid":
      return UNKNOWN;
  }
}

function numberValue(literal: NumberLiteral, context: Context): Value {
  const number = parseNumber(literal.text);
  if (typeof number === "object" || typeof number === "number") return number;
  context.problems.push(numberOutOfRange({ source: context.source, span: literal }));
  return UNKNOWN;
}

/** `root.a[b].c`: the root's name takes as many steps as belong to it, the rest is taken from its value. */
function chainValue(expression: Expression, context: Context): Value {
  const steps: Step[] = [];
  let root: Expression = expression;
  while (root.kind === "access" || root.kind === "index") {
    steps.push(root);
    root = root.object;
  }
  steps.reverse();
  let value: Value;
  let used = 0;
  if (root.kind === "variable") {
    const bound = lookup(context.bindings, root.name);
    if (bound !== undefined) value = bound;
    else ({ value, used } = context.references.resolve(root, steps, context));
  } else {
    value = valueOf(root, context);
  }
  for (; used < steps.length; used++) value = stepValue(value, steps[used] as Step, expression, context);
  return value;
}

function objectValue(expression: ObjectExpression, context: Context): Value {
  const attributes = new Map<string, Value>();
  const places = new Map<string, Span>();
  const ways: SensitiveWay[] = [];
  let failed = false;
  for (const item of expression.items) {
    const key = objectKey(item.key, context);
    const value = valueOf(item.value, context);
    if (key === undefined) {
      failed = true;
      continue;
    }
    if (key instanceof Sensitive) ways.push(...key.ways);
    const name = (key instanceof Sensitive ? key.value : key) as string;
    const first = places.get(name);
    if (first) {
      const shown = key instanceof Sensitive ? undefined : name;
      context.problems.push(duplicateKey({ source: context.source, span: item.key }, shown, { source: context.source, span: first }));
      continue;
    }
    places.set(name, item.key);
    attributes.set(name, value);
  }
  return failed ? UNKNOWN : mark(attributes, ways);
}

/** A bare name means itself; anything else is evaluated. */
function objectKey(key: Expression, context: Context): Value | undefined {
  if (key.kind === "variable") return normalize(key.name);
  if (key.kind === "null") return "null";
  if (key.kind === "access" || key.kind === "index") {
    let root: Expression = key;
    while (root.kind === "access" || root.kind === "index") root = root.object;
    if (root.kind === "variable") {
      context.problems.push(ambiguousKey({ source: context.source, span: key }));
      return undefined;
    }
  }
  return keyText(key, context);
}
