import { formatCron, parseCron } from "./cron";
import { describeLimits, describeType } from "./describe-type";
import { parseCondition } from "./condition-check";
import { parseDuration } from "./duration";
import { parseHost } from "./host";
import { parseName } from "./name";
import { nearest } from "./nearest";
import type { Parsed } from "./parsed";
import * as problems from "./problems";
import type { AttributeSpec, Problem, ValueType } from "./schema";
import { parseSecretReference } from "./secret";
import { parseSize } from "./size";
import { parseTimezone } from "./timezone";

/**
 * Stands for a value that is given but can't be used: its expression could not be evaluated, or it has failed its
 * checks. Who meets it says nothing more about it.
 */
export const UNSETTLED: unique symbol = Symbol("unsettled");

/** A way into a value, built without copying; `pathOf` spells it out when there is something to report. */
export interface Step {
  readonly parent: Step | undefined;
  readonly key: string | number;
}

export function pathOf(step: Step | undefined): (string | number)[] {
  const path: (string | number)[] = [];
  for (let at = step; at; at = at.parent) path.push(at.key);
  return path.reverse();
}

export function stepsOf(path: problems.Path): Step | undefined {
  let step: Step | undefined;
  for (const key of path) step = { parent: step, key };
  return step;
}

type Pattern = AttributeSpec["pattern"];

/**
 * Checks a plain value (string, boolean, number, bigint, array, plain object, null) against a type. Gives the value in
 * its normal form (a size as a number in its unit, a host without `https://`, a schedule in canonical fields), or
 * `UNSETTLED` where something was added to `found`. Nothing is converted: "2" is no integer.
 */
export function checkValue(type: ValueType, value: unknown, path: problems.Path, found: Problem[], pattern?: Pattern): unknown {
  return checkAt(type, value, stepsOf(path), found, pattern);
}

/** `checkValue` for those who check many. */
export function checkAt(type: ValueType, value: unknown, at: Step | undefined, found: Problem[], pattern?: Pattern): unknown {
  if (value === UNSETTLED) return UNSETTLED;
  switch (type.kind) {
    case "any":
      return containsUnsettled(value) ? UNSETTLED : value;
    case "bool":
      return typeof value === "boolean" ? value : mismatch(type, value, at, found);
    case "integer":
    case "number":
    case "percent":
      return checkNumber(type, value, at, found);
    case "size":
      return checkSize(type, value, at, found);
    case "list":
      return checkList(type, value, at, found, pattern);
    case "map":
      return checkMap(type, value, at, found);
    default:
      return typeof value === "string" ? checkString(type, value, at, found, pattern) : mismatch(type, value, at, found);
  }
}

type StringType = Exclude<ValueType, { readonly kind: "any" | "bool" | "integer" | "number" | "percent" | "size" | "list" | "map" }>;

function checkString(type: StringType, value: string, at: Step | undefined, found: Problem[], pattern: Pattern): unknown {
  switch (type.kind) {
    case "string":
      if (!pattern || pattern.regex.test(value)) return value;
      return reject(found, problems.wrongForm(pathOf(at), pattern.message, value));
    case "enum":
      if (type.values.includes(value)) return value;
      return reject(found, problems.notOneOf(pathOf(at), type.values, value, nearest(value, type.values)));
    case "duration": {
      const seconds = parseDuration(value);
      if (!seconds.ok) return malformed(type, value, seconds.message, at, found);
      if (within(seconds.value, type.minSeconds, type.maxSeconds)) return value;
      return reject(found, problems.outOfLimits(pathOf(at), describeLimits(type) || "longer than nothing", JSON.stringify(value)));
    }
    case "cron": {
      const schedule = parseCron(value);
      return schedule.ok ? formatCron(schedule.value) : malformed(type, value, schedule.message, at, found);
    }
    case "condition": {
      const condition = parseCondition(value);
      if (condition.ok) return value;
      for (const error of condition.errors) found.push(problems.badCondition(pathOf(at), error));
      return UNSETTLED;
    }
    case "secret": {
      const reference = parseSecretReference(value);
      // Whoever wrote a token here by mistake must not meet it in a message.
      return reference.ok ? value : reject(found, problems.malformedText(pathOf(at), "secret reference", undefined, reference.message, EXAMPLES.secret));
    }
    case "host":
      return settle(type, value, parseHost(value), at, found);
    case "name":
      return settle(type, value, parseName(value), at, found);
    case "timezone":
      return settle(type, value, parseTimezone(value), at, found);
  }
}

