import { BigFloat } from "./big-float";
import { convert, ConversionError } from "./convert";
import { equal } from "./equality";
import type { Context } from "./evaluation-context";
import { divisionByZero, inconsistentBranches, numberOutOfRange, wrongCondition, wrongOperand } from "./evaluation-diagnostics";
import type { Problem } from "./evaluation-diagnostics";
import { valueOf } from "./evaluate";
import * as number from "./number";
import type { FlyNumber } from "./number";
import type { BinaryExpression, BinaryOperator, Conditional, Expression, UnaryExpression } from "./syntax";
import { BOOL, DYNAMIC, NUMBER, STRING } from "./type";
import type { Type } from "./type";
import { unify } from "./unify";
import { describe, isNull, isUnknown, mark, Sensitive, sensitiveWays, typeOf, UNKNOWN } from "./value";
import type { SensitiveWay, UnmarkedValue, Value } from "./value";

export function unaryValue(expression: UnaryExpression, context: Context): Value {
  const wanted = expression.operator === "!" ? BOOL : NUMBER;
  const operand = operandValue(expression.operand, expression.operator, wanted, context);
  if (!operand) return UNKNOWN;
  return mark(expression.operator === "!" ? operand.value !== true : number.negate(operand.value as FlyNumber), operand.ways);
}

export function binaryValue(expression: BinaryExpression, context: Context): Value {
  const { operator } = expression;
  if (operator === "==" || operator === "!=") {
    const left = valueOf(expression.left, context);
    const right = valueOf(expression.right, context);
    const same = equal(left, right);
    if (typeof same !== "boolean") return UNKNOWN;
    return mark(same === (operator === "=="), [...sensitiveWays(left), ...sensitiveWays(right)]);
  }
  if (operator === "&&" || operator === "||") return logicalValue(expression, operator, context);
  const left = operandValue(expression.left, operator, NUMBER, context);
  const right = operandValue(expression.right, operator, NUMBER, context);
  if (!left || !right) return UNKNOWN;
  const ways = left.ways.length + right.ways.length === 0 ? left.ways : [...left.ways, ...right.ways];
  return mark(calculate(operator, left.value as FlyNumber, right.value as FlyNumber, expression, context), ways);
}

