import type { AttributeSpec, ValueType } from "./schema";

/** How a type is called in messages and in the reference page. */
export function describeType(type: ValueType): string {
  switch (type.kind) {
    case "string":
    case "bool":
    case "integer":
    case "number":
    case "percent":
    case "duration":
    case "size":
    case "cron":
    case "secret":
    case "host":
    case "condition":
    case "name":
    case "any":
      return type.kind;
    case "timezone":
      return "time zone";
    case "enum":
      return "enum";
    case "list":
      return `list(${describeType(type.of)})`;
    case "map":
      return `map(${describeType(type.of)})`;
  }
}

/** Limits of a type in words, `at least 1`, `one of "a", "b"`; empty where there are none. */
export function describeLimits(type: ValueType): string {
  switch (type.kind) {
    case "integer":
    case "number":
      return limits(type.min, type.max, type.unit ? ` ${type.unit}` : "");
    case "size":
      return limits(type.min, type.max, ` ${type.unit}`);
    case "percent":
      return "0 to 100";
    case "duration":
      return durationLimits(type.minSeconds, type.maxSeconds);
    case "enum":
      return `one of ${type.values.map((value) => `"${value}"`).join(", ")}`;
    case "list":
      return [type.minItems ? `at least ${type.minItems} ${type.minItems === 1 ? "item" : "items"}` : "", type.unique ? "no item twice" : "", describeLimits(type.of)]
        .filter(Boolean)
        .join("; ");
    default:
      return "";
  }
}

function limits(min: number | undefined, max: number | undefined, unit: string): string {
  if (min !== undefined && max !== undefined) return `${min} to ${max}${unit}`;
  if (min !== undefined) return `at least ${min}${unit}`;
  return max === undefined ? "" : `at most ${max}${unit}`;
}

function durationLimits(min: number | undefined, max: number | undefined): string {
  // A limit of one second only says "not zero".
  const low = min !== undefined && min > 1 ? `at least ${seconds(min)}` : "";
  const high = max === undefined ? "" : `at most ${seconds(max)}`;
  return [low, high].filter(Boolean).join(", ");
}

function seconds(value: number): string {
  for (const [unit, size] of [["d", 86_400], ["h", 3600], ["m", 60]] as const) if (value >= size && value % size === 0) return `${value / size}${unit}`;
  return `${value}s`;
}

/** The default in words, for docstrings and the reference page. `undefined`: there is none to speak of. */
export function describeDefault(spec: AttributeSpec): string | undefined {
  if (spec.default !== undefined) return `\`${JSON.stringify(spec.default)}\``;
  return spec.defaultNote;
}
