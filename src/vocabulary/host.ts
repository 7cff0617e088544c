import { type Parsed, malformed, parsed } from "./parsed";

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Reads an FQDN, optionally with a port. `https://` in front, a slash or a dot at the end, upper case and `:443` are
 * accepted and normalised away, so that two ways to write a server are equal afterwards. `localhost` counts as one.
 */
export function parseHost(text: string): Parsed<string> {
  let rest = text.toLowerCase();
  if (rest.startsWith("http://")) return malformed("plain HTTP is not used: write the host alone");
  if (rest.startsWith("https://")) rest = rest.slice(8);
  else if (rest.includes("://")) return malformed("only https:// may stand in front of it");
  if (rest.endsWith("/")) rest = rest.slice(0, -1);
  if (rest === "") return malformed("it is empty");
  if (rest.includes("@")) return malformed("a user name does not belong into it");
  if (/[/?#]/.test(rest)) return malformed("a path does not belong into it");
  const colon = rest.indexOf(":");
  let port = "";
  if (colon >= 0) {
    const digits = rest.slice(colon + 1);
    const number = Number(digits);
    if (!/^[1-9]\d{0,4}$/.test(digits) || number > 65_535) return malformed("its port must be a number from 1 to 65535");
    if (number !== 443) port = `:${number}`;
    rest = rest.slice(0, colon);
  }
  if (rest.endsWith(".")) rest = rest.slice(0, -1);
  if (rest === "localhost") return parsed(rest + port);
  if (rest.length > 253) return malformed("it is longer than 253 characters");
  const labels = rest.split(".");
  if (labels.length < 2) return malformed("the whole name is expected, with its domain");
  if (!labels.every((label) => LABEL.test(label))) return malformed("its parts hold only letters, digits and -, at most 63 of them, and neither start nor end with -");
  if (/^\d+$/.test(labels[labels.length - 1] as string)) return malformed("a name is expected, not an address");
  return parsed(rest + port);
}
