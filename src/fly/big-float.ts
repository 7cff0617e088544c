/** Bits of precision of the engines' numbers. */
const PRECISION = 512;

/** Bits of a double: results of `pow` and `log` have no more, which shows when they are printed. */
const DOUBLE_PRECISION = 53;

/** Binary exponents beyond this are refused: such numbers would take minutes to print. */
const EXPONENT_LIMIT = 200_000;

/**
 * A binary floating-point number of 512 bits, rounded half to even: the number type of HCL's reference
 * implementation, so that `1 / 3` prints the same digits. Its value is `mantissa * 2 ** exponent`; the
 * mantissa is odd, or 0 with exponent 0, so that equal numbers have equal fields.
 */
export class BigFloat {
  readonly kind = "number";
  private constructor(
    readonly mantissa: bigint,
    readonly exponent: number,
    /** Bits that the number was rounded to; it has fewer than 512 only as the result of a function that calculates in doubles. */
    readonly precision: number,
  ) {}

  /** Rounds to the precision. Throws `RangeError` beyond all use. */
  static of(mantissa: bigint, exponent: number, precision = PRECISION): BigFloat {
    if (mantissa === 0n) return new BigFloat(0n, 0, precision);
    const negative = mantissa < 0n;
    let magnitude = negative ? -mantissa : mantissa;
    const excess = bitLength(magnitude) - precision;
    if (excess > 0) {
      const shift = BigInt(excess);
      const rest = magnitude & ((1n << shift) - 1n);
      const half = 1n << (shift - 1n);
      magnitude >>= shift;
      exponent += excess;
      if (rest > half || (rest === half && (magnitude & 1n) === 1n)) magnitude += 1n;
    }
    const zeros = trailingZeros(magnitude);
    if (zeros > 0) {
      magnitude >>= BigInt(zeros);
      exponent += zeros;
    }
    if (Math.abs(exponent) > EXPONENT_LIMIT) throw new RangeError("number out of range");
    return new BigFloat(negative ? -magnitude : magnitude, exponent, precision);
  }

  static fromBigInt(value: bigint): BigFloat {
    return BigFloat.of(value, 0);
  }

  /** The exact value of a finite double. */
  static fromDouble(value: number): BigFloat {
    if (Number.isInteger(value)) return BigFloat.of(BigInt(value), 0, DOUBLE_PRECISION);
    let exponent = 0;
    let scaled = value;
    while (!Number.isInteger(scaled)) {
      scaled *= 2;
      exponent--;
    }
    return BigFloat.of(BigInt(scaled), exponent, DOUBLE_PRECISION);
  }

  /** `digits * 10 ** power`, rounded once. */
  static fromDecimal(digits: bigint, power: number): BigFloat {
    if (digits === 0n) return BigFloat.of(0n, 0);
    if (Math.abs(power) > EXPONENT_LIMIT / 4) throw new RangeError("number out of range");
    if (power >= 0) return BigFloat.of(digits * 5n ** BigInt(power), power);
    return divide(digits, 5n ** BigInt(-power), power, PRECISION);
  }

  get isInteger(): boolean {
    return this.exponent >= 0;
  }

  /** The integer part, towards zero. */
  truncate(): bigint {
    if (this.exponent >= 0) return this.mantissa << BigInt(this.exponent);
    const shift = BigInt(-this.exponent);
    return this.mantissa < 0n ? -(-this.mantissa >> shift) : this.mantissa >> shift;
  }

  add(other: BigFloat): BigFloat {
    const exponent = Math.min(this.exponent, other.exponent);
    return BigFloat.of((this.mantissa << BigInt(this.exponent - exponent)) + (other.mantissa << BigInt(other.exponent - exponent)), exponent, Math.max(this.precision, other.precision));
  }

  negate(): BigFloat {
    return new BigFloat(-this.mantissa, this.exponent, this.precision);
  }

  multiply(other: BigFloat): BigFloat {
    return BigFloat.of(this.mantissa * other.mantissa, this.exponent + other.exponent, Math.max(this.precision, other.precision));
  }

  /** The divisor must not be 0. */
  divide(other: BigFloat): BigFloat {
    return divide(this.mantissa, other.mantissa, this.exponent - other.exponent, Math.max(this.precision, other.precision));
  }

