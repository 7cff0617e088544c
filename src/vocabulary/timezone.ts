import { type Parsed, malformed, parsed } from "./parsed";

const known = new Map<string, Parsed<string>>();

/** Reads an IANA time zone, `UTC` or `Europe/Berlin`. It stays as written: what the platform calls canonical changes with its version. */
export function parseTimezone(text: string): Parsed<string> {
  let result = known.get(text);
  if (!result) {
    result = look(text);
    if (known.size < 1000) known.set(text, result);
  }
  return result;
}

function look(text: string): Parsed<string> {
  // Offsets such as +03:00 are known to newer platforms only, and to no scheduler.
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(text)) return malformed('a name such as "UTC" or "Europe/Berlin" is expected');
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return parsed(text);
  } catch {
    return malformed('no such time zone is known; "UTC" and "Europe/Berlin" are examples');
  }
}
