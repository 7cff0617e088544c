import type { Body, Expression } from "./syntax";

/** Whether two trees say the same in the same words: equal in everything but where it stands. */
export function equalSyntax(a: Body | Expression, b: Body | Expression): boolean {
  return equal(a, b);
}

function equal(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]));
  }
  const left = members(a);
  const right = members(b);
  return left.length === right.length && left.every(([name, value]) => equal(value, (b as Record<string, unknown>)[name]));
}

function members(node: object): [string, unknown][] {
  return Object.entries(node).filter(([name, value]) => name !== "start" && name !== "end" && value !== undefined);
}
