import type { Decimal } from "../big-float";
import { toBig, toBigInt } from "../number";
import type { FlyNumber } from "../number";

/** Flags, width and precision of a verb such as `%+08.3f`. */
export interface NumberStyle {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly space: boolean;
  readonly sharp: boolean;
  readonly zero: boolean;
  readonly width?: number;
  readonly precision?: number;
}

const BASES = { b: 2, d: 10, o: 8, x: 16, X: 16 } as const;
const PREFIXES = { b: "0b", d: "", o: "0", x: "0x", X: "0X" } as const;

/** A whole number in base 2, 8, 10 or 16. A precision is the least number of digits. */
export function formatInteger(value: FlyNumber, mode: keyof typeof BASES, style: NumberStyle): string {
  const integer = toBigInt(value);
  const negative = integer < 0n;
  let digits = (negative ? -integer : integer).toString(BASES[mode]);
  if (mode === "X") digits = digits.toUpperCase();
  if (style.precision !== undefined) digits = style.precision === 0 && integer === 0n ? "" : digits.padStart(style.precision, "0");
  const prefix = sign(negative, style) + (style.sharp ? PREFIXES[mode] : "");
  return fill(prefix, digits, style, style.precision === undefined);
}

/** A number with a fraction (`f`), an exponent (`e`), or what is shorter (`g`). */
export function formatFloat(value: FlyNumber, mode: "e" | "E" | "f" | "g" | "G", style: NumberStyle): string {
  const big = toBig(value);
  const negative = big.mantissa < 0n;
  const magnitude = negative ? big.negate() : big;
  let text: string;
  switch (mode) {
    case "f":
      text = magnitude.toFixed(style.precision ?? 6);
      break;
    case "e":
    case "E": {
      const precision = style.precision ?? 6;
      text = exponential(magnitude.roundedDecimal(precision + 1), precision, mode);
      break;
    }
    default: {
      const shortest = style.precision === undefined;
      const wanted = style.precision === 0 ? 1 : (style.precision ?? 0);
      const decimal = shortest ? magnitude.shortestDecimal() : magnitude.roundedDecimal(wanted);
      text = general(decimal, shortest ? undefined : wanted, mode);
    }
  }
  return fill(sign(negative, style), text, style, true);
}

function general(decimal: Decimal, precision: number | undefined, mode: "g" | "G"): string {
  const count = decimal.digits.length;
  let limit = precision ?? 6;
  if (precision !== undefined && limit > count && count >= decimal.point) limit = count;
  if (precision === undefined) limit = 6;
  const exponent = decimal.digits === "" ? 0 : decimal.point - 1;
  if (exponent < -4 || exponent >= limit) return exponential(decimal, Math.max(count - 1, 0), mode === "g" ? "e" : "E");
  const { digits, point } = decimal;
  if (digits === "") return "0";
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  const whole = digits.slice(0, point).padEnd(point, "0");
  return count > point ? `${whole}.${digits.slice(point)}` : whole;
}

function exponential({ digits, point }: Decimal, precision: number, mode: "e" | "E"): string {
  const exponent = digits === "" ? 0 : point - 1;
  const first = digits.charAt(0) || "0";
  const rest = precision > 0 ? `.${digits.slice(1, precision + 1).padEnd(precision, "0")}` : "";
  return `${first}${rest}${mode}${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function sign(negative: boolean, style: NumberStyle): string {
  return negative ? "-" : style.plus ? "+" : style.space ? " " : "";
}

function fill(prefix: string, digits: string, style: NumberStyle, zeros: boolean): string {
  const missing = (style.width ?? 0) - prefix.length - digits.length;
  if (missing <= 0) return prefix + digits;
  if (style.minus) return prefix + digits + " ".repeat(missing);
  return style.zero && zeros ? prefix + "0".repeat(missing) + digits : " ".repeat(missing) + prefix + digits;
}
