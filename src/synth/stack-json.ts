/**
 * JSON of a stack: keys sorted, two blanks of indentation. Equal data gives equal bytes.
 *
 * @returns undefined where the data holds a token of the engine library, which has to be resolved first.
 */
export function stackJson(value: unknown, indent = ""): string | undefined {
  if (typeof value === "string") return value.includes("{TfToken[") && TOKEN.test(value) ? undefined : JSON.stringify(value);
  if (typeof value === "number") return value < SMALLEST_NUMBER ? undefined : JSON.stringify(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if ("resolve" in value && typeof value.resolve === "function") return undefined;
  const inner = `${indent}  `;
  if (Array.isArray(value)) return list("[", "]", value.map((item) => stackJson(item ?? null, inner)), indent);
  const record = value as Readonly<Record<string, unknown>>;
  const members: (string | undefined)[] = [];
  for (const key of Object.keys(record).sort()) {
    const item = record[key];
    if (item === undefined) continue;
    const [name, text] = [stackJson(key), stackJson(item, inner)];
    members.push(name === undefined || text === undefined ? undefined : `${name}: ${text}`);
  }
  return list("{", "}", members, indent);
}

/** How the library writes a reference inside a string, a list or a map's key. */
const TOKEN = /[$#&]\{TfToken\[/;

/** The library hides references to numbers in numbers below this one; nothing else is so small. */
const SMALLEST_NUMBER = -1e288;

function list(open: string, close: string, items: readonly (string | undefined)[], indent: string): string | undefined {
  if (items.includes(undefined)) return undefined;
  if (items.length === 0) return open + close;
  return `${open}\n${indent}  ${items.join(`,\n${indent}  `)}\n${indent}${close}`;
}
