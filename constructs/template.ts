import { canonicalJson } from "./canonical-json";
import { literalJson } from "./literal";

/** An expression of the engine's language, without `${}` around it. */
export interface Expression {
  readonly expression: string;
}

/**
 * Text in which the engine puts values: plain parts, and expressions between them. A plain part stays as
 * it is, whatever it holds; only an {@link Expression} is evaluated. So nothing that a person wrote
 * becomes an expression by accident.
 */
export class Template {
  constructor(readonly parts: readonly (string | Expression)[]) {}
}

/** An expression that stands in JSON as what it is (a list, a number, an object), and not as a string. */
export interface JsonExpression {
  readonly json: string;
}

/** `expression("aws_sqs_queue.queue.arn")` */
export function expression(text: string): Expression {
  return { expression: text };
}

/** ``template`${expression("aws_sqs_queue.queue.arn")}:*` `` */
export function template(texts: TemplateStringsArray, ...values: readonly (string | number | Expression | Template)[]): Template {
  const parts: (string | Expression)[] = [];
  texts.forEach((text, index) => {
    if (index > 0) parts.push(...partsOf(values[index - 1] ?? ""));
    parts.push(text);
  });
  return new Template(parts.filter((part) => part !== ""));
}

/** The templates one after the other, with a plain text between. */
export function joinTemplates(templates: readonly (string | Template)[], separator: string): Template {
  return new Template(templates.flatMap((item, index) => [...(index > 0 ? [separator] : []), ...partsOf(item)]));
}

function partsOf(value: string | number | Expression | Template): readonly (string | Expression)[] {
  if (value instanceof Template) return value.parts;
  return [typeof value === "object" ? value : String(value)];
}

/** A value for an attribute that takes a string: the engine evaluates the expressions in it. */
export function templateText(value: string | Template): string {
  return partsOf(value).map((part) => (typeof part === "string" ? plainText(part) : `\${${part.expression}}`)).join("");
}

/** Text for an attribute that takes a string; the engine reads nothing into it. */
export function plainText(text: string): string {
  return text.replace(/[$%]\{/g, (start) => `${start[0]}${start}`);
}

/**
 * JSON for an attribute that takes JSON as a string, keys sorted. Strings in the data are plain;
 * `Template`s and `Expression`s are evaluated by the engine inside quotes, `JsonExpression`s without.
 */
export function templateJson(value: unknown): string {
  if (value instanceof Template) return `"${value.parts.map(insideQuotes).join("")}"`;
  if (isExpression(value)) return `"${insideQuotes(value)}"`;
  if (isJsonExpression(value)) return `\${jsonencode(${value.json})}`;
  if (Array.isArray(value)) return `[${value.map(templateJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return literalJson(canonicalJson(value));
  const members = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${literalJson(JSON.stringify(key))}:${templateJson(item)}`);
  return `{${members.join(",")}}`;
}

/** A list as the engine's language writes it, for an expression: `["a", aws_subnet.b.id]`. */
export function listExpression(items: readonly (string | Expression)[]): string {
  return `[${items.map((item) => (typeof item === "string" ? quoted(item) : item.expression)).join(", ")}]`;
}

/** A string as the engine's language writes it inside an expression, expressions in it evaluated. */
export function quoted(value: string | Template): string {
  return `"${partsOf(value)
    .map((part) => (typeof part === "string" ? plainText(part).replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t") : `\${${part.expression}}`))
    .join("")}"`;
}

function insideQuotes(part: string | Expression): string {
  return typeof part === "string" ? literalJson(JSON.stringify(part)).slice(1, -1) : `\${${part.expression}}`;
}

function isExpression(value: unknown): value is Expression {
  return typeof value === "object" && value !== null && "expression" in value && typeof value.expression === "string" && Object.keys(value).length === 1;
}

function isJsonExpression(value: unknown): value is JsonExpression {
  return typeof value === "object" && value !== null && "json" in value && typeof value.json === "string" && Object.keys(value).length === 1;
}
