import type { Attribute, Block, NestedBlock } from "./schema";
import { isList, isRecord, type Type, UNKNOWN, type Value, type ValueRecord } from "./values";

/**
 * Decides one value: the attribute's name, where it stands (names of blocks and attributes from the top),
 * and whether a configuration might have set it.
 */
export type Decide = (name: string, type: "string" | "number" | "bool", path: readonly string[], optional: boolean) => Value;

/** The planned object with a value in place of each unknown one; everything else stays as it was planned. */
export function fillUnknown(block: Block, planned: Value, decide: Decide, path: readonly string[] = []): Value {
  if (!isRecord(planned)) return planned;
  const { attributes = {}, block_types = {} } = block;
  const out: Record<string, Value> = {};
  for (const [name, attribute] of Object.entries(attributes)) out[name] = fillAttribute(name, attribute, planned[name] ?? null, decide, path);
  for (const [name, { block: inner, nesting_mode }] of Object.entries(block_types)) {
    const value = planned[name] ?? null;
    // A block that a dynamic one makes is known by now, unless it was planned from something computed.
    out[name] = value === UNKNOWN ? (nesting_mode === "list" || nesting_mode === "set" ? [] : null) : eachElement(value, nesting_mode, (element) => fillUnknown(inner, element, decide, [...path, name]));
  }
  return out;
}

function fillAttribute(name: string, attribute: Attribute, planned: Value, decide: Decide, path: readonly string[]): Value {
  const { type, nested_type: nested, optional } = attribute;
  if (nested) {
    const inner = { attributes: nested.attributes };
    if (planned !== UNKNOWN) return eachElement(planned, nested.nesting_mode, (element) => fillUnknown(inner, element, decide, [...path, name]));
    const one = fillUnknown(inner, unknownOf(inner), decide, [...path, name]);
    return nested.nesting_mode === "single" ? one : nested.nesting_mode === "map" ? {} : optional ? [] : [one];
  }
  return fillValue(name, type ?? "dynamic", planned, decide, path, optional !== true);
}

/** `some`: a list that only the cloud fills has an element, so that what refers to its first one finds it. */
function fillValue(name: string, type: Type, planned: Value, decide: Decide, path: readonly string[], some: boolean): Value {
  if (planned !== UNKNOWN) {
    const [kind, inner] = typeof type === "string" ? [type, undefined] : [type[0], type[1]];
    if (isList(planned) && (kind === "list" || kind === "set")) return planned.map((element) => fillValue(name, inner as Type, element, decide, path, some));
    if (isList(planned) && kind === "tuple") return planned.map((element, index) => fillValue(name, (inner as readonly Type[])[index] as Type, element, decide, path, some));
    if (isRecord(planned) && kind === "map") return mapRecord(planned, (member) => fillValue(name, inner as Type, member, decide, path, some));
    if (isRecord(planned) && kind === "object") return mapRecord(planned, (member, key) => fillValue(key, (inner as Readonly<Record<string, Type>>)[key] as Type, member, decide, [...path, name], some));
    return planned;
  }
  if (type === "dynamic") return [Buffer.from('"string"'), decide(name, "string", path, !some)];
  if (typeof type === "string") return decide(name, type, path, !some);
  const [kind, inner] = type;
  switch (kind) {
    case "map":
      return {};
    case "list":
    case "set":
      return some ? [fillValue(name, inner, UNKNOWN, decide, path, some)] : [];
    case "object":
      return Object.fromEntries(Object.entries(inner).map(([key, member]) => [key, fillValue(key, member, UNKNOWN, decide, [...path, name], some)]));
    case "tuple":
      return inner.map((member) => fillValue(name, member, UNKNOWN, decide, path, some));
  }
}

function eachElement(value: Value, nesting: NestedBlock["nesting_mode"], fill: (element: Value) => Value): Value {
  if (isList(value)) return value.map(fill);
  return nesting === "map" && isRecord(value) ? mapRecord(value, fill) : fill(value);
}

function mapRecord(record: ValueRecord, change: (member: Value, key: string) => Value): ValueRecord {
  return Object.fromEntries(Object.entries(record).map(([key, member]) => [key, change(member, key)]));
}

function unknownOf({ attributes = {} }: Block): ValueRecord {
  return Object.fromEntries(Object.keys(attributes).map((name) => [name, UNKNOWN]));
}
