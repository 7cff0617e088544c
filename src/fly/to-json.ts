import type { SourceText } from "./source";
import type { Body, Expression, ObjectItem } from "./syntax";

/**
 * A parsed file as a JSON document. It is written as text and not as a JavaScript object, because a number
 * is written with all its digits (JSON sets no limit; `12345678901234567890` stays what it is), and because the
 * names stay in the order of the source, `"10"` before `"9"` too.
 *
 * A constant is its JSON value: numbers, strings without `${}` and `%{}`, booleans, null, and lists and objects. In
 * these every part that is no constant is `{"$expr": SOURCE}` on its own, as is any other expression.
 */
export function documentToJson(source: SourceText, body: Body): string {
  return layOut({ file: source.file, body: bodyToJson(source.text, body) });
}

/** The syntax tree as JSON: nodes as in syntax.ts with `range` in place of `start` and `end`. */
export function treeToJson(source: SourceText, body: Body): string {
  return layOut({ file: source.file, body: nodeToJson(source, body) as Json });
}

/** JSON to be written; `Raw` is text that is JSON already, `Members` are those of an object whose order or names an object can't hold. */
type Json = string | boolean | null | number | Raw | Members | readonly Json[] | { readonly [name: string]: Json };

class Raw {
  constructor(readonly text: string) {}
}

class Members {
  constructor(readonly entries: readonly (readonly [string, Json])[]) {}
}

function bodyToJson(text: string, body: Body): Json {
  const attributes: [string, Json][] = [];
  const blocks: Json[] = [];
  for (const item of body.items) {
    if (item.kind === "attribute") attributes.push([item.name.name, valueToJson(text, item.value)]);
    else blocks.push({ type: item.type.name, labels: item.labels.map((label) => label.value), body: bodyToJson(text, item.body) });
  }
  return { attributes: new Members(attributes), blocks };
}

function valueToJson(text: string, value: Expression): Json {
  return constantToJson(text, value) ?? { $expr: text.slice(value.start, value.end) };
}

function constantToJson(text: string, value: Expression): Json | undefined {
  switch (value.kind) {
    case "number":
      return new Raw(jsonNumber(value.text));
    case "boolean":
      return value.value;
    case "null":
      return new Raw("null");
    case "template":
      return plainText(value);
    case "unary":
      return value.operator === "-" && value.operand.kind === "number" ? new Raw(`-${jsonNumber(value.operand.text)}`) : undefined;
    case "parentheses":
      return constantToJson(text, value.expression);
    case "tuple":
      return value.items.map((item) => valueToJson(text, item));
    case "object":
      return objectToJson(text, value.items);
    default:
      return undefined;
  }
}

/** An object whose keys are all known and differ. One with the key `$expr` would look like an expression, so it is given as one. */
function objectToJson(text: string, items: readonly ObjectItem[]): Json | undefined {
  const entries = new Map<string, Json>();
  for (const item of items) {
    const key = constantKey(item.key);
    if (key === undefined || key === "$expr" || entries.has(key)) return undefined;
    entries.set(key, valueToJson(text, item.value));
  }
  return new Members([...entries]);
}

function constantKey(key: Expression): string | undefined {
  if (key.kind === "variable") return key.name;
  if (key.kind === "template") return plainText(key);
  if (key.kind === "number" && /^(?:0|[1-9][0-9]{0,14})$/.test(key.text)) return key.text;
  return undefined;
}

function plainText(template: Extract<Expression, { kind: "template" }>): string | undefined {
  const [first] = template.parts;
  if (!first) return "";
  return template.parts.length === 1 && first.kind === "text" ? first.value : undefined;
}

/** JSON allows neither leading zeros nor a point without digits behind it. */
function jsonNumber(written: string): string {
  return written.replace(/^0+(?=[0-9])/, "").replace(/\.(?![0-9])/, "");
}

function nodeToJson(source: SourceText, node: unknown): Json | undefined {
  if (Array.isArray(node)) return node.map((item) => nodeToJson(source, item) as Json);
  if (typeof node !== "object" || node === null) return node as Json | undefined;
  const { kind, start, end, ...rest } = node as { kind?: string; start?: number; end?: number };
  const entries: [string, Json][] = kind === undefined ? [] : [["kind", kind]];
  if (start !== undefined && end !== undefined) {
    const range = source.range({ start, end });
    entries.push(["range", { start: { ...range.start }, end: { ...range.end } }]);
  }
  for (const [name, value] of Object.entries(rest)) {
    const json = nodeToJson(source, value);
    if (json !== undefined) entries.push([name, json]);
  }
  return new Members(entries);
}

function layOut(document: Json): string {
  const pieces: string[] = [];
  write(document, "\n");
  pieces.push("\n");
  return pieces.join("");

  function write(value: Json, newline: string): void {
    if (value instanceof Raw) {
      pieces.push(value.text);
    } else if (Array.isArray(value)) {
      writeList("[", "]", value as readonly Json[], newline, (item, inner) => write(item, inner));
    } else if (typeof value === "object" && value !== null) {
      const entries = value instanceof Members ? value.entries : Object.entries(value as { readonly [name: string]: Json });
      writeList("{", "}", entries, newline, ([name, member], inner) => {
        pieces.push(JSON.stringify(name), ": ");
        write(member, inner);
      });
    } else {
      pieces.push(JSON.stringify(value));
    }
  }

  function writeList<T>(open: string, close: string, items: readonly T[], newline: string, writeItem: (item: T, newline: string) => void): void {
    pieces.push(open);
    const inner = `${newline}  `;
    items.forEach((item, index) => {
      pieces.push(index === 0 ? inner : `,${inner}`);
      writeItem(item, inner);
    });
    if (items.length > 0) pieces.push(newline);
    pieces.push(close);
  }
}