  compare(other: BigFloat): number {
    const exponent = Math.min(this.exponent, other.exponent);
    const a = this.mantissa << BigInt(this.exponent - exponent);
    const b = other.mantissa << BigInt(other.exponent - exponent);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** The nearest double. */
  toDouble(): number {
    return Number(this.toString());
  }

  /** Exactly `digits` digits after the point, rounded half to even. */
  toFixed(digits: number): string {
    const exact = decimalOf(this.mantissa < 0n ? -this.mantissa : this.mantissa, this.exponent);
    const rounded = roundDecimal(exact, exact.point + digits);
    const padded = rounded.digits.padEnd(Math.max(rounded.point + digits, 0), "0");
    const whole = rounded.point > 0 ? padded.slice(0, rounded.point) : "0";
    const fraction = digits > 0 ? `.${("0".repeat(Math.max(-rounded.point, 0)) + padded.slice(Math.max(rounded.point, 0))).slice(0, digits).padEnd(digits, "0")}` : "";
    return `${this.mantissa < 0n ? "-" : ""}${whole}${fraction}`;
  }

  /** The shortest decimal text, without an exponent, that reads back as the same number. */
  toString(): string {
    const sign = this.mantissa < 0n ? "-" : "";
    return sign + plainText(this.shortestDecimal());
  }

  /** Significant digits of the shortest text, and where the point stands: `0.digits * 10 ** point`. */
  shortestDecimal(): Decimal {
    return shortest(this.mantissa < 0n ? -this.mantissa : this.mantissa, this.exponent, this.precision);
  }

  /** At most `count` significant digits, rounded half to even. */
  roundedDecimal(count: number): Decimal {
    return roundDecimal(decimalOf(this.mantissa < 0n ? -this.mantissa : this.mantissa, this.exponent), count);
  }
}

/** `0.digits * 10 ** point`; no trailing zeros; empty digits are zero. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

function divide(numerator: bigint, denominator: bigint, exponent: number, precision: number): BigFloat {
  const negative = numerator < 0n !== denominator < 0n;
  const top = numerator < 0n ? -numerator : numerator;
  const bottom = denominator < 0n ? -denominator : denominator;
  const shift = Math.max(0, PRECISION + 2 + bitLength(bottom) - bitLength(top));
  const shifted = top << BigInt(shift);
  const quotient = shifted / bottom;
  const inexact = quotient * bottom !== shifted;
  // One more bit below the quotient stands for the rest, so that rounding sees it.
  const withRest = (quotient << 1n) | (inexact ? 1n : 0n);
  return BigFloat.of(negative ? -withRest : withRest, exponent - shift - 1, precision);
}

function bitLength(magnitude: bigint): number {
  const hex = magnitude.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex.charAt(0), 16)));
}

function trailingZeros(magnitude: bigint): number {
  let count = 0;
  let rest = magnitude;
  while ((rest & 0xffffffffn) === 0n) {
    rest >>= 32n;
    count += 32;
  }
  const low = Number(rest & 0xffffffffn);
  return count + (31 - Math.clz32(low & -low));
}

function decimalOf(magnitude: bigint, exponent: number): Decimal {
  if (magnitude === 0n) return { digits: "", point: 0 };
  const text = (exponent >= 0 ? magnitude << BigInt(exponent) : magnitude * 5n ** BigInt(-exponent)).toString();
  return { digits: trimZeros(text), point: text.length + Math.min(exponent, 0) };
}

/** The fewest digits that lie between the neighbours' midpoints, as Go's math/big finds them. */
function shortest(magnitude: bigint, exponent: number, precision: number): Decimal {
  if (magnitude === 0n) return { digits: "", point: 0 };
  const exact = decimalOf(magnitude, exponent);
  const shift = precision + 1 - bitLength(magnitude);
  const halves = magnitude << BigInt(shift);
  const lower = decimalOf(halves - 1n, exponent - shift);
  const upper = decimalOf(halves + 1n, exponent - shift);
  const inclusive = (halves & 2n) === 0n;
  for (let i = 0; i < exact.digits.length; i++) {
    const digit = digitAt(exact, i);
    const up = digitAt(upper, i);
    const canRoundDown = digitAt(lower, i) !== digit || (inclusive && i + 1 === lower.digits.length);
    const canRoundUp = digit !== up && (inclusive || digit + 1 < up || i + 1 < upper.digits.length);
    if (canRoundDown && canRoundUp) return roundDecimal(exact, i + 1);
    if (canRoundDown) return { digits: trimZeros(exact.digits.slice(0, i + 1)), point: exact.point };
    if (canRoundUp) return roundUp(exact, i + 1);
  }
  return exact;
}

function digitAt(decimal: Decimal, index: number): number {
  return index < decimal.digits.length ? decimal.digits.charCodeAt(index) - 48 : 0;
}

function roundDecimal(decimal: Decimal, count: number): Decimal {
  if (count < 0) return { digits: "", point: 0 };
  if (count >= decimal.digits.length) return decimal;
  const next = digitAt(decimal, count);
  const halfway = next === 5 && count + 1 === decimal.digits.length;
  const up = halfway ? count > 0 && digitAt(decimal, count - 1) % 2 === 1 : next >= 5;
  if (up) return roundUp(decimal, count);
  const digits = trimZeros(decimal.digits.slice(0, count));
  return { digits, point: digits === "" ? 0 : decimal.point };
}

function roundUp(decimal: Decimal, count: number): Decimal {
  let last = count;
  while (last > 0 && digitAt(decimal, last - 1) === 9) last--;
  if (last === 0) return { digits: "1", point: decimal.point + 1 };
  return { digits: decimal.digits.slice(0, last - 1) + String(digitAt(decimal, last - 1) + 1), point: decimal.point };
}

function trimZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 48) end--;
  return digits.slice(0, end);
}

function plainText({ digits, point }: Decimal): string {
  if (digits === "") return "0";
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + "0".repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
