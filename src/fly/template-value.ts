import { primitiveText } from "./convert";
import { bind } from "./evaluation-context";
import type { Context } from "./evaluation-context";
import { notText } from "./evaluation-diagnostics";
import { valueOf } from "./evaluate";
import { iterate } from "./for-value";
import { conditionValue } from "./operators";
import type { Template, TemplateFor, TemplateIf, TemplatePart } from "./syntax";
import { normalize } from "./text";
import { describe, isUnknown, mark, Sensitive, UNKNOWN } from "./value";
import type { SensitiveWay, Value } from "./value";

/** A template with nothing but one interpolation is that value, of whatever type; any other is a string. */
export function templateValue(template: Template, context: Context): Value {
  return partsValue(template.parts, context);
}

export function partsValue(parts: readonly TemplatePart[], context: Context): Value {
  const only = parts[0];
  if (only === undefined) return "";
  if (parts.length === 1) {
    if (only.kind === "text") return normalize(only.value);
    if (only.kind === "interpolation") return valueOf(only.expression, context);
  }
  return joined(parts, context);
}

/** Texts put together; an erroneous part makes the whole unknown, and all errors of all parts are told. */
function joined(parts: readonly TemplatePart[], context: Context): Value {
  let text = "";
  let failed = false;
  const ways: SensitiveWay[] = [];
  for (const part of parts) {
    const value = partText(part, context);
    if (value instanceof Sensitive) ways.push(...value.ways);
    const plain = value instanceof Sensitive ? value.value : value;
    if (isUnknown(plain)) failed = true;
    else text += plain as string;
  }
  return failed ? UNKNOWN : mark(normalize(text), ways);
}

/** The part as a string, marked or not, or unknown. */
function partText(part: TemplatePart, context: Context): Value {
  switch (part.kind) {
    case "text":
      return part.value;
    case "interpolation": {
      const value = valueOf(part.expression, context);
      if (typeof value === "string" || isUnknown(value)) return value;
      const text = primitiveText(value);
      if (text === undefined) {
        context.problems.push(notText({ source: context.source, span: part.expression }, describe(value)));
        return UNKNOWN;
      }
      return value instanceof Sensitive ? mark(text, value.ways) : text;
    }
    case "if":
      return ifText(part, context);
    case "for":
      return forText(part, context);
  }
}

function ifText(part: TemplateIf, context: Context): Value {
  const { holds, ways } = conditionValue(part.condition, context);
  if (holds === undefined) return UNKNOWN;
  return mark(joined(holds ? part.then : (part.else ?? []), context), ways);
}

function forText(part: TemplateFor, context: Context): Value {
  const iteration = iterate(part.collection, context);
  if (!iteration) return UNKNOWN;
  let text = "";
  const ways = [...iteration.ways];
  for (const [key, item] of iteration.items) {
    const names = new Map<string, Value>();
    if (part.key) names.set(part.key.name, key);
    names.set(part.value.name, item);
    const value = joined(part.body, bind(context, names));
    if (isUnknown(value)) return UNKNOWN;
    if (value instanceof Sensitive) ways.push(...value.ways);
    text += (value instanceof Sensitive ? value.value : value) as string;
  }
  return mark(normalize(text), ways);
}
