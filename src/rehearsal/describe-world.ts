import { loadSchema } from "../../constructs/bindings/schemas";
import type { Block } from "./schema";
import { isList, isRecord, toJson, type Value, type ValueRecord } from "./values";
import type { World, WorldObject } from "./world";

/** An object of the rehearsed clouds, as people and files see it: without what is secret or empty. */
export interface RehearsedObject {
  readonly type: string;
  readonly id: string;
  /** Its name or its tag `Name`, where it has one; else its id. */
  readonly name: string;
  /** Those that have a value. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Stands for a value that the schema calls sensitive. */
export const HIDDEN = "(sensitive)";

/** Every object, sorted by type and name. */
export function describeWorld(world: World): readonly RehearsedObject[] {
  const described = world.objects().map(describeObject);
  return described.sort((a, b) => compare(a.type, b.type) || compare(a.name, b.name) || compare(a.id, b.id));
}

function describeObject({ type, id, attributes }: WorldObject): RehearsedObject {
  const schema = loadSchema(type.startsWith("aws_") ? "aws" : "yandex").resource_schemas[type];
  const shown = schema ? withoutSecrets(schema.block, attributes) : attributes;
  return { type, id, name: nameOf(attributes) ?? id, attributes: toJson(shown) as Readonly<Record<string, unknown>> };
}

function withoutSecrets({ attributes = {}, block_types = {} }: Block, values: ValueRecord): ValueRecord {
  const out: Record<string, Value> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === null || (isList(value) && value.length === 0) || (isRecord(value) && Object.keys(value).length === 0) || value === "") continue;
    const nested = attributes[name]?.nested_type;
    const block = block_types[name]?.block ?? (nested && { attributes: nested.attributes });
    if (attributes[name]?.sensitive) out[name] = HIDDEN;
    else out[name] = block ? eachObject(value, (element) => withoutSecrets(block, element)) : value;
  }
  return out;
}

function eachObject(value: Value, change: (element: ValueRecord) => Value): Value {
  if (isList(value)) return value.map((element) => eachObject(element, change));
  return isRecord(value) ? change(value) : value;
}

/** Attributes that hold what an object is called. */
const NAMES = ["name", "bucket", "function_name", "family", "alarm_name", "dashboard_name"] as const;

function nameOf(attributes: ValueRecord): string | undefined {
  const tags = isRecord(attributes["tags"]) ? attributes["tags"] : {};
  return [...NAMES.map((name) => attributes[name]), tags["Name"]].find((value): value is string => typeof value === "string" && value !== "");
}

const collator = new Intl.Collator("en", { numeric: true });
const compare = (a: string, b: string): number => collator.compare(a, b);
