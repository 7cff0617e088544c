import { type Parsed, malformed, parsed } from "./parsed";

export type SizeUnit = "MB" | "GB";

/** Powers of two; MB and GB of an attribute are MiB and GiB, as the clouds count them. */
const EXPONENTS: Readonly<Record<string, number>> = { KiB: 10, MiB: 20, GiB: 30, TiB: 40, MB: 20, GB: 30 };

/** Reads `"512MiB"`, `"4GiB"`, `"1.5TiB"` as a whole number of `unit`. */
export function parseSize(text: string, unit: SizeUnit): Parsed<number> {
  const match = /^(\d{1,15})(?:\.(\d{1,15}))?(KiB|MiB|GiB|TiB)$/.exec(text);
  if (!match) return malformed(explain(text));
  const [, whole = "", fraction = "", suffix = ""] = match;
  const bytes = BigInt(whole + fraction) * 2n ** BigInt(EXPONENTS[suffix] as number);
  const divisor = 10n ** BigInt(fraction.length) * 2n ** BigInt(EXPONENTS[unit] as number);
  if (bytes % divisor !== 0n) return malformed(`it is not a whole number of ${unit}`);
  const value = Number(bytes / divisor);
  return Number.isSafeInteger(value) ? parsed(value) : malformed("it is too large");
}

function explain(text: string): string {
  const decimal = /^(\d*)(\.\d+)?\s*([kmgt])i?b?$/i.exec(text);
  if (decimal) return `its units are KiB, MiB, GiB and TiB: write "${decimal[1] || "0"}${decimal[2] ?? ""}${(decimal[3] as string).toUpperCase()}iB"`;
  return "a number and a unit (KiB, MiB, GiB, TiB) are expected";
}
