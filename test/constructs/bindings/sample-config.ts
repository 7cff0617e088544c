import * as fc from "fast-check";
import type { AttributeSchema, AttributeType, BlockSchema, BlockTypeSchema, NestedType } from "../../../constructs/bindings/provider-schema";
import { propertyName } from "../../../tools/generate-bindings";

/** Configurations that a schema allows, as a user of our classes writes them. */
export type Config = Record<string, unknown>;

/** Which attributes and blocks a sample has beside the required ones. */
export type Choice = "minimal" | "full";

/** The smallest configuration, or the largest. */
export function sampleConfig(block: BlockSchema, choice: Choice, top: "resource" | "data" | "nested" = "nested"): Config {
  const config: Config = {};
  for (const [name, attribute] of settable(block, top)) if (choice === "full" || attribute.required) config[propertyName(name)] = sampleOf(attribute, choice);
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    if (choice === "full" || (nested.min_items ?? 0) > 0) config[propertyName(name)] = wrapped(nested, () => sampleConfig(nested.block, choice));
  }
  return config;
}

/** Any configuration: required attributes, and some of the others. */
export function anyConfig(block: BlockSchema, top: "resource" | "data" | "nested" = "nested"): fc.Arbitrary<Config> {
  const properties: Record<string, fc.Arbitrary<unknown>> = {};
  const required: string[] = [];
  for (const [name, attribute] of settable(block, top)) {
    properties[propertyName(name)] = anyOf(attribute);
    if (attribute.required) required.push(propertyName(name));
  }
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    properties[propertyName(name)] = anyWrapped(nested);
    if ((nested.min_items ?? 0) > 0) required.push(propertyName(name));
  }
  return fc.record(properties, { requiredKeys: required });
}

function settable(block: BlockSchema, top: "resource" | "data" | "nested"): [string, AttributeSchema][] {
  return Object.entries(block.attributes ?? {}).filter(([name, { required, optional }]) => (required || optional) && !(top === "resource" && name === "id"));
}

function sampleOf({ type, nested_type: nested }: AttributeSchema, choice: Choice): unknown {
  return nested ? sampleNested(nested, choice) : sampleValue(type ?? "string", choice);
}

function sampleNested({ nesting_mode: mode, attributes }: NestedType, choice: Choice): unknown {
  const one = sampleConfig({ attributes }, choice);
  return { single: one, list: [one], set: [one], map: { "a Key": one } }[mode];
}

function sampleValue(type: AttributeType, choice: Choice): unknown {
  if (typeof type === "string") return { string: "text", number: 7, bool: true, dynamic: "any" }[type];
  switch (type[0]) {
    case "map":
      return { "aUser's:Key_one": sampleValue(type[1], choice) };
    case "object":
      return Object.fromEntries(Object.entries(type[1]).flatMap(([key, of]) => (choice === "full" ? [[propertyName(key), sampleValue(of, choice)]] : [])));
    default:
      return [sampleValue(type[1], choice)];
  }
}

/** A block in the form that the classes take: one where at most one is allowed, else a list. */
function wrapped({ nesting_mode: mode, max_items: most }: BlockTypeSchema, one: () => Config): unknown {
  if (mode === "single" || mode === "group" || most === 1) return one();
  return mode === "map" ? { key: one() } : [one(), one()];
}

const anyText = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom("${var.name}", "arn:aws:iam::123456789012:role/x", "Ω"));

function anyOf({ type, nested_type: nested }: AttributeSchema): fc.Arbitrary<unknown> {
  if (!nested) return anyValue(type ?? "string");
  const one = anyConfig({ attributes: nested.attributes });
  return { single: one, list: fc.array(one, { maxLength: 2 }), set: fc.array(one, { maxLength: 2 }), map: fc.dictionary(fc.string(), one, { maxKeys: 2 }) }[nested.nesting_mode];
}

function anyValue(type: AttributeType): fc.Arbitrary<unknown> {
  if (typeof type === "string") return { string: anyText, number: fc.integer({ min: 0, max: 100000 }), bool: fc.boolean(), dynamic: anyText }[type];
  switch (type[0]) {
    case "map":
      // The library's own walk through a configuration trips over these keys, whoever's class it is.
      return fc.dictionary(fc.string({ maxLength: 8 }).filter((key) => !["__proto__", "constructor", "toString", "valueOf"].includes(key)), anyValue(type[1]), { maxKeys: 3, noNullPrototype: true });
    case "object":
      return fc.record(Object.fromEntries(Object.entries(type[1]).map(([key, of]) => [propertyName(key), anyValue(of)])), { requiredKeys: [] });
    default:
      return fc.array(anyValue(type[1]), { maxLength: 3 });
  }
}

function anyWrapped({ nesting_mode: mode, min_items: least = 0, max_items: most = 3, block }: BlockTypeSchema): fc.Arbitrary<unknown> {
  const one = anyConfig(block);
  if (mode === "single" || mode === "group" || most === 1) return one;
  return mode === "map" ? fc.dictionary(fc.string(), one, { maxKeys: 2 }) : fc.array(one, { minLength: least, maxLength: Math.min(Math.max(least, 2), most) });
}
