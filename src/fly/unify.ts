import { DYNAMIC, hasDynamic, listOf, mapOf, sameType, setOf } from "./type";
import type { CollectionType, ObjectType, TupleType, Type } from "./type";

/**
 * Whether values of one type can be converted to another. Safe conversions always work; the others (`safe` false)
 * may fail for some values: a string to a number, a map to an object.
 */
export function canConvert(from: Type, to: Type, safe = false): boolean {
  if (to.kind === "dynamic") return true;
  if (from.kind === "dynamic") return !safe;
  switch (to.kind) {
    case "string":
      return from.kind === "string" || from.kind === "number" || from.kind === "bool";
    case "number":
    case "bool":
      return from.kind === to.kind || (!safe && from.kind === "string");
    case "list":
    case "set":
      if (from.kind === "tuple") return elementsConvert(from.elements, to.element, safe);
      if (from.kind === "list" || from.kind === "set") return (to.kind === "list" || from.kind === "set" || !safe) && canConvert(from.element, to.element, safe);
      return false;
    case "map":
      if (from.kind === "object") return elementsConvert([...from.attributes.values()], to.element, safe);
      return from.kind === "map" && canConvert(from.element, to.element, safe);
    case "tuple":
      return from.kind === "tuple" && from.elements.length === to.elements.length && from.elements.every((element, index) => canConvert(element, to.elements[index] as Type, safe));
    case "object":
      if (from.kind === "map") return !safe && [...to.attributes.values()].every((type) => canConvert(from.element, type));
      return (
        from.kind === "object" &&
        [...to.attributes].every(([name, type]) => {
          const given = from.attributes.get(name);
          return given ? canConvert(given, type, safe) : to.optional?.has(name) === true;
        })
      );
  }
}

function elementsConvert(elements: readonly Type[], to: Type, safe: boolean): boolean {
  if (to.kind === "dynamic") return elements.length === 0 || unify(elements) !== undefined;
  return elements.every((element) => canConvert(element, to, safe));
}

/** The type that values of all the given types can be converted to, as conditionals and `tolist` find it; undefined where there is none. */
export function unify(types: readonly Type[]): Type | undefined {
  const [first] = types;
  if (!first) return undefined;
  if (types.every((type) => sameType(type, first))) return first;
  const kinds = new Set(types.map((type) => type.kind));
  const dynamic = kinds.delete("dynamic");
  const only = (...allowed: readonly Type["kind"][]): boolean => [...kinds].every((kind) => allowed.includes(kind));
  if (kinds.has("map") && only("map", "object")) {
    if (only("map") && dynamic) return DYNAMIC;
    const element = unify(types.flatMap(partTypes));
    if (element) return mapOf(element);
    if (only("map")) return undefined;
  } else if (kinds.has("list") && only("list", "tuple")) {
    if (only("list") && dynamic) return DYNAMIC;
    const element = unify(types.flatMap(partTypes));
    if (element) return listOf(element);
    if (only("list")) return undefined;
  } else if (kinds.has("set") && only("set")) {
    if (dynamic) return DYNAMIC;
    const element = unify(types.flatMap(partTypes));
    return element && setOf(element);
  } else if (kinds.has("object") && only("object")) {
    return dynamic ? DYNAMIC : unifyObjects(types as readonly ObjectType[]);
  } else if (kinds.has("tuple") && only("tuple")) {
    return dynamic ? DYNAMIC : unifyTuples(types as readonly TupleType[]);
  } else if (kinds.has("object") && kinds.has("tuple")) {
    return undefined;
  }
  return byPreference(types).find((wanted) => types.every((type) => canConvert(type, wanted)));
}

function partTypes(type: Type): readonly Type[] {
  switch (type.kind) {
    case "list":
    case "set":
    case "map":
      return [type.element];
    case "tuple":
      return type.elements;
    case "object":
      return [...type.attributes.values()];
    default:
      return [];
  }
}

function unifyObjects(types: readonly ObjectType[]): Type | undefined {
  const names = [...(types[0] as ObjectType).attributes.keys()];
  const sameNames = types.every((type) => type.attributes.size === names.length && names.every((name) => type.attributes.has(name)));
  if (!sameNames) {
    const element = unify(types.flatMap(partTypes));
    return element && mapOf(element);
  }
  const attributes = new Map<string, Type>();
  for (const name of names) {
    const type = unify(types.map((object) => object.attributes.get(name) as Type));
    if (!type) return undefined;
    attributes.set(name, type);
  }
  return { kind: "object", attributes };
}

function unifyTuples(types: readonly TupleType[]): Type | undefined {
  const length = (types[0] as TupleType).elements.length;
  if (types.some((type) => type.elements.length !== length)) {
    const element = unify(types.flatMap(partTypes));
    return element && listOf(element);
  }
  const elements: Type[] = [];
  for (let index = 0; index < length; index++) {
    const type = unify(types.map((tuple) => tuple.elements[index] as Type));
    if (!type) return undefined;
    elements.push(type);
  }
  return { kind: "tuple", elements };
}

/** What the others should rather become comes first: string before other primitives, collections before what a literal is, dynamic last. */
function byPreference(types: readonly Type[]): Type[] {
  const rank = (type: Type): number => {
    switch (type.kind) {
      case "string":
        return 0;
      case "list":
      case "map":
        return hasDynamic(type as CollectionType) ? 3 : 1;
      case "set":
        return 2;
      case "dynamic":
        return 5;
      default:
        return 4;
    }
  };
  return [...types].sort((a, b) => rank(a) - rank(b));
}
