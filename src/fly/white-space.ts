/**
 * White space as HCL's template rules mean it: Unicode's White_Space. It differs from
 * `String.prototype.trim` in U+0085, which is in it, and U+FEFF, which isn't.
 */
const SPACE = "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const LEADING = new RegExp(`^[${SPACE}]+`);
const ANY = new RegExp(`[${SPACE}]`);

export function isWhiteSpace(character: string): boolean {
  return ANY.test(character);
}

export function trimStart(text: string): string {
  return text.replace(LEADING, "");
}

export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isWhiteSpace(text[end - 1] as string)) end--;
  return text.slice(0, end);
}

/** How many white space characters a text begins with. */
export function indentation(text: string): number {
  return LEADING.exec(text)?.[0].length ?? 0;
}