function calculate(operator: Exclude<BinaryOperator, "==" | "!=" | "&&" | "||">, a: FlyNumber, b: FlyNumber, expression: BinaryExpression, context: Context): Value {
  try {
    switch (operator) {
      case "+":
        return number.add(a, b);
      case "-":
        return number.subtract(a, b);
      case "*":
        return number.multiply(a, b);
      case "/":
      case "%":
        if (number.compare(b, 0) === 0) {
          context.problems.push(divisionByZero({ source: context.source, span: expression.right }));
          return UNKNOWN;
        }
        return operator === "/" ? number.divide(a, b) : number.modulo(a, b);
      case "<":
        return number.compare(a, b) < 0;
      case "<=":
        return number.compare(a, b) <= 0;
      case ">":
        return number.compare(a, b) > 0;
      case ">=":
        return number.compare(a, b) >= 0;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    context.problems.push(numberOutOfRange({ source: context.source, span: expression }));
    return UNKNOWN;
  }
}

/** `false` decides an `&&`, `true` an `||`, on whichever side it stands: errors of the other side do not matter then. */
function logicalValue(expression: BinaryExpression, operator: "&&" | "||", context: Context): Value {
  const decided = operator === "||";
  const problems: Problem[] = [];
  const left = operandValue(expression.left, operator, BOOL, { ...context, problems });
  if (left?.value === decided) {
    context.problems.push(...problems);
    return mark(decided, left.ways);
  }
  const own: Problem[] = [];
  const right = operandValue(expression.right, operator, BOOL, { ...context, problems: own });
  if (right?.value === decided) {
    context.problems.push(...own);
    return mark(decided, left ? [...left.ways, ...right.ways] : right.ways);
  }
  context.problems.push(...problems, ...own);
  if (!left || !right) return UNKNOWN;
  return mark(right.value as boolean, [...left.ways, ...right.ways]);
}

function operandValue(
  expression: Expression,
  operator: string,
  wanted: typeof NUMBER,
  context: Context,
): { readonly value: UnmarkedValue; readonly ways: readonly SensitiveWay[] } | undefined {
  const value = valueOf(expression, context);
  const plain = value instanceof Sensitive ? value.value : value;
  const ways = value instanceof Sensitive ? value.ways : NO_WAYS;
  if (isUnknown(plain)) return undefined;
  const fits = wanted === BOOL ? typeof plain === "boolean" : typeof plain === "number" || plain instanceof BigFloat;
  if (fits) return { value: plain, ways };
  if (!isNull(plain)) {
    try {
      return { value: convert(plain, wanted) as UnmarkedValue, ways };
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
    }
  }
  const found = typeof plain === "string" ? `a string that is no ${wanted.kind}` : describe(plain);
  context.problems.push(wrongOperand({ source: context.source, span: expression }, operator, wanted === BOOL ? "a bool" : "a number", found));
  return undefined;
}

const NO_WAYS: readonly SensitiveWay[] = [];

/** Whether a condition holds; undefined (and the error told) where it is no bool. */
export function conditionValue(expression: Expression, context: Context): { readonly holds: boolean | undefined; readonly ways: readonly SensitiveWay[] } {
  const value = valueOf(expression, context);
  if (typeof value === "boolean") return { holds: value, ways: NO_WAYS };
  const plain = value instanceof Sensitive ? value.value : value;
  const ways = value instanceof Sensitive ? value.ways : NO_WAYS;
  if (isUnknown(plain)) return { holds: undefined, ways };
  if (!isNull(plain)) {
    try {
      return { holds: convert(plain, BOOL) as boolean, ways };
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
    }
  }
  context.problems.push(wrongCondition({ source: context.source, span: expression }, typeof plain === "string" ? "a string that is no bool" : describe(plain)));
  return { holds: undefined, ways };
}

/**
 * `c ? a : b`. Both results are brought to one type, so the other branch is evaluated too; its errors do not
 * matter, and then nothing is known of its type.
 */
export function conditionalValue(expression: Conditional, context: Context): Value {
  const { holds, ways } = conditionValue(expression.condition, context);
  if (holds === undefined) {
    // Which branch is meant is not known: mistakes in either are told when the condition is mended.
    return UNKNOWN;
  }
  const live = holds ? expression.then : expression.else;
  const dead = holds ? expression.else : expression.then;
  const value = valueOf(live, context);
  if (isUnknown(value)) return UNKNOWN;
  const other = valueOf(dead, { ...context, problems: [] });
  if (other !== null && !sameShape(value, other)) {
    const otherType = isUnknown(other) ? typeOfFailed(dead) : typeOf(other);
    const type = value === null ? otherType : unify([typeOf(value), otherType]);
    if (!type) {
      const [then, otherwise] = holds ? [value, other] : [other, value];
      context.problems.push(inconsistentBranches({ source: context.source, span: expression }, describe(then), describe(otherwise)));
      return UNKNOWN;
    }
    if (type !== DYNAMIC) {
      try {
        return mark(convert(value, type), ways);
      } catch (error) {
        if (!(error instanceof ConversionError)) throw error;
        context.problems.push(inconsistentBranches({ source: context.source, span: live }, describe(value), describe(other)));
        return UNKNOWN;
      }
    }
  }
  return mark(value, ways);
}

/** The type that an expression would have had that can't be evaluated, as far as its form tells. */
function typeOfFailed(expression: Expression): Type {
  switch (expression.kind) {
    case "parentheses":
      return typeOfFailed(expression.expression);
    case "template":
      return expression.parts.length === 1 && expression.parts[0]?.kind === "interpolation" ? typeOfFailed(expression.parts[0].expression) : STRING;
    case "unary":
      return expression.operator === "!" ? BOOL : NUMBER;
    case "binary":
      return "+-*/%".includes(expression.operator) ? NUMBER : BOOL;
    default:
      return DYNAMIC;
  }
}

/** Whether both are primitives of one type: the common case needs no types. */
function sameShape(a: Value, b: Value): boolean {
  return typeof a !== "object" && typeof a === typeof b;
}
