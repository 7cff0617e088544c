import { BigFloat } from "./big-float";
import { numberText, parseNumber } from "./number";
import { makeSet } from "./set";
import { BOOL, DYNAMIC, NUMBER, STRING, hasDynamic, sameType, typeName } from "./type";
import type { CollectionType, ObjectType, Type } from "./type";
import { canConvert, unify } from "./unify";
import { elementsOf, entriesOf, isNull, isObject, isTuple, isUnknown, ListValue, MapValue, mark, Sensitive, SetValue, sortedKeys, TypedNull, typeOf } from "./value";
import type { UnmarkedValue, Value } from "./value";

/** A value can't become what is wanted. `path` leads to the part at fault; the message never holds a value. */
export class ConversionError extends Error {
  constructor(
    message: string,
    readonly path: readonly (string | number)[] = [],
  ) {
    super(message);
    this.name = "ConversionError";
  }

  /** `element 2 of "tags": string required`. */
  describe(): string {
    if (this.path.length === 0) return this.message;
    return `${this.path.map((step) => (typeof step === "number" ? `element ${step}` : `attribute "${step}"`)).join(", ")}: ${this.message}`;
  }
}

/** The value as one of the wanted type, converted as the engines do. Throws `ConversionError`. */
export function convert(value: Value, want: Type): Value {
  switch (typeof value) {
    case "string":
      if (want === STRING || want === DYNAMIC) return value;
      break;
    case "number":
      if (want === NUMBER || want === DYNAMIC) return value;
      break;
    case "boolean":
      if (want === BOOL || want === DYNAMIC) return value;
      break;
    default:
  }
  if (want.kind === "dynamic" || isUnknown(value)) return value;
  if (value instanceof Sensitive) return mark(convert(value.value, want), value.ways);
  if (isNull(value)) {
    if (value !== null && !canConvert(value.type, want)) throw wrongType(want);
    return new TypedNull(want);
  }
  switch (want.kind) {
    case "string":
      return toText(value);
    case "number":
      return toNumber(value);
    case "bool":
      return toBool(value);
    case "list":
    case "set":
      return toSequence(value, want);
    case "map":
      return toMap(value, want);
    case "tuple": {
      if (!isTuple(value)) throw wrongType(want);
      if (value.length !== want.elements.length) throw new ConversionError(`${want.elements.length} elements are required, not ${value.length}`);
      return value.map((item, index) => convertPart(item, want.elements[index] as Type, index));
    }
    case "object":
      return toObject(value, want);
  }
}

function wrongType(want: Type): ConversionError {
  return new ConversionError(`${typeName(want)} required`);
}

function convertPart(value: Value, want: Type, step: string | number): Value {
  try {
    return convert(value, want);
  } catch (error) {
    if (error instanceof ConversionError) throw new ConversionError(error.message, [step, ...error.path]);
    throw error;
  }
}

function toText(value: UnmarkedValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number" || value instanceof BigFloat) return numberText(value);
  throw wrongType(STRING);
}

function toNumber(value: UnmarkedValue): Value {
  if (typeof value === "number" || value instanceof BigFloat) return value;
  if (typeof value !== "string") throw wrongType(NUMBER);
  const number = parseNumber(value);
  if (number === undefined) throw new ConversionError("a number is required");
  if (number === "inexact") throw new ConversionError("the number is too large to be kept exactly");
  return number;
}

function toBool(value: UnmarkedValue): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "1") return true;
  if (value === "false" || value === "0") return false;
  if (typeof value !== "string") throw wrongType(BOOL);
  const lower = value.toLowerCase();
  throw new ConversionError(lower === "true" || lower === "false" ? `a bool is required; to convert from string, use lowercase "${lower}"` : "a bool is required");
}

function toSequence(value: UnmarkedValue, want: CollectionType): Value {
  const items = elementsOf(value);
  // Even one without elements has a type that may not fit.
  if (!items || ((value instanceof ListValue || value instanceof SetValue) && !canConvert(value.element, want.element))) throw wrongType(want);
  const element = elementType(value, want);
  const same = value instanceof ListValue && sameType(value.element, element);
  const converted = same ? items : items.map((item, index) => convertPart(item, element, index));
  if (want.kind === "set") return makeSet(element, converted);
  return same ? value : new ListValue(element, converted);
}

function toMap(value: UnmarkedValue, want: CollectionType): Value {
  const entries = entriesOf(value);
  if (!entries || (value instanceof MapValue && !canConvert(value.element, want.element))) throw wrongType(want);
  const element = elementType(value, want);
  if (value instanceof MapValue && sameType(value.element, element)) return value;
  return new MapValue(element, new Map(sortedKeys(entries).map((key) => [key, convertPart(entries.get(key) as Value, element, key)])));
}

/** The wanted element type; where that is open, the one that fits all elements. */
function elementType(value: UnmarkedValue, want: CollectionType): Type {
  if (!hasDynamic(want.element)) return want.element;
  const types = value instanceof ListValue || value instanceof SetValue || value instanceof MapValue ? [value.element] : partTypesOf(value);
  if (want.element.kind !== "dynamic") {
    // A constraint such as list(list(any)): the parts decide what any is, each converted on its own first.
    const parts = elementsOf(value) ?? [...(entriesOf(value)?.values() ?? [])];
    const converted = parts.map((part, index) => typeOf(convertPart(part, want.element, index)));
    return converted.length === 0 ? want.element : (unify(converted) ?? fail(want));
  }
  if (types.length === 0) return DYNAMIC;
  const common = unify(types) ?? fail(want);
  // Nulls fit anything, but do not make different types alike.
  return common.kind === "dynamic" && types.some((type) => type.kind !== "dynamic") ? fail(want) : common;
}

function fail(want: CollectionType): never {
  throw new ConversionError(`all ${want.kind} elements must have the same type`);
}

function partTypesOf(value: UnmarkedValue): readonly Type[] {
  const parts = elementsOf(value) ?? [...(entriesOf(value)?.values() ?? [])];
  return parts.map(typeOf);
}

function toObject(value: UnmarkedValue, want: ObjectType): Value {
  const entries = entriesOf(value);
  if (!entries || (!isObject(value) && !(value instanceof MapValue))) throw wrongType(want);
  const attributes = new Map<string, Value>();
  for (const [name, type] of want.attributes) {
    const given = entries.get(name);
    const fallback = want.optional?.get(name);
    // An explicit null takes the default too, as the engines have it.
    if (fallback !== undefined && (given === undefined || isNull(given))) attributes.set(name, convertPart(fallback, type, name));
    else if (given !== undefined) attributes.set(name, convertPart(given, type, name));
    else throw new ConversionError(`attribute "${name}" is required`);
  }
  return attributes;
}

/** The text of a primitive value; undefined for others. Marks are ignored. */
export function primitiveText(value: Value): string | undefined {
  const plain = value instanceof Sensitive ? value.value : value;
  if (isUnknown(plain) || isNull(plain)) return undefined;
  return typeof plain === "object" && !(plain instanceof BigFloat) ? undefined : toText(plain);
}
