import { add, compare, fromBigInt, fromDouble, isInteger, negate, toBigInt, toDouble } from "../number";
import type { FlyNumber } from "../number";
import { convert } from "../convert";
import { DYNAMIC, NUMBER } from "../type";
import { describe, elementsOf, isNull } from "../value";
import type { UnmarkedValue, Value } from "../value";
import { ArgumentError, CallError, parameter } from "./function";
import type { FunctionTable } from "./function";

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function numeric1(name: string, call: (value: FlyNumber) => Value): FunctionTable[string] {
  return { parameters: [parameter(name, NUMBER)], call: ([value]) => call(value as FlyNumber) };
}

/** The nearest integer below or above. */
function rounded(value: FlyNumber, up: boolean): FlyNumber {
  if (typeof value === "number" || value.isInteger) return value;
  const whole = fromBigInt(value.truncate());
  const negative = compare(value, 0) < 0;
  if (up === negative) return whole;
  return add(whole, up ? 1 : -1);
}

function extreme(args: readonly UnmarkedValue[], sign: 1 | -1): Value {
  const numbers = args as readonly FlyNumber[];
  if (numbers.length === 0) throw new CallError("it needs at least one number");
  return numbers.reduce((best, each) => (compare(each, best) * sign > 0 ? each : best));
}

function real(call: () => number): Value {
  const result = call();
  if (Number.isNaN(result)) throw new CallError("the result is not a number");
  if (!Number.isFinite(result)) throw new CallError("the result is infinite");
  return fromDouble(result);
}

/** A whole number as a JavaScript number, for counts and positions. */
export function wholeNumber(value: UnmarkedValue | undefined, index: number): number {
  const number = value as FlyNumber;
  if (!isInteger(number) || typeof number !== "number") throw new ArgumentError(index, "it must be a whole number");
  return number;
}

function parseInteger(text: string, base: number): Value {
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  const digits = text.slice(sign.length);
  let result = 0n;
  const big = BigInt(base);
  for (const character of digits) {
    const digit = DIGITS.indexOf(base <= 36 ? character.toLowerCase() : character);
    if (digit < 0 || digit >= base) throw new ArgumentError(0, `it must be an integer in base ${base}`);
    result = result * big + BigInt(digit);
  }
  if (digits === "") throw new ArgumentError(0, `it must be an integer in base ${base}`);
  const number = fromBigInt(sign === "-" ? -result : result);
  if (toBigInt(number) !== (sign === "-" ? -result : result)) throw new ArgumentError(0, "it has more than 512 bits, so it could not be kept exactly");
  return number;
}

/** The sum of the numbers in a list, tuple or set. */
function sum(value: UnmarkedValue): Value {
  const items = elementsOf(value);
  if (!items) throw new ArgumentError(0, `it must be a list, set or tuple, not ${describe(value)}`);
  if (items.length === 0) throw new ArgumentError(0, "it must not be empty");
  let total: FlyNumber = 0;
  for (const item of items) {
    if (isNull(item)) throw new ArgumentError(0, "it must be a list of numbers without null");
    total = add(total, convert(item, NUMBER) as FlyNumber);
  }
  return total;
}

export const numeric: FunctionTable = {
  abs: numeric1("num", (value) => (compare(value, 0) < 0 ? negate(value) : value)),
  ceil: numeric1("num", (value) => rounded(value, true)),
  floor: numeric1("num", (value) => rounded(value, false)),
  signum: {
    parameters: [parameter("num", NUMBER)],
    call: ([value]) => {
      if (!isInteger(value as FlyNumber)) throw new ArgumentError(0, "it must be a whole number");
      return Math.sign(compare(value as FlyNumber, 0));
    },
  },
  max: { parameters: [], rest: parameter("numbers", NUMBER), call: (args) => extreme(args, 1) },
  min: { parameters: [], rest: parameter("numbers", NUMBER), call: (args) => extreme(args, -1) },
  log: {
    parameters: [parameter("num", NUMBER), parameter("base", NUMBER)],
    call: ([value, base]) => real(() => Math.log(toDouble(value as FlyNumber)) / Math.log(toDouble(base as FlyNumber))),
  },
  pow: {
    parameters: [parameter("num", NUMBER), parameter("power", NUMBER)],
    call: ([value, power]) => real(() => toDouble(value as FlyNumber) ** toDouble(power as FlyNumber)),
  },
  parseint: {
    parameters: [parameter("number", DYNAMIC), parameter("base", NUMBER)],
    call: ([text, baseValue]) => {
      if (typeof text !== "string") throw new ArgumentError(0, `it must be a string, not ${describe(text ?? null)}`);
      const base = wholeNumber(baseValue, 1);
      if (base < 2 || base > 62) throw new ArgumentError(1, "it must be between 2 and 62");
      return parseInteger(text, base);
    },
  },
  sum: { parameters: [parameter("list", DYNAMIC)], call: ([value]) => sum(value as UnmarkedValue) },
};
