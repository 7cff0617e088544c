import { BigFloat } from "./big-float";
import { equalNumbers } from "./number";
import { sameType } from "./type";
import type { Type } from "./type";
import { elementsOf, entriesOf, isNull, isUnknown, Sensitive, typeOf, UNKNOWN } from "./value";
import type { UnknownValue, Value } from "./value";

/**
 * Whether two values are equal as `==` sees it: of the same type (a list is never equal to a tuple), with equal
 * parts. Nulls are equal to each other whatever their type. Marks do not matter. `UNKNOWN` where a part is.
 */
export function equal(a: Value, b: Value): boolean | UnknownValue {
  const left = a instanceof Sensitive ? a.value : a;
  const right = b instanceof Sensitive ? b.value : b;
  if (isUnknown(left) || isUnknown(right)) return UNKNOWN;
  if (isNull(left) || isNull(right)) return isNull(left) && isNull(right);
  if (typeof left !== "object" && typeof right !== "object") return left === right;
  if (left instanceof BigFloat || right instanceof BigFloat) return left instanceof BigFloat && right instanceof BigFloat && equalNumbers(left, right);
  if (!mayBeSameType(typeOf(left), typeOf(right))) return false;
  const leftItems = elementsOf(left);
  const rightItems = elementsOf(right);
  if (leftItems && rightItems) {
    if (leftItems.length !== rightItems.length) return false;
    return every(leftItems.map((item, index) => equal(item, rightItems[index] as Value)));
  }
  const leftEntries = entriesOf(left);
  const rightEntries = entriesOf(right);
  if (!leftEntries || !rightEntries || leftEntries.size !== rightEntries.size) return false;
  return every([...leftEntries].map(([key, item]) => (rightEntries.has(key) ? equal(item, rightEntries.get(key) as Value) : false)));
}

function every(answers: readonly (boolean | UnknownValue)[]): boolean | UnknownValue {
  if (answers.includes(false)) return false;
  return answers.every((answer) => answer === true) ? true : UNKNOWN;
}

/** Equal types, where the type of a bare null agrees with any. */
function mayBeSameType(a: Type, b: Type): boolean {
  if (a.kind === "dynamic" || b.kind === "dynamic") return true;
  if (a.kind === "tuple" && b.kind === "tuple") {
    return a.elements.length === b.elements.length && a.elements.every((element, index) => mayBeSameType(element, b.elements[index] as Type));
  }
  if (a.kind === "object" && b.kind === "object") {
    if (a.attributes.size !== b.attributes.size) return false;
    return [...a.attributes].every(([name, type]) => {
      const other = b.attributes.get(name);
      return other !== undefined && mayBeSameType(type, other);
    });
  }
  if ((a.kind === "list" || a.kind === "set" || a.kind === "map") && a.kind === b.kind) return mayBeSameType(a.element, (b as typeof a).element);
  return sameType(a, b);
}
