import { printTemplate, quote } from "./print-template";
import type { Body, BodyItem, Expression, ForObject, ForTuple, ObjectItem, SplatStep } from "./syntax";

/**
 * Fly text for a tree: parsed again it gives an equal one. The tree must be one that a text can have (where an
 * operator binds looser than what is around it, parentheses stand in the tree). `format` makes it pretty.
 */
export function print(body: Body): string {
  return printItems(body.items, "");
}

function printItems(items: readonly BodyItem[], indent: string): string {
  return items.map((item) => printItem(item, indent)).join("");
}

function printItem(item: BodyItem, indent: string): string {
  if (item.kind === "attribute") return endLine(`${indent}${item.name.name} = ${printExpression(item.value, indent)}`);
  const header = [item.type.name, ...item.labels.map((label) => (label.quoted ? quote(label.value) : label.value))].join(" ");
  const { items } = item.body;
  return items.length === 0 ? `${indent}${header} {}\n` : `${indent}${header} {\n${printItems(items, `${indent}  `)}${indent}}\n`;
}

/** A heredoc brings the line break behind its marker along. */
function endLine(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** `indent` is that of the line in which the expression begins. */
export function printExpression(expression: Expression, indent = ""): string {
  const inner = (part: Expression) => printExpression(part, indent);
  switch (expression.kind) {
    case "number":
      return expression.text;
    case "boolean":
      return String(expression.value);
    case "null":
      return "null";
    case "template":
      return printTemplate(expression, inner);
    case "tuple":
      return `[${expression.items.map(inner).join(", ")}]`;
    case "object":
      return printObject(expression.items, indent);
    case "for-tuple":
      return `[${printFor(expression, inner)}${inner(expression.result)}${printFilter(expression, inner)}]`;
    case "for-object":
      return `{${printFor(expression, inner)}${inner(expression.resultKey)} => ${inner(expression.resultValue)}${expression.grouped ? "..." : ""}${printFilter(expression, inner)}}`;
    case "variable":
      return expression.name;
    case "access":
      return joinDot(inner(expression.object), expression.name.name);
    case "index":
      return expression.legacy ? joinDot(inner(expression.object), inner(expression.key)) : `${inner(expression.object)}[${inner(expression.key)}]`;
    case "splat":
      return printSteps(`${inner(expression.object)}${expression.full ? "[*]" : ".*"}`, expression.steps, inner);
    case "unary":
      return `${expression.operator}${inner(expression.operand)}`;
    case "binary":
      return `${inner(expression.left)} ${expression.operator} ${inner(expression.right)}`;
    case "conditional":
      return `${inner(expression.condition)} ? ${inner(expression.then)} : ${inner(expression.else)}`;
    case "call":
      return `${expression.name.name}(${expression.args.map(inner).join(", ")}${expression.expand ? "..." : ""})`;
    case "parentheses":
      return `(${inner(expression.expression)})`;
    case "invalid":
      throw new Error("a tree with a syntax error can't be printed");
  }
}

type Inner = (part: Expression) => string;

/** Each item in a line of its own: so a heredoc may be among them. */
function printObject(items: readonly ObjectItem[], indent: string): string {
  if (items.length === 0) return "{}";
  const deeper = `${indent}  `;
  const lines = items.map((item) => endLine(`${deeper}${printExpression(item.key, deeper)} ${item.separator} ${printExpression(item.value, deeper)}`));
  return `{\n${lines.join("")}${indent}}`;
}

function printFor({ key, value, collection }: ForTuple | ForObject, inner: Inner): string {
  return `for ${key ? `${key.name}, ` : ""}${value.name} in ${inner(collection)} : `;
}

function printFilter({ condition }: ForTuple | ForObject, inner: Inner): string {
  return condition ? ` if ${inner(condition)}` : "";
}

function printSteps(start: string, steps: readonly SplatStep[], inner: Inner): string {
  return steps.reduce((text, step) => {
    if (step.kind === "access") return joinDot(text, step.name.name);
    if (step.kind === "splat") return printSteps(`${text}${step.full ? "[*]" : ".*"}`, step.steps, inner);
    return step.legacy ? joinDot(text, inner(step.key)) : `${text}[${inner(step.key)}]`;
  }, start);
}

/** `object.name`, with a blank where the dot would be read as part of a number (`a.0 .1`, `a.0 .e5`). */
function joinDot(object: string, name: string): string {
  return `${object}${/(?:^|[^\p{ID_Continue}-])[0-9][0-9.eE+-]*$/u.test(object) && /^(?:[0-9]|[eE]-?[0-9])/.test(name) ? " " : ""}.${name}`;
}
