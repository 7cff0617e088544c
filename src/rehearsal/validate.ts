import { type Attribute, type Block, isReadOnly } from "./schema";
import { isList, isRecord, UNKNOWN, type Value, type ValueRecord } from "./values";
import type { AttributePath } from "./protocol";

export interface ConfigurationProblem {
  readonly summary: string;
  readonly detail: string;
  readonly path: AttributePath;
}

/** Rules between attributes that a schema can't say. Names are paths by dots. */
export interface AttributeRules {
  /** At most one of each list. */
  readonly conflicts?: readonly (readonly string[])[];
  /** At least one of each list. */
  readonly atLeastOne?: readonly (readonly string[])[];
  /** One of each list, and no more. */
  readonly exactlyOne?: readonly (readonly string[])[];
}

type Step = NonNullable<AttributePath["steps"]>[number];

/**
 * What a provider refuses and the engine doesn't: read-only attributes that are set (the `id` of a managed
 * object too, which older provider libraries describe as one that can be set), and attributes that
 * exclude or need each other. Types, missing and unknown attributes are the engine's to check.
 */
export function validateConfiguration(block: Block, config: Value, { managed, rules }: { readonly managed: boolean; readonly rules?: AttributeRules }): readonly ConfigurationProblem[] {
  if (!isRecord(config)) return [];
  const id = block.attributes?.["id"];
  const ownId = managed && id?.computed === true && id.required !== true && (config["id"] ?? null) !== null && !isReadOnly(id) ? [readOnly("id", [])] : [];
  return [...ownId, ...readOnlyProblems(block, config, []), ...(rules ? ruleProblems(rules, config) : [])];
}

function readOnlyProblems(block: Block, config: ValueRecord, steps: readonly Step[]): readonly ConfigurationProblem[] {
  const { attributes = {}, block_types = {} } = block;
  const own = Object.entries(attributes).flatMap(([name, attribute]) => attributeProblems(name, attribute, config[name] ?? null, steps));
  const nested = Object.entries(block_types).flatMap(([name, { block: inner, nesting_mode }]) => elementProblems(inner, config[name] ?? null, nesting_mode === "map", [...steps, { attributeName: name }]));
  return [...own, ...nested];
}

function attributeProblems(name: string, attribute: Attribute, value: Value, steps: readonly Step[]): readonly ConfigurationProblem[] {
  if (value === null) return [];
  if (isReadOnly(attribute)) return [readOnly(name, steps)];
  const nested = attribute.nested_type;
  return nested ? elementProblems({ attributes: nested.attributes }, value, nested.nesting_mode === "map", [...steps, { attributeName: name }]) : [];
}

function elementProblems(block: Block, value: Value, isMap: boolean, steps: readonly Step[]): readonly ConfigurationProblem[] {
  if (isList(value)) return value.flatMap((element, index) => (isRecord(element) ? readOnlyProblems(block, element, [...steps, { elementKeyInt: index }]) : []));
  if (!isRecord(value)) return [];
  if (!isMap) return readOnlyProblems(block, value, steps);
  return Object.entries(value).flatMap(([key, element]) => (isRecord(element) ? readOnlyProblems(block, element, [...steps, { elementKeyString: key }]) : []));
}

function readOnly(name: string, steps: readonly Step[]): ConfigurationProblem {
  return { summary: "Read-only attribute is set", detail: `"${name}" is decided by the cloud; a configuration can't set it.`, path: { steps: [...steps, { attributeName: name }] } };
}

function ruleProblems({ conflicts = [], atLeastOne = [], exactlyOne = [] }: AttributeRules, config: ValueRecord): readonly ConfigurationProblem[] {
  const problem = (summary: string, names: readonly string[], detail: string): ConfigurationProblem => ({ summary, detail, path: { steps: [{ attributeName: topName(names[0]) }] } });
  const tooMany = [...conflicts, ...exactlyOne].flatMap((names) => {
    const set = names.filter((name) => isSet(config, name.split(".")) === "yes");
    return set.length > 1 ? [problem("Attributes exclude each other", set, `Only one of ${listed(names)} can be set; ${listed(set)} are.`)] : [];
  });
  const tooFew = [...atLeastOne, ...exactlyOne].flatMap((names) =>
    names.every((name) => isSet(config, name.split(".")) === "no") ? [problem("Attribute is missing", names, `One of ${listed(names)} has to be set.`)] : [],
  );
  return [...tooMany, ...tooFew];
}

/** What is unknown may turn out to be null: neither a conflict nor a lack. */
function isSet(value: Value, [name, ...rest]: readonly string[]): "yes" | "no" | "unknown" {
  if (value === UNKNOWN) return "unknown";
  if (name === undefined) return value === null || (isList(value) && value.length === 0) ? "no" : "yes";
  if (isList(value)) {
    const each = value.map((element) => isSet(element, [name, ...rest]));
    return each.includes("yes") ? "yes" : each.includes("unknown") ? "unknown" : "no";
  }
  return isRecord(value) ? isSet(value[name] ?? null, rest) : "no";
}

function topName(path = ""): string {
  return path.split(".")[0] ?? path;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
