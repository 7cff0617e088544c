import { type Parsed, malformed, parsed } from "./parsed";

const UNITS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

/** Reads `"90s"`, `"10m"`, `"1h30m"`, `"2d"`: whole numbers with a unit of d, h, m, s, from the largest to the smallest. Gives seconds. */
export function parseDuration(text: string): Parsed<number> {
  let total = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let index = 0;
  if (text === "") return malformed("it is empty");
  while (index < text.length) {
    let amount = 0;
    const start = index;
    for (; index < text.length; index++) {
      const digit = text.charCodeAt(index) - 48;
      if (digit < 0 || digit > 9) break;
      amount = amount * 10 + digit;
    }
    if (index === start) return malformed(`a whole number is expected ${start === 0 ? "first" : "after each unit"}`);
    const unit = text[index];
    if (unit === undefined) return malformed("its last number has no unit (d, h, m or s)");
    const seconds = UNITS[unit];
    if (seconds === undefined) return malformed(`its units are d, h, m and s, not ${JSON.stringify(/^[A-Za-z]+|^./su.exec(text.slice(index))?.[0])}`);
    if (seconds >= smallest) return malformed("its units go from the largest to the smallest, each once");
    smallest = seconds;
    total += amount * seconds;
    index++;
  }
  return total > MOST_SECONDS ? malformed("it is longer than 100 years") : parsed(total);
}

const MOST_SECONDS = 36_525 * 86_400;

/** Seconds of a duration that has been checked. Throws a RangeError for a text that is none. */
export function durationSeconds(text: string): number {
  const duration = parseDuration(text);
  if (!duration.ok) throw new RangeError(`${JSON.stringify(text)} is no duration: ${duration.message}`);
  return duration.value;
}

/** The shortest way to write a whole number of seconds: `5400` is `"1h30m"`, `0` is `"0s"`. */
export function formatDuration(seconds: number): string {
  let rest = seconds;
  let text = "";
  for (const [unit, size] of Object.entries(UNITS)) {
    const amount = Math.floor(rest / size);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * size;
  }
  return text || "0s";
}
