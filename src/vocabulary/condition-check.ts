import { type Condition, type ConditionError, type ComparisonOperator, type Operand, readCondition } from "./condition";
import { CONDITION_FIELDS, type ConditionType, conditionField, describeConditionType } from "./condition-fields";
import { nearest } from "./nearest";

/** Reads a policy's condition and checks it: its form, its fields, and that what is compared can be compared. All errors, in order of their places. */
export function parseCondition(text: string): { readonly ok: true; readonly condition: Condition } | { readonly ok: false; readonly errors: readonly ConditionError[] } {
  const read = readCondition(text);
  if (!read.ok) return { ok: false, errors: [read.error] };
  const errors: ConditionError[] = [];
  checkCondition(read.condition, errors);
  return errors.length === 0 ? read : { ok: false, errors: errors.sort((a, b) => a.start - b.start) };
}

function checkCondition(condition: Condition, errors: ConditionError[]): void {
  switch (condition.kind) {
    case "and":
    case "or":
      for (const operand of condition.operands) checkCondition(operand, errors);
      return;
    case "not":
      checkCondition(condition.operand, errors);
      return;
    case "comparison":
      checkComparison(condition.operator, condition.left, condition.right, errors);
      return;
    case "field": {
      const type = typeOf(condition, undefined, errors);
      if (type && type.kind !== "boolean") {
        errors.push({ kind: "type", message: `${condition.name} is ${describeConditionType(type)}: compare it with something`, start: condition.start, end: condition.end });
      }
      return;
    }
    case "boolean":
      return;
  }
}

function checkComparison(operator: ComparisonOperator, left: Operand, right: Operand, errors: ConditionError[]): void {
  const leftType = typeOf(left, right, errors);
  const rightType = typeOf(right, left, errors);
  if (!leftType || !rightType) return;
  if (operator === "IN") checkMembership(left, leftType, right, rightType, errors);
  else if (!checkComparable(left, leftType, right, rightType, errors) && isOrder(operator) && !isOrdered(leftType) && !isOrdered(rightType)) {
    errors.push({ kind: "type", message: `${describe(left)} has no order: only == and != compare it`, start: left.start, end: right.end });
  }
}

function checkMembership(left: Operand, leftType: ConditionType, right: Operand, rightType: ConditionType, errors: ConditionError[]): void {
  if (rightType.kind !== "list") {
    errors.push({ kind: "type", message: `IN asks for a list, and ${describe(right)} is ${describeConditionType(rightType)}`, start: right.start, end: right.end });
    return;
  }
  if (right.kind === "list") {
    for (const item of right.items) {
      const itemType = typeOf(item, left, errors);
      if (itemType) checkComparable(left, leftType, item, itemType, errors, item);
    }
  } else if (rightType.of && family(leftType) !== family(rightType.of)) {
    errors.push({ kind: "type", message: `${describe(left)} is ${describeConditionType(leftType)} and an item of ${describe(right)} is ${describeConditionType(rightType.of)}: they can't be compared`, start: left.start, end: right.end });
  }
}

/** Reports where the two can't be compared; says whether it did. */
function checkComparable(left: Operand, leftType: ConditionType, right: Operand, rightType: ConditionType, errors: ConditionError[], place?: Operand): boolean {
  const start = place?.start ?? left.start;
  const end = place?.end ?? right.end;
  for (const [type, literal] of [
    [leftType, right],
    [rightType, left],
  ] as const) {
    if (literal.kind !== "string") continue;
    if (type.kind === "enum") {
      if (type.values.includes(literal.value)) return false;
      const suggestion = nearest(literal.value, type.values);
      errors.push({
        kind: "type",
        message: `it can only be ${describeConditionType(type)}`,
        start: literal.start,
        end: literal.end,
        suggestion: suggestion === undefined ? undefined : `'${suggestion}'`,
      });
      return true;
    }
    if (type.kind === "version") {
      if (/^\d+(\.\d+){0,2}$/.test(literal.value)) return false;
      errors.push({ kind: "type", message: "a version such as '17.5.0' is expected", start: literal.start, end: literal.end });
      return true;
    }
  }
  const same = family(leftType) === family(rightType) && leftType.kind !== "list";
  if (same) return false;
  errors.push({ kind: "type", message: `${describe(left)} is ${describeConditionType(leftType)} and ${describe(right)} is ${describeConditionType(rightType)}: they can't be compared`, start, end });
  return true;
}

function family(type: ConditionType): string {
  return type.kind === "enum" ? `enum of ${type.values.join()}` : type.kind;
}

function isOrder(operator: ComparisonOperator): boolean {
  return operator !== "==" && operator !== "!=" && operator !== "IN";
}

function isOrdered(type: ConditionType): boolean {
  return type.kind === "number" || type.kind === "duration" || type.kind === "version";
}

/** Type of an operand; reports a field that there isn't. `other` is what it is compared with. */
function typeOf(operand: Operand, other: Operand | undefined, errors: ConditionError[]): ConditionType | undefined {
  switch (operand.kind) {
    case "boolean":
    case "number":
    case "duration":
    case "string":
      return { kind: operand.kind };
    case "list":
      return { kind: "list", of: undefined };
    case "field": {
      const field = conditionField(operand.name);
      if (!field) errors.push(unknownField(operand.name, operand, other));
      return field?.type;
    }
  }
}

function unknownField(name: string, place: Operand, other: Operand | undefined): ConditionError {
  const type = other?.kind === "field" ? conditionField(other.name)?.type : undefined;
  // `state == apex`: the value was meant, its quotes are missing.
  const quoted = type?.kind === "enum" && type.values.includes(name) ? `'${name}'` : undefined;
  return { kind: "field", message: `there is no field ${JSON.stringify(name)}`, start: place.start, end: place.end, suggestion: quoted ?? nearest(name, Object.keys(CONDITION_FIELDS)) };
}

function describe(operand: Operand): string {
  switch (operand.kind) {
    case "field":
      return operand.name;
    case "boolean":
    case "number":
      return String(operand.value);
    case "duration":
      return operand.text;
    case "string":
      return `'${operand.value}'`;
    case "list":
      return "the list";
  }
}
