import type { Context } from "./evaluation-context";
import { wrongTypeConstraint } from "./evaluation-diagnostics";
import { convert, ConversionError } from "./convert";
import { valueOf } from "./evaluate";
import { nearest } from "../vocabulary/nearest";
import type { Expression, FunctionCall, ObjectExpression } from "./syntax";
import { BOOL, DYNAMIC, NUMBER, STRING, listOf, mapOf, setOf } from "./type";
import type { Type } from "./type";
import { isNull, TypedNull, UNKNOWN } from "./value";
import type { Value } from "./value";

const PRIMITIVES: ReadonlyMap<string, Type> = new Map<string, Type>([
  ["string", STRING],
  ["number", NUMBER],
  ["bool", BOOL],
  ["any", DYNAMIC],
]);
const CONSTRUCTORS = ["list", "set", "map", "tuple", "object", "optional"];

/** Reads the `type` of a variable; undefined (and the error told) where it is no type. Defaults in it must be constants. */
export function typeConstraint(expression: Expression, context: Context): Type | undefined {
  const fail = (at: Expression, summary: string, suggestion?: string): undefined => {
    context.problems.push(wrongTypeConstraint({ source: context.source, span: at }, summary, suggestion));
    return undefined;
  };
  switch (expression.kind) {
    case "parentheses":
      return typeConstraint(expression.expression, context);
    case "variable": {
      const primitive = PRIMITIVES.get(expression.name);
      if (primitive) return primitive;
      if (CONSTRUCTORS.includes(expression.name)) return fail(expression, `${expression.name} needs what it is made of`);
      return fail(expression, `there is no type "${expression.name}"`, nearest(expression.name, [...PRIMITIVES.keys(), ...CONSTRUCTORS]));
    }
    case "call":
      return constructed(expression, context, fail);
    default:
      return fail(expression, expression.kind === "template" ? "a type is written without quotes" : "this is no type");
  }
}

function constructed(call: FunctionCall, context: Context, fail: (at: Expression, summary: string, suggestion?: string) => undefined): Type | undefined {
  const name = call.name.name;
  const [argument] = call.args;
  if (name === "optional") return fail(call, "optional is only for attributes of an object type");
  if (PRIMITIVES.has(name)) return fail(call, `the type ${name} takes nothing in parentheses`);
  if (!CONSTRUCTORS.includes(name)) return fail(call, `there is no type "${name}"`, nearest(name, CONSTRUCTORS));
  if (!argument || call.args.length !== 1 || call.expand) return fail(call, `${name}(…) takes one thing`);
  switch (name) {
    case "object":
      return argument.kind === "object" ? objectConstraint(argument, context, fail) : fail(argument, "object(…) takes { NAME = TYPE, … }");
    case "tuple": {
      if (argument.kind !== "tuple") return fail(argument, "tuple(…) takes [TYPE, …]");
      const elements = argument.items.map((item) => typeConstraint(item, context));
      return elements.includes(undefined) ? undefined : { kind: "tuple", elements: elements as Type[] };
    }
    default: {
      const element = typeConstraint(argument, context);
      return element && (name === "list" ? listOf(element) : name === "set" ? setOf(element) : mapOf(element));
    }
  }
}

function objectConstraint(expression: ObjectExpression, context: Context, fail: (at: Expression, summary: string) => undefined): Type | undefined {
  const attributes = new Map<string, Type>();
  const optional = new Map<string, Value>();
  let complete = true;
  for (const { key, value } of expression.items) {
    const name = key.kind === "variable" ? key.name : key.kind === "template" && key.parts.length === 1 && key.parts[0]?.kind === "text" ? key.parts[0].value : undefined;
    if (name === undefined) {
      fail(key, "an attribute of an object type needs a plain name");
      complete = false;
      continue;
    }
    if (attributes.has(name)) fail(key, `the attribute "${name}" is given twice`);
    const isOptional = value.kind === "call" && value.name.name === "optional";
    if (isOptional && (value.args.length < 1 || value.args.length > 2 || value.expand)) {
      fail(value, "optional(…) takes a type, and a default if there is one");
      complete = false;
      continue;
    }
    const type = typeConstraint(isOptional ? (value.args[0] as Expression) : value, context);
    if (!type) {
      complete = false;
      continue;
    }
    attributes.set(name, type);
    if (isOptional) optional.set(name, optionalDefault(value.args[1], type, context));
  }
  return complete ? { kind: "object", attributes, optional } : undefined;
}

function optionalDefault(expression: Expression | undefined, type: Type, context: Context): Value {
  if (!expression) return new TypedNull(type);
  const value = valueOf(expression, context);
  if (isNull(value)) return new TypedNull(type);
  try {
    return convert(value, type);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    context.problems.push(wrongTypeConstraint({ source: context.source, span: expression }, `the default does not fit its type: ${error.describe()}`));
    return UNKNOWN;
  }
}
