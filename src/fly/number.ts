import { BigFloat } from "./big-float";

/** A number as Fly knows it: a JavaScript number where it is a safe integer, else a 512-bit float. */
export type FlyNumber = number | BigFloat;

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/**
 * Reads decimal text (`12`, `-0.5`, `1e3`). Undefined where it is no number; `"inexact"` where it is an integer
 * of more than 512 bits, or has an exponent beyond all use: rounding it would change its meaning.
 */
export function parseNumber(text: string): FlyNumber | "inexact" | undefined {
  if (text.length <= 15 && /^(?:0|[1-9]\d*)$/.test(text)) return Number(text);
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  const digits = BigInt(whole + fraction);
  const power = Number(exponentText) - fraction.length;
  try {
    const result = BigFloat.fromDecimal(digits, power);
    if (fraction === "" && power >= 0 && result.truncate() !== digits * 10n ** BigInt(power) && exponentText === "0") return "inexact";
    return simplify(sign === "-" ? result.negate() : result);
  } catch (error) {
    if (error instanceof RangeError) return "inexact";
    throw error;
  }
}

/** The JavaScript number for a safe integer, else the number itself. */
export function simplify(value: BigFloat): FlyNumber {
  if (!value.isInteger || value.exponent > 53) return value;
  const integer = value.truncate();
  return integer <= SAFE && integer >= -SAFE ? Number(integer) : value;
}

export function fromBigInt(value: bigint): FlyNumber {
  return simplify(BigFloat.fromBigInt(value));
}

/** The exact value of a double, as results of `pow` and `log` are. Throws `RangeError` for what is not finite. */
export function fromDouble(value: number): FlyNumber {
  if (Number.isSafeInteger(value)) return value + 0;
  if (!Number.isFinite(value)) throw new RangeError("number out of range");
  return simplify(BigFloat.fromDouble(value));
}

export function toBig(value: FlyNumber): BigFloat {
  return typeof value === "number" ? BigFloat.fromBigInt(BigInt(value)) : value;
}

export function toDouble(value: FlyNumber): number {
  return typeof value === "number" ? value : value.toDouble();
}

export function isInteger(value: FlyNumber): boolean {
  return typeof value === "number" || value.isInteger;
}

/** The integer part, towards zero. */
export function toBigInt(value: FlyNumber): bigint {
  return typeof value === "number" ? BigInt(value) : value.truncate();
}

export function numberText(value: FlyNumber): string {
  return String(value);
}

export function add(a: FlyNumber, b: FlyNumber): FlyNumber {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return simplify(toBig(a).add(toBig(b)));
}

export function negate(value: FlyNumber): FlyNumber {
  return typeof value === "number" ? 0 - value : value.negate();
}

export function subtract(a: FlyNumber, b: FlyNumber): FlyNumber {
  return add(a, negate(b));
}

export function multiply(a: FlyNumber, b: FlyNumber): FlyNumber {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return simplify(toBig(a).multiply(toBig(b)));
}

/** The divisor must not be 0. */
export function divide(a: FlyNumber, b: FlyNumber): FlyNumber {
  if (typeof a === "number" && typeof b === "number") {
    const quotient = a / b;
    if (Number.isInteger(quotient) && a % b === 0) return quotient + 0;
  }
  return simplify(toBig(a).divide(toBig(b)));
}

/** The rest of a division that rounds towards zero; the divisor must not be 0. */
export function modulo(a: FlyNumber, b: FlyNumber): FlyNumber {
  if (typeof a === "number" && typeof b === "number") return (a % b) + 0;
  const quotient = BigFloat.fromBigInt(toBig(a).divide(toBig(b)).truncate());
  return simplify(toBig(a).add(quotient.multiply(toBig(b)).negate()));
}

export function compare(a: FlyNumber, b: FlyNumber): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return toBig(a).compare(toBig(b));
}

/** Equal as the engines see it: the same text. */
export function equalNumbers(a: FlyNumber, b: FlyNumber): boolean {
  if (typeof a === "number" || typeof b === "number") return a === b;
  return (a.mantissa === b.mantissa && a.exponent === b.exponent) || (a.precision !== b.precision && String(a) === String(b));
}
