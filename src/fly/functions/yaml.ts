import { load, FAILSAFE_SCHEMA, Type, YAMLException } from "js-yaml";
import { fromBigInt, parseNumber } from "../number";
import type { FlyNumber } from "../number";
import { normalize } from "../text";
import { DYNAMIC, STRING } from "../type";
import type { UnmarkedValue, Value } from "../value";
import { ArgumentError, parameter } from "./function";
import type { FunctionTable } from "./function";
import { yamlDocument } from "./yaml-text";

/** A scalar that is no string. Wrapped, so that as a key of a mapping it is its text. */
class Scalar {
  readonly [Symbol.toStringTag] = "Scalar";
  constructor(
    readonly value: Value,
    readonly text: string,
  ) {}
  toString(): string {
    return this.text;
  }
}

/** No text can be this: it stands for a null among the keys. */
const NULL_KEY = "\0null";

const scalar = (tag: string, matches: RegExp, construct: (text: string) => Value): Type =>
  new Type(`tag:yaml.org,2002:${tag}`, {
    kind: "scalar",
    resolve: (text: unknown) => matches.test(typeof text === "string" ? text : ""),
    construct: (text: string | null) => new Scalar(construct(text ?? ""), tag === "null" ? NULL_KEY : (text ?? "")),
  });

const string = (tag: string): Type => new Type(`tag:yaml.org,2002:${tag}`, { kind: "scalar", resolve: () => true });

/** What the engines make of plain scalars. Numbers stay exact: the usual schema would make doubles of them. */
const SCHEMA = FAILSAFE_SCHEMA.extend({
  implicit: [
    scalar("null", /^(?:~|null|Null|NULL|)$/, () => null),
    scalar("bool", /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/, (text) => /^(?:y|t|on$)/i.test(text)),
    scalar("int", /^(?:[-+]?\d+|0x[0-9a-fA-F]+|0o[0-7]+)$/, integer),
    scalar("float", /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/, decimal),
    scalar("infinity", /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/, () => {
      throw new ArgumentError(0, "it holds a number that is infinite or none");
    }),
    scalar("timestamp", /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]| +)\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?: *(?:Z|[-+]\d{2}:\d{2}))?)?$/, timestamp),
    new Type("tag:yaml.org,2002:merge", { kind: "scalar", resolve: (text: unknown) => text === "<<" }),
  ],
  explicit: [string("binary")],
});

function integer(text: string): FlyNumber {
  const digits = text.replace(/^[+-]/, "");
  const magnitude = BigInt(/^0[xo]/.test(digits) ? digits : digits.replace(/^0+(?=\d)/, ""));
  return fromBigInt(text.startsWith("-") ? -magnitude : magnitude);
}

function decimal(text: string): FlyNumber {
  const number = parseNumber(text);
  if (number === undefined || number === "inexact") throw new ArgumentError(0, "it holds a number that can't be kept exactly");
  return number;
}

/** Timestamps become strings in RFC 3339. */
function timestamp(text: string): string {
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] =
    /^(\d+)-(\d+)-(\d+)(?:(?:[Tt]| +)(\d+):(\d+):(\d+)(\.\d+)? *(\S+)?)?$/.exec(text) as unknown as string[];
  const two = (digits: string | undefined): string => (digits ?? "").padStart(2, "0");
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${fraction.replace(/\.?0+$/, "")}${zone}`;
}

/** Aliases can make a short document stand for billions of values; one of more is refused. */
const SIZE_LIMIT = 200_000;

function fromYaml(data: unknown, count: { value: number } = { value: 0 }): Value {
  if (++count.value > SIZE_LIMIT) throw new ArgumentError(0, `it holds more than ${SIZE_LIMIT} values`);
  if (data instanceof Scalar) return typeof data.value === "string" ? normalize(data.value) : data.value;
  if (typeof data === "string") return normalize(data);
  if (Array.isArray(data)) return data.map((item) => fromYaml(item, count));
  if (typeof data !== "object" || data === null) return null;
  return new Map(
    Object.entries(data).map(([key, item]) => {
      if (key === NULL_KEY) throw new ArgumentError(0, "a key of a mapping in it is null");
      return [normalize(key), fromYaml(item, count)];
    }),
  );
}

function decode(text: string): Value {
  let data: unknown;
  try {
    // `json`: of equal keys the last one counts, as in the engines.
    data = load(text, { schema: SCHEMA, json: true });
  } catch (error) {
    if (error instanceof YAMLException) throw new ArgumentError(0, `it is no valid YAML: ${error.reason}, in line ${(error.mark?.line ?? 0) + 1}`);
    throw error;
  }
  if (text.split("\n").every((line) => /^\s*(?:#|$)/.test(line))) throw new ArgumentError(0, "it holds no document");
  return fromYaml(data);
}

export const yaml: FunctionTable = {
  yamlencode: { parameters: [parameter("value", DYNAMIC, { nullable: true })], call: ([value]) => yamlDocument(value as UnmarkedValue) },
  yamldecode: { parameters: [parameter("src", STRING)], call: ([text]) => decode(text as string) },
};
