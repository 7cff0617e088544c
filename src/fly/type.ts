import type { Value } from "./value";

/**
 * Types of values, as HCL has them. `dynamic` is the type of `null` and of what could not be evaluated,
 * and stands for `any` in type constraints.
 */
export type Type = PrimitiveType | CollectionType | ObjectType | TupleType;

export interface PrimitiveType {
  readonly kind: "dynamic" | "string" | "number" | "bool";
}

export interface CollectionType {
  readonly kind: "list" | "set" | "map";
  readonly element: Type;
}

export interface ObjectType {
  readonly kind: "object";
  readonly attributes: ReadonlyMap<string, Type>;
  /** Attributes that a value may lack (only in type constraints), with what they are then: the constraint's default, or null. */
  readonly optional?: ReadonlyMap<string, Value>;
}

export interface TupleType {
  readonly kind: "tuple";
  readonly elements: readonly Type[];
}

export const DYNAMIC: PrimitiveType = { kind: "dynamic" };
export const STRING: PrimitiveType = { kind: "string" };
export const NUMBER: PrimitiveType = { kind: "number" };
export const BOOL: PrimitiveType = { kind: "bool" };

export const listOf = (element: Type): CollectionType => ({ kind: "list", element });
export const setOf = (element: Type): CollectionType => ({ kind: "set", element });
export const mapOf = (element: Type): CollectionType => ({ kind: "map", element });

export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case "list":
    case "set":
    case "map":
      return sameType(a.element, (b as CollectionType).element);
    case "tuple": {
      const other = (b as TupleType).elements;
      return a.elements.length === other.length && a.elements.every((element, index) => sameType(element, other[index] as Type));
    }
    case "object": {
      const other = (b as ObjectType).attributes;
      if (a.attributes.size !== other.size) return false;
      for (const [name, type] of a.attributes) {
        const otherType = other.get(name);
        if (!otherType || !sameType(type, otherType)) return false;
      }
      return true;
    }
    default:
      return true;
  }
}

/** Whether the type is, or holds, `dynamic`. */
export function hasDynamic(type: Type): boolean {
  switch (type.kind) {
    case "dynamic":
      return true;
    case "list":
    case "set":
    case "map":
      return hasDynamic(type.element);
    case "tuple":
      return type.elements.some(hasDynamic);
    case "object":
      return [...type.attributes.values()].some(hasDynamic);
    default:
      return false;
  }
}

/** How messages call a type: `list of string`, `object`. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case "dynamic":
      return "any type";
    case "list":
    case "set":
    case "map":
      return type.element.kind === "dynamic" ? type.kind : `${type.kind} of ${typeName(type.element)}`;
    default:
      return type.kind;
  }
}