function checkNumber(type: Extract<ValueType, { kind: "integer" | "number" | "percent" }>, value: unknown, at: Step | undefined, found: Problem[]): unknown {
  if (typeof value === "bigint") return reject(found, problems.tooLargeInteger(pathOf(at), String(value)));
  if (typeof value !== "number" || (type.kind !== "number" && !Number.isInteger(value))) return mismatch(type, value, at, found);
  if (type.kind !== "number" && !Number.isSafeInteger(value)) return reject(found, problems.tooLargeInteger(pathOf(at), String(value)));
  const [min, max] = type.kind === "percent" ? [0, 100] : [type.min, type.max];
  return within(value, min, max) ? value : reject(found, problems.outOfLimits(pathOf(at), describeLimits(type), String(value)));
}

function checkSize(type: Extract<ValueType, { kind: "size" }>, value: unknown, at: Step | undefined, found: Problem[]): unknown {
  let size = value;
  if (typeof value === "string") {
    const read = parseSize(value, type.unit);
    if (!read.ok) return malformed(type, value, read.message, at, found);
    size = read.value;
  }
  if (typeof size === "bigint") return reject(found, problems.tooLargeInteger(pathOf(at), String(size)));
  if (typeof size !== "number" || !Number.isInteger(size)) return mismatch(type, value, at, found);
  return within(size, type.min ?? 0, type.max) ? size : reject(found, problems.outOfLimits(pathOf(at), describeLimits(type), typeof value === "string" ? problems.show(value) : `${size} ${type.unit}`));
}

function checkList(type: Extract<ValueType, { kind: "list" }>, value: unknown, at: Step | undefined, found: Problem[], pattern: Pattern): unknown {
  if (!Array.isArray(value)) return mismatch(type, value, at, found);
  const before = found.length;
  let unsettled = false;
  const items: unknown[] = [];
  for (let index = 0; index < value.length; index++) {
    const checked = checkAt(type.of, value[index], { parent: at, key: index }, found, pattern);
    if (checked === UNSETTLED) unsettled = true;
    items.push(checked);
  }
  if (items.length < (type.minItems ?? 0)) found.push(problems.tooFewItems(pathOf(at), type.minItems ?? 0));
  if (type.unique && items.length > 1 && new Set(items).size !== items.length) reportRepeated(items, at, found);
  return unsettled || found.length > before ? UNSETTLED : items;
}

function reportRepeated(items: readonly unknown[], at: Step | undefined, found: Problem[]): void {
  const path = pathOf(at);
  const first = new Map<unknown, number>();
  for (const [index, item] of items.entries()) {
    const earlier = first.get(item);
    if (earlier === undefined) first.set(item, index);
    else if (item !== UNSETTLED) found.push(problems.itemTwice([...path, index], String(item), [...path, earlier]));
  }
}

function checkMap(type: Extract<ValueType, { kind: "map" }>, value: unknown, at: Step | undefined, found: Problem[]): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return mismatch(type, value, at, found);
  const before = found.length;
  let unsettled = false;
  for (const key in value) {
    const item = (value as Readonly<Record<string, unknown>>)[key];
    const step = { parent: at, key };
    if (type.keys === "environment" && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) found.push(problems.badVariableName(pathOf(step), key));
    else if (type.keys === "environment" && typeof item === "string" && item.includes("\0")) found.push(problems.badVariableValue(pathOf(step), key));
    else if (checkAt(type.of, item, step, found) === UNSETTLED) unsettled = true;
  }
  // Types of map values keep what they check as it is, so the map itself can stay.
  return unsettled || found.length > before ? UNSETTLED : value;
}

