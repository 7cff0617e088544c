import { load, FAILSAFE_SCHEMA, Type, YAMLException } from "js-yaml";
import { numberText, parseNumber, fromBigInt } from "../number";
import { BigFloat } from "../big-float";
import { normalize } from "../text";
import { DYNAMIC, STRING } from "../type";
import { elementsOf, entriesOf, isNull, sortedKeys } from "../value";
import type { UnmarkedValue, Value } from "../value";
import { ArgumentError, parameter } from "./function";
import type { FunctionTable } from "./function";

/** A value in the only style that the engines write: strings in double quotes, or as blocks where they have lines. */
function yamlText(value: UnmarkedValue, indentation: string): string {
  if (typeof value === "string") return value.includes("\n") ? blockText(value, indentation) : jsonQuote(value);
  if (isNull(value) || typeof value === "boolean" || typeof value === "number" || value instanceof BigFloat) return primitiveText(value);
  const items = elementsOf(value);
  if (items) {
    if (items.length === 0) return "[]";
    return items.map((item) => `- ${yamlText(item as UnmarkedValue, `${indentation}  `)}`).join(`\n${indentation}`);
  }
  const entries = entriesOf(value);
  if (!entries || entries.size === 0) return "{}";
  return sortedKeys(entries)
    .map((key) => {
      const item = entries.get(key) as UnmarkedValue;
      const nested = (elementsOf(item)?.length ?? 0) > 0 ? `\n${indentation}` : (entriesOf(item)?.size ?? 0) > 0 ? `\n${indentation}  ` : " ";
      const inner = nested === `\n${indentation}` ? indentation : `${indentation}  `;
      return `${jsonQuote(key)}:${nested}${yamlText(item, inner)}`;
    })
    .join(`\n${indentation}`);
}

function primitiveText(value: UnmarkedValue): string {
  if (isNull(value)) return "null";
  return typeof value === "boolean" ? String(value) : numberText(value as number);
}

function jsonQuote(text: string): string {
  return JSON.stringify(text);
}

function blockText(text: string, indentation: string): string {
  const lead = /^[ \n]/.test(text) ? "2" : "";
  const chomp = text.endsWith("\n\n") || text === "\n" ? "+" : text.endsWith("\n") ? "" : "-";
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  return `|${lead}${chomp}\n${body.split("\n").map((line) => (line === "" ? "" : indentation + line)).join("\n")}`;
}

const scalar = (tag: string, matches: RegExp, construct: (text: string) => unknown): Type =>
  new Type(tag, { kind: "scalar", resolve: (text: unknown) => typeof text === "string" && matches.test(text), construct });

/** Numbers stay exact: the usual schema would make doubles of them. */
const SCHEMA = FAILSAFE_SCHEMA.extend({
  implicit: [
    scalar("tag:yaml.org,2002:null", /^(?:~|null|Null|NULL|)$/, () => null),
    scalar("tag:yaml.org,2002:bool", /^(?:true|True|TRUE|false|False|FALSE)$/, (text) => text.toLowerCase() === "true"),
    scalar("tag:yaml.org,2002:int", /^[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|\d[\d_]*)$/, integer),
    scalar("tag:yaml.org,2002:float", /^[-+]?(?:\.\d[\d_]*|\d[\d_]*\.[\d_]*|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?$/, decimal),
    new Type("tag:yaml.org,2002:merge", { kind: "scalar", resolve: (text: unknown) => text === "<<" }),
  ],
});

function integer(text: string): Value {
  const digits = text.replaceAll("_", "").replace(/^[+-]/, "");
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.replace(/^0+(?=\d)/, ""));
  return fromBigInt(text.startsWith("-") ? -magnitude : magnitude);
}

function decimal(text: string): Value {
  const number = parseNumber(text.replaceAll("_", ""));
  if (number === undefined || number === "inexact") throw new ArgumentError(0, "it holds a number that can't be kept exactly");
  return number;
}

function fromYaml(data: unknown): Value {
  if (data === undefined || data === null) return null;
  if (typeof data === "string") return normalize(data);
  if (data instanceof BigFloat || typeof data === "number" || typeof data === "boolean") return data;
  if (Array.isArray(data)) return data.map(fromYaml);
  return new Map(Object.entries(data as object).map(([key, item]) => [normalize(key), fromYaml(item)]));
}

function decode(text: string): Value {
  try {
    return fromYaml(load(text, { schema: SCHEMA }));
  } catch (error) {
    if (error instanceof YAMLException) throw new ArgumentError(0, `it is no valid YAML: ${error.reason}, in line ${(error.mark?.line ?? 0) + 1}`);
    throw error;
  }
}

export const yaml: FunctionTable = {
  yamlencode: { parameters: [parameter("value", DYNAMIC, { nullable: true })], call: ([value]) => `${yamlText(value as UnmarkedValue, "")}\n` },
  yamldecode: { parameters: [parameter("src", STRING)], call: ([text]) => decode(text as string) },
};
