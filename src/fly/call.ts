import { convert, ConversionError } from "./convert";
import type { Context } from "./evaluation-context";
import { argumentCount, callFailed, expansion, impureFunction, invalidArgument, referenceNotAllowed, unknownFunction, wrongArgument } from "./evaluation-diagnostics";
import type { Problem } from "./evaluation-diagnostics";
import { valueOf } from "./evaluate";
import { findFunction, functionNames, IMPURE_FUNCTIONS } from "./functions";
import { ArgumentError, CallError, signature } from "./functions/function";
import type { FlyFunction, Parameter } from "./functions/function";
import type { Expression, FunctionCall } from "./syntax";
import { normalize } from "./text";
import { typeName } from "./type";
import { nearest } from "../vocabulary/nearest";
import { describe, elementsOf, holdsUnknown, isNull, isUnknown, mark, Sensitive, sensitiveWays, UNKNOWN, unmark } from "./value";
import type { SensitiveWay, UnmarkedValue, Value } from "./value";

interface Argument {
  readonly value: Value;
  readonly expression: Expression;
}

export function callValue(expression: FunctionCall, context: Context): Value {
  const name = expression.name.name.replace(/^core::/, "");
  if (context.references.constantsOnly !== undefined) {
    context.problems.push(referenceNotAllowed({ source: context.source, span: expression }, context.references.constantsOnly));
    return UNKNOWN;
  }
  if (name === "try") return tryValue(expression, context);
  if (name === "can") return canValue(expression, context);
  const called = findFunction(name);
  if (!called) {
    const place = { source: context.source, span: expression.name };
    context.problems.push(IMPURE_FUNCTIONS.includes(name) ? impureFunction(place, name) : unknownFunction(place, expression.name.name, nearest(name, functionNames())));
    return UNKNOWN;
  }
  const ways: SensitiveWay[] = [];
  const args = argumentsOf(expression, context, ways);
  if (!args) return UNKNOWN;
  const count = countProblem(name, called, args.length, expression, context);
  if (count) {
    context.problems.push(count);
    return UNKNOWN;
  }
  if (args.some(({ value }) => holdsUnknown(value))) return UNKNOWN;
  const prepared = args.map((argument, index) => prepare(argument, parameterAt(called, index), name, ways, context));
  if (prepared.includes(undefined)) return UNKNOWN;
  return result(called, name, prepared as UnmarkedValue[], args, ways, expression, context);
}

function result(called: FlyFunction, name: string, prepared: readonly UnmarkedValue[], args: readonly Argument[], ways: readonly SensitiveWay[], expression: FunctionCall, context: Context): Value {
  const whole = { source: context.source, span: expression };
  try {
    const value = called.call(prepared, { context, span: expression });
    return mark(typeof value === "string" ? normalize(value) : value, ways);
  } catch (error) {
    if (error instanceof ArgumentError) {
      const argument = args[error.index];
      const place = argument ? { source: context.source, span: argument.expression } : whole;
      // A message may quote a part of a text; never one of a sensitive text.
      context.problems.push(invalidArgument(place, name, parameterAt(called, error.index).name, ways.length > 0 ? "the value does not work here; it is sensitive, so it is not shown" : error.message));
    } else if (error instanceof CallError || error instanceof ConversionError) {
      context.problems.push(callFailed(whole, name, ways.length > 0 ? "it is called with a sensitive value, so the reason is not shown" : error.message));
    } else if (error instanceof RangeError) {
      context.problems.push(callFailed(whole, name, "the result is too large"));
    } else throw error;
    return UNKNOWN;
  }
}

function parameterAt(called: FlyFunction, index: number): Parameter {
  return (called.parameters[index] ?? called.rest) as Parameter;
}

/** Evaluates all arguments, the expanded last one too; undefined (and the error told) where that can't be expanded. */
function argumentsOf(expression: FunctionCall, context: Context, ways: SensitiveWay[]): Argument[] | undefined {
  const args = expression.args.map((each) => ({ value: valueOf(each, context), expression: each }));
  const last = args.at(-1);
  if (!expression.expand || !last) return args;
  if (isUnknown(last.value)) return undefined;
  const elements = elementsOf(last.value);
  if (!elements) {
    context.problems.push(expansion({ source: context.source, span: last.expression }, describe(last.value)));
    return undefined;
  }
  if (last.value instanceof Sensitive) ways.push(...last.value.ways);
  return [...args.slice(0, -1), ...elements.map((value) => ({ value, expression: last.expression }))];
}

function countProblem(name: string, called: FlyFunction, found: number, expression: FunctionCall, context: Context): Problem | undefined {
  const least = called.parameters.length;
  if (found === least || (called.rest && found > least)) return undefined;
  const unexpected = found > least ? expression.args[least] : undefined;
  const place = { source: context.source, span: unexpected ?? expression };
  return argumentCount(place, name, signature(name, called), `${called.rest ? "at least " : ""}${least} argument${least === 1 ? "" : "s"}`, found);
}

/** The argument as the function wants it; undefined where it is refused. */
function prepare({ value, expression }: Argument, wanted: Parameter, name: string, ways: SensitiveWay[], context: Context): Value | undefined {
  const place = { source: context.source, span: expression };
  const plain = value instanceof Sensitive ? value.value : value;
  if (isNull(plain) && !wanted.nullable) {
    context.problems.push(wrongArgument(place, name, wanted.name, typeName(wanted.type), "null"));
    return undefined;
  }
  let converted = value;
  if (wanted.type.kind !== "dynamic") {
    try {
      converted = convert(value, wanted.type);
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
      const found = describe(value);
      const readable = wanted.type.kind === "number" || wanted.type.kind === "bool";
      const part = error.path.length > 0 ? ` (${error.describe()})` : found === "string" && readable ? ` (${error.message})` : "";
      context.problems.push(wrongArgument(place, name, wanted.name, typeName(wanted.type), found + part));
      return undefined;
    }
  }
  if (wanted.keepsMarks === "all" || typeof converted !== "object") return converted;
  if (wanted.keepsMarks === "inside") {
    if (!(converted instanceof Sensitive)) return converted;
    ways.push(...converted.ways);
    return converted.value;
  }
  const marks = sensitiveWays(converted);
  if (marks.length === 0) return converted;
  ways.push(...marks);
  return unmark(converted);
}

/** The first argument that can be evaluated. */
function tryValue(expression: FunctionCall, context: Context): Value {
  const failures: Problem[] = [];
  for (const argument of expression.args) {
    const problems: Problem[] = [];
    const value = valueOf(argument, { ...context, problems });
    // What is unknown without a problem here has its error told elsewhere.
    if (problems.length === 0) return value;
    failures.push(problems[0] as Problem);
  }
  const place = { source: context.source, span: expression };
  if (failures.length === 0) context.problems.push(argumentCount(place, "try", "try(expressions...)", "at least 1 argument", 0));
  else {
    const related = failures.map(({ summary, place: at }) => ({ message: summary, place: at }));
    context.problems.push(callFailed(place, "try", "none of its expressions can be evaluated", related));
  }
  return UNKNOWN;
}

/** Whether the argument can be evaluated. */
function canValue(expression: FunctionCall, context: Context): Value {
  const [argument] = expression.args;
  if (!argument || expression.args.length !== 1) {
    context.problems.push(argumentCount({ source: context.source, span: expression }, "can", "can(expression)", "1 argument", expression.args.length));
    return UNKNOWN;
  }
  const problems: Problem[] = [];
  const value = valueOf(argument, { ...context, problems });
  if (problems.length > 0) return false;
  return isUnknown(value) ? UNKNOWN : mark(true, sensitiveWays(value));
}