function containsUnsettled(value: unknown): boolean {
  if (value === UNSETTLED) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(containsUnsettled);
}

function within(value: number, min: number | undefined, max: number | undefined): boolean {
  return (min === undefined || value >= min) && (max === undefined || value <= max);
}

function reject(found: Problem[], problem: Problem): typeof UNSETTLED {
  found.push(problem);
  return UNSETTLED;
}

function settle(type: ExemplifiedType, value: string, result: Parsed<string>, at: Step | undefined, found: Problem[]): unknown {
  return result.ok ? result.value : malformed(type, value, result.message, at, found);
}

function malformed(type: ExemplifiedType, value: string, message: string, at: Step | undefined, found: Problem[]): typeof UNSETTLED {
  return reject(found, problems.malformedText(pathOf(at), CALLED[type.kind] ?? type.kind, value, message, EXAMPLES[type.kind]));
}

/** Types whose texts are read by a parser. */
type ExemplifiedType = Extract<ValueType, { readonly kind: keyof typeof EXAMPLES }>;

/** How a typed string is called where its kind is not the word for it. */
const CALLED: Readonly<Partial<Record<ValueType["kind"], string>>> = { cron: "cron schedule", timezone: "time zone" };

const EXAMPLES = {
  duration: '"90s", "10m", "1h30m" or "2d"',
  size: '"512MiB", "4GiB" or "1.5TiB"',
  cron: '"0 2 * * *", "*/15 9-17 * * mon-fri" or "@daily"',
  timezone: '"UTC" or "Europe/Berlin"',
  secret: '"aws-sm://team/my-app/token", "yc-lockbox://SECRET/KEY", "vault://PATH/KEY", "env://NAME" or "file://PATH"',
  host: '"gitlab.com" or "gitlab.example.org:8443"',
  name: '"my-app"',
} as const;

/** Type of a plain value as Fly calls it. */
export function typeOfValue(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "number":
    case "bigint":
      return "number";
    default:
      return "map";
  }
}

function mismatch(type: ValueType, value: unknown, at: Step | undefined, found: Problem[]): typeof UNSETTLED {
  return reject(found, problems.wrongType(pathOf(at), describeType(type), typeOfValue(value), shown(type, value), hint(type, value)));
}

/** The value as a message may show it: short, and never where a secret may stand. */
function shown(type: ValueType, value: unknown): string | undefined {
  if (type.kind === "secret" || type.kind === "map") return undefined;
  if (typeof value === "string") return problems.show(value);
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint" ? String(value) : undefined;
}

/** One way to mend the commonest mistakes. */
function hint(type: ValueType, value: unknown): string | undefined {
  if (typeof value === "string") {
    if ((type.kind === "integer" || type.kind === "number" || type.kind === "percent") && /^-?\d+(\.\d+)?$/.test(value)) return "Write it without quotes.";
    if (type.kind === "bool" && (value === "true" || value === "false")) return "Write it without quotes.";
    if (type.kind === "list" && type.of.kind !== "secret") return `Write [${problems.show(value)}].`;
    return undefined;
  }
  if (typeof value !== "number" && typeof value !== "boolean") return undefined;
  if (type.kind === "duration" && Number.isInteger(value)) return `Write "${String(value)}s", "${String(value)}m" or "${String(value)}h".`;
  if ((type.kind === "string" || type.kind === "enum" || type.kind === "name") && typeof value !== "object") return `Write "${String(value)}".`;
  return type.kind === "integer" || type.kind === "size" ? "Write a whole number." : undefined;
}
