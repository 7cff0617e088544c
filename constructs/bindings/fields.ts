import { Token, listMapper } from "../cdktf";

/**
 * What a resource, a data source or a block has, in the compact form of the generated files: property
 * in camelCase → its kind.
 *
 * A plain attribute is a string: the type's letters, a flag, and the schema's own name where the
 * property doesn't give it back (`sha256: "s:sha_256"`).
 * - Letters: `s` string, `n` number, `b` boolean, `x` anything; before them `L` list, `S` set, `M` map
 *   (`Ms`: map of strings; `LMs`: list of those).
 * - Flags: `!` the provider fills it and nobody else, `^` write-only (it can't be read).
 *
 * What has fields of its own is `[shape, fields]`, where the shape is
 * - `1` one block; `1L`, `1S` a list or set that holds at most one block, written as one;
 *   `L`, `S`, `M` many of them;
 * - with `@` before it an attribute that holds objects, no block; with `0` after it, one whose
 *   objects must have every key, `null` where there is nothing;
 * - then a flag and a name, as above.
 */
export interface Fields {
  readonly [property: string]: string | readonly [shape: string, fields: Fields];
}

/** A {@link Fields} entry, taken apart. */
export interface Field {
  /** As in the provider's schema. */
  readonly name: string;
  /** Letters of a plain attribute's type, or the shape of what has fields (`1`, `1L`, `1S`, `L`, `S`, `M`). */
  readonly shape: string;
  /** Of what has fields. */
  readonly fields?: Fields;
  /** True for an attribute (of objects), false for a block. */
  readonly isAttribute: boolean;
  /** Every key of the objects must be given. */
  readonly needsAllKeys: boolean;
  readonly isComputed: boolean;
  readonly isWriteOnly: boolean;
}

type Row = Readonly<Record<string, unknown>>;

/** Takes a table apart, once. */
export function fieldsOf(fields: Fields): ReadonlyMap<string, Field> {
  let known = FIELDS.get(fields);
  if (!known) {
    known = new Map(Object.keys(fields).map((property) => [property, takeApart(property, fields[property] ?? "x")]));
    FIELDS.set(fields, known);
  }
  return known;
}

const FIELDS = new WeakMap<Fields, ReadonlyMap<string, Field>>();

function takeApart(property: string, entry: string | readonly [string, Fields]): Field {
  const [code, fields] = typeof entry === "string" ? [entry] : entry;
  const [head = "", name = snakeCase(property)] = code.split(":");
  return {
    name,
    shape: head.replace(/[@0!^]/g, ""),
    ...(fields && { fields }),
    isAttribute: !fields || head.startsWith("@"),
    needsAllKeys: head.includes("0"),
    isComputed: head.includes("!"),
    isWriteOnly: head.includes("^"),
  };
}

/** `rootBlockDevice` → `root_block_device`. Where it doesn't lead back to the schema's name, the table holds that name. */
export function snakeCase(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * A configuration as the engine reads it: the schema's names, nothing for what is `undefined`, and the
 * keys of a user's own maps untouched.
 *
 * @throws TypeError where a property isn't one of the fields, or only the provider may fill it.
 */
export function toArguments(where: string, fields: Fields, config: object): Record<string, unknown> {
  const known = fieldsOf(fields);
  const result: Record<string, unknown> = {};
  for (const property in config) {
    const value = (config as Row)[property];
    if (value === undefined) continue;
    const field = settable(where, known, property);
    result[field.name] = field.fields ? nested(`${where}.${property}`, field, field.fields, value) : value;
  }
  return result;
}

/**
 * The same in the form in which the engine library writes HCL. Objects that must have every key are
 * written as blocks there, as the engine allows, and then need none.
 */
export function toHclArguments(where: string, fields: Fields, config: object): Record<string, unknown> {
  const known = fieldsOf(fields);
  const result: Record<string, unknown> = {};
  for (const property in config) {
    const value = (config as Row)[property];
    if (value === undefined) continue;
    const field = settable(where, known, property);
    result[field.name] = {
      value: field.fields ? nested(`${where}.${property}`, field, field.fields, value, toHclArguments) : value,
      isBlock: !field.isAttribute || field.needsAllKeys,
      type: hclType(field),
      storageClassType: field.fields ? "struct" : storageClass(field.shape),
    };
  }
  return result;
}

function settable(where: string, known: ReadonlyMap<string, Field>, property: string): Field {
  const field = known.get(property);
  if (!field) throw new TypeError(`${where} has no "${property}".`);
  if (field.isComputed) throw new TypeError(`${where}.${property} can't be set: the provider fills it.`);
  return field;
}

function nested(where: string, field: Field, fields: Fields, value: unknown, convert = toArguments): unknown {
  // Blocks that the library's iterators make (`iterator.dynamic(…)`) have a form of their own.
  if (!isStructure(value)) return field.isAttribute ? value : (dynamicBlock(value) as unknown);
  const one = (item: unknown): unknown => {
    if (!isStructure(item)) return item;
    const given = convert(where, fields, item);
    return field.needsAllKeys && convert === toArguments ? { ...nothing(fields), ...given } : given;
  };
  if (Array.isArray(value)) return value.map(one);
  return field.shape === "M" ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, one(item)])) : one(value);
}

/** Plain data; not an expression or a token of the engine library, which may be any object with `resolve`. */
function isStructure(value: unknown): value is object {
  return typeof value === "object" && value !== null && (Array.isArray(value) ? !Token.isUnresolved(value) : typeof (value as Row)["resolve"] !== "function");
}

const dynamicBlock = listMapper((item: unknown) => item, true);

function nothing(fields: Fields): Record<string, null> {
  return Object.fromEntries([...fieldsOf(fields).values()].map(({ name }) => [name, null]));
}

function hclType({ shape, fields }: Field): string {
  if (fields) return { L: "list", S: "set", M: "map", "1L": "list", "1S": "set" }[shape] ?? "struct";
  return { L: "list", S: "set", M: "map" }[shape.slice(0, -1)] ?? "simple";
}

function storageClass(shape: string): string {
  const element = { s: "string", n: "number", b: "boolean" }[shape.slice(-1)] ?? "any";
  return shape.length === 1 ? element : `${element}${shape.startsWith("M") ? "Map" : "List"}`;
}
