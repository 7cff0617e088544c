import { type Parsed, malformed, parsed } from "./parsed";

/** Reads a name: 1–63 ASCII letters, digits, `-` and `_`. */
export function parseName(text: string): Parsed<string> {
  if (text === "") return malformed("it is empty");
  if (text.length > 63) return malformed("it is longer than 63 characters");
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return malformed("it may hold only letters, digits, - and _");
  return parsed(text);
}

/** What two names have in common that clouds could not tell apart: case, and `-` against `_`, don't count. */
export function nameKey(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}
