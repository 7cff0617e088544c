import { STRING } from "../type";
import type { Value } from "../value";
import { ArgumentError, parameter } from "./function";
import type { FunctionTable } from "./function";

/** A moment with the zone that it was written in. */
interface Timestamp {
  /** Nanoseconds since 1970 in UTC. */
  readonly nanoseconds: bigint;
  readonly zoneMinutes: number;
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:(Z)|([+-])(\d{2}):(\d{2}))$/;

function parseTimestamp(text: string, index: number): Timestamp {
  const match = RFC3339.exec(text);
  const fail = (): never => {
    throw new ArgumentError(index, "it must be an RFC 3339 timestamp such as 2006-01-02T15:04:05Z");
  };
  if (!match) return fail();
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const [fraction = "", , sign, zoneHour = "0", zoneMinute = "0"] = match.slice(7);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59 || Number(zoneHour) > 23 || Number(zoneMinute) > 59) return fail();
  const zoneMinutes = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === "-" ? -1 : 1);
  const seconds = BigInt(date.getTime() / 1000) + BigInt(hour * 3600 + minute * 60 + second - zoneMinutes * 60);
  return { nanoseconds: seconds * 1_000_000_000n + BigInt(fraction.padEnd(9, "0").slice(0, 9)), zoneMinutes };
}

const UNITS: Readonly<Record<string, bigint>> = { ns: 1n, us: 1000n, "µs": 1000n, "μs": 1000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n };

function parseDuration(text: string): bigint {
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  const rest = text.slice(sign.length);
  if (rest === "0") return 0n;
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
  let total = 0n;
  let end = 0;
  for (const match of rest.matchAll(part)) {
    if (match.index !== end) break;
    end += match[0].length;
    const [whole = "", fraction = ""] = (match[1] as string).split(".");
    const unit = UNITS[match[2] as string] as bigint;
    total += BigInt(whole || "0") * unit + (BigInt(fraction || "0") * unit) / 10n ** BigInt(fraction.length);
  }
  if (end === 0 || end !== rest.length) throw new ArgumentError(1, 'it must be a duration such as "1h30m" or "-10s"');
  return sign === "-" ? -total : total;
}

/** The moment's date and time of day in its own zone. */
function local({ nanoseconds, zoneMinutes }: Timestamp): Date {
  const milliseconds = nanoseconds / 1_000_000n - (nanoseconds < 0n && nanoseconds % 1_000_000n !== 0n ? 1n : 0n);
  return new Date(Number(milliseconds) + zoneMinutes * 60_000);
}

function zone(timestamp: Timestamp, separator: string): string {
  const minutes = Math.abs(timestamp.zoneMinutes);
  return `${timestamp.zoneMinutes < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`;
}

const two = (value: number): string => String(value).padStart(2, "0");

function rfc3339(timestamp: Timestamp): string {
  return format(timestamp, "YYYY-MM-DD'T'hh:mm:ssZ", 0);
}

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const VERBS: Readonly<Record<string, (date: Date, timestamp: Timestamp) => string>> = {
  YYYY: (date) => String(date.getUTCFullYear()).padStart(4, "0"),
  YY: (date) => two(date.getUTCFullYear() % 100),
  MMMM: (date) => MONTHS[date.getUTCMonth()] as string,
  MMM: (date) => (MONTHS[date.getUTCMonth()] as string).slice(0, 3),
  MM: (date) => two(date.getUTCMonth() + 1),
  M: (date) => String(date.getUTCMonth() + 1),
  DD: (date) => two(date.getUTCDate()),
  D: (date) => String(date.getUTCDate()),
  EEEE: (date) => DAYS[date.getUTCDay()] as string,
  EEE: (date) => (DAYS[date.getUTCDay()] as string).slice(0, 3),
  hh: (date) => two(date.getUTCHours()),
  h: (date) => String(date.getUTCHours()),
  HH: (date) => two(date.getUTCHours() % 12 || 12),
  H: (date) => String(date.getUTCHours() % 12 || 12),
  AA: (date) => (date.getUTCHours() < 12 ? "AM" : "PM"),
  aa: (date) => (date.getUTCHours() < 12 ? "am" : "pm"),
  mm: (date) => two(date.getUTCMinutes()),
  m: (date) => String(date.getUTCMinutes()),
  ss: (date) => two(date.getUTCSeconds()),
  s: (date) => String(date.getUTCSeconds()),
  ZZZZZ: (_, timestamp) => zone(timestamp, ":"),
  ZZZZ: (_, timestamp) => zone(timestamp, ""),
  ZZZ: (_, timestamp) => (timestamp.zoneMinutes === 0 ? "UTC" : zone(timestamp, "")),
  Z: (_, timestamp) => (timestamp.zoneMinutes === 0 ? "Z" : zone(timestamp, ":")),
};

/** Letters are verbs, `'…'` is literal with `''` for a quote in it, all else stands for itself. */
function format(timestamp: Timestamp, pattern: string, index: number): string {
  const date = local(timestamp);
  return pattern.replace(/'((?:[^']|'')*)'?|([A-Za-z])\2*/g, (part: string, literal: string | undefined, letter: string | undefined) => {
    if (part === "''") return "'";
    if (letter === undefined) {
      if (part.length < 2 || !part.endsWith("'")) throw new ArgumentError(index, "a quote in it is not closed");
      return (literal ?? "").replaceAll("''", "'");
    }
    const verb = VERBS[part];
    if (!verb) throw new ArgumentError(index, `there is no verb ${JSON.stringify(part)}; literal letters stand in single quotes`);
    return verb(date, timestamp);
  });
}

function compare(a: bigint, b: bigint): Value {
  return a < b ? -1 : a > b ? 1 : 0;
}

export const time: FunctionTable = {
  timeadd: {
    parameters: [parameter("timestamp", STRING), parameter("duration", STRING)],
    call: ([text, duration]) => {
      const timestamp = parseTimestamp(text as string, 0);
      return rfc3339({ ...timestamp, nanoseconds: timestamp.nanoseconds + parseDuration(duration as string) });
    },
  },
  timecmp: {
    parameters: [parameter("timestamp_a", STRING), parameter("timestamp_b", STRING)],
    call: ([a, b]) => compare(parseTimestamp(a as string, 0).nanoseconds, parseTimestamp(b as string, 1).nanoseconds),
  },
  formatdate: {
    parameters: [parameter("format", STRING), parameter("time", STRING)],
    call: ([pattern, text]) => format(parseTimestamp(text as string, 1), pattern as string, 0),
  },
};
