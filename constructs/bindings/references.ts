import { Fn, type IResolvable, Token, propertyAccess } from "../cdktf";
import { type Field, type Fields, fieldsOf } from "./fields";

/** An expression of the engine's language (`"${var.subnets}"`), or a token of the engine library, for what is no string. */
export type Expression = `\${${string}}` | IResolvable;

/** Blocks that the engine library's iterators make: `iterator.dynamic(…)`. */
export type Blocks = IResolvable;

/** What the fields of a resource are for others: references, resolved by the engine. */
export type References<T> = { readonly [K in keyof T]-?: Reference<Exclude<T[K], Expression | undefined>> };

type Reference<T> = [T] extends [string]
  ? string
  : [T] extends [number]
    ? number
    : [T] extends [boolean]
      ? IResolvable
      : [T] extends [readonly (infer E)[]]
        ? [E] extends [string]
          ? string[]
          : [E] extends [number]
            ? number[]
            : [E] extends [object]
              ? ReferenceList<E>
              : IResolvable
        : [T] extends [object]
          ? string extends keyof T
            ? ReferenceMap<T[keyof T]>
            : References<T>
          : IResolvable;

type ReferenceMap<V> = [V] extends [string] ? Record<string, string> : [V] extends [number] ? Record<string, number> : [V] extends [boolean] ? Record<string, boolean> : [V] extends [object] ? { get(key: string): References<V> } : Record<string, unknown>;

/** A list or a set of objects. */
export interface ReferenceList<T> {
  /** The element at `index`, from 0. A set is sorted by the engine first. */
  get(index: number): References<T>;
}

/** Writes a reference to what is found at a path below the resource. */
export type Interpolate = (path: readonly (string | number)[]) => IResolvable;

/** `["network_interface", 0, "ip_address"]` → `network_interface[0].ip_address` */
export function pathText(path: readonly (string | number)[]): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : IDENTIFIER.test(step) ? `${index > 0 ? "." : ""}${step}` : `[${JSON.stringify(step)}]`)).join("");
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Gives `target` a getter for each field that can be read; `interpolationOf` finds how the object that is asked writes references. */
export function defineReferences<T extends object>(target: T, fields: Fields, interpolationOf: (self: T) => Interpolate): T {
  for (const [property, field] of fieldsOf(fields)) {
    if (field.isWriteOnly) continue;
    Object.defineProperty(target, property, {
      configurable: true,
      enumerable: false,
      get(this: T) {
        return reference(field, interpolationOf(this));
      },
    });
  }
  return target;
}

function reference(field: Field, interpolate: Interpolate): unknown {
  const { name, shape, fields } = field;
  if (!fields) return token(shape, interpolate([name]));
  switch (shape) {
    case "1":
      return below(fields, (path) => interpolate([name, ...path]));
    case "1L":
      return below(fields, (path) => interpolate([name, 0, ...path]));
    case "1S":
      return below(fields, inSet(interpolate, name, 0));
    case "S":
      return { get: (index: number) => below(fields, inSet(interpolate, name, index)) };
    default:
      return { get: (key: number | string) => below(fields, (path) => interpolate([name, key, ...path])) };
  }
}

function below(fields: Fields, interpolate: Interpolate): object {
  return defineReferences({}, fields, () => interpolate);
}

/** The elements of a set have no index of their own. */
function inSet(interpolate: Interpolate, name: string, index: number): Interpolate {
  return (path) => propertyAccess(Fn.tolist(interpolate([name])), [index, ...path]);
}

function token(shape: string, value: IResolvable): unknown {
  // Expressions can take elements of a list only.
  if (shape.startsWith("S")) return token(`L${shape.slice(1)}`, Fn.tolist(value) as unknown as IResolvable);
  switch (shape) {
    case "s":
      return Token.asString(value);
    case "n":
      return Token.asNumber(value);
    case "Ls":
      return Token.asList(value);
    case "Ln":
      return Token.asNumberList(value);
    case "Ms":
      return Token.asStringMap(value);
    case "Mn":
      return Token.asNumberMap(value);
    case "Mb":
      return Token.asBooleanMap(value);
    default:
      return shape.startsWith("M") ? Token.asAnyMap(value) : value;
  }
}
