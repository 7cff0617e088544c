import { load } from "js-yaml";

/** JSON and cloud-init inside strings are opened, so that a person can read them and see what a change changes. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readable(item)]));
  if (typeof value !== "string") return value;
  const [, quoted] = /^\$\{base64gzip\((".*")\)\}$/s.exec(value) ?? [];
  if (quoted !== undefined) return { "base64gzip of": cloudInit(quoted) };
  if (value.includes("\n")) return value.split("\n");
  if (!/^[[{]/.test(value)) return value;
  const lists = value.replace(/:\$\{jsonencode\((.*?)\)\}/g, (_, expression: string) => `:${JSON.stringify(`jsonencode(${expression})`)}`);
  try {
    return { "JSON of": readable(JSON.parse(lists)) };
  } catch {
    return value;
  }
}

/** A string of the engine's language; expressions in it may hold quotes of their own. */
function cloudInit(quoted: string): unknown {
  try {
    return readable(load(JSON.parse(quoted) as string));
  } catch {
    return quoted.split("\\n");
  }
}
