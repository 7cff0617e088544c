import type { AttributePath } from "./protocol";
import { type Attribute, type Block, isWriteOnly, type NestedBlock } from "./schema";
import { equal, fingerprint, isList, isRecord, member, UNKNOWN, type Value, type ValueRecord } from "./values";

export interface PlanInput {
  readonly block: Block;
  /** Null where the object is to be created. */
  readonly prior: Value;
  /** The engine's merge of configuration and prior state; null where the object is to be destroyed. */
  readonly proposed: Value;
  /** Paths of attributes, by dots, whose change needs a new object; `all`: of every one that can be set. */
  readonly forceNew: ForceNew;
  /** Tags that the provider's configuration puts on everything, where it has such. */
  readonly defaultTags?: Value;
}

export type ForceNew = readonly string[] | "all";

export interface PlanResult {
  readonly planned: Value;
  readonly requiresReplace: readonly AttributePath[];
}

/** What an apply would make of an object, with unknown values where only the cloud decides. */
export function planChange({ block, prior, proposed, forceNew, defaultTags }: PlanInput): PlanResult {
  if (!isRecord(proposed)) return { planned: proposed, requiresReplace: [] };
  const before = isRecord(prior) ? prior : undefined;
  const planned = withAllTags(block, planBlock(block, proposed, before, false), defaultTags);
  if (before === undefined) return { planned, requiresReplace: [] };
  if (equal(planned, before)) return { planned: before, requiresReplace: [] };
  const paths = forceNew === "all" ? settable(block) : forceNew;
  return { planned, requiresReplace: paths.flatMap((path) => changedAt(block, before, planned, path.split("."), [])) };
}

/** Computed values that nobody knows yet become unknown; what the prior state knows stays. */
function planBlock(block: Block, proposed: ValueRecord, prior: ValueRecord | undefined, inSet: boolean): ValueRecord {
  const { attributes = {}, block_types = {} } = block;
  const out: Record<string, Value> = {};
  for (const [name, attribute] of Object.entries(attributes)) out[name] = planAttribute(name, attribute, proposed[name] ?? null, prior, inSet);
  for (const [name, nested] of Object.entries(block_types)) {
    out[name] = eachOf(nested.nesting_mode, proposed[name] ?? emptyOf(nested), prior?.[name], nested.block, (element, before, set) => planBlock(nested.block, element, before, inSet || set));
  }
  return out;
}

function planAttribute(name: string, attribute: Attribute, proposed: Value, prior: ValueRecord | undefined, inSet: boolean): Value {
  const { type, nested_type: nested, computed } = attribute;
  if (isWriteOnly(name, attribute)) return null;
  if (proposed === null) {
    // An unknown set inside of a set's element would take away the element's identity.
    const hasIdentity = inSet && isList(type as Value) && (type as readonly unknown[])[0] === "set";
    if (computed !== true || (prior === undefined && hasIdentity)) return null;
    return prior === undefined ? UNKNOWN : member(prior, name);
  }
  if (!nested) return proposed;
  const inner = { attributes: nested.attributes };
  return eachOf(nested.nesting_mode, proposed, prior?.[name], inner, (element, before, set) => planBlock(inner, element, before, inSet || set));
}

/** What stands where a block is absent. */
export function emptyOf({ nesting_mode }: NestedBlock): Value {
  return nesting_mode === "list" || nesting_mode === "set" ? [] : nesting_mode === "map" ? {} : null;
}

type Visit = (element: ValueRecord, prior: ValueRecord | undefined, inSet: boolean) => Value;

/** Visits each element of a nested block or type, together with the one that was there before. */
function eachOf(nesting: NestedBlock["nesting_mode"], value: Value, prior: Value | undefined, block: Block, visit: Visit): Value {
  const visitOne = (element: Value, before: Value | undefined, inSet = false) => (isRecord(element) ? visit(element, isRecord(before) ? before : undefined, inSet) : element);
  switch (nesting) {
    case "single":
    case "group":
      return visitOne(value, prior);
    case "list":
      return isList(value) ? value.map((element, index) => visitOne(element, (isList(prior) ? prior : [])[index])) : value;
    case "set": {
      const known = isList(prior) ? prior : [];
      return isList(value) ? value.map((element) => visitOne(element, known.find((each) => comesFrom(block, each, element)), true)) : value;
    }
    case "map":
      if (!isRecord(value)) return value;
      return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, visitOne(element, member(prior, key))]));
  }
}

/**
 * Whether `before`, an element of a set, was made from what `proposed` says: they are equal but for what only
 * the cloud decides. The engine doesn't pair elements that hold sets themselves.
 */
function comesFrom(block: Block, before: Value, proposed: Value): boolean {
  if (!isRecord(before) || !isRecord(proposed)) return equal(before, proposed);
  const attributes = Object.entries(block.attributes ?? {}).every(([name, { computed, nested_type: nested }]) => {
    const [from, to] = [member(before, name), member(proposed, name)];
    if (to === null) return computed === true || from === null;
    return nested ? allComeFrom({ attributes: nested.attributes }, nested.nesting_mode, from, to) : equal(from, to);
  });
  return attributes && Object.entries(block.block_types ?? {}).every(([name, nested]) => allComeFrom(nested.block, nested.nesting_mode, member(before, name), member(proposed, name)));
}

function allComeFrom(block: Block, nesting: NestedBlock["nesting_mode"], before: Value, proposed: Value): boolean {
  if (isList(before) && isList(proposed)) {
    if (before.length !== proposed.length) return false;
    return proposed.every((element, index) => (nesting === "set" ? before.some((each) => comesFrom(block, each, element)) : comesFrom(block, before[index] as Value, element)));
  }
  if (nesting === "map" && isRecord(before) && isRecord(proposed)) {
    return Object.keys({ ...before, ...proposed }).every((key) => comesFrom(block, member(before, key), member(proposed, key)));
  }
  return comesFrom(block, before, proposed);
}

/** On AWS, `tags_all` is what the object really carries: the provider's own tags and the object's. */
function withAllTags(block: Block, planned: ValueRecord, defaultTags: Value = {}): ValueRecord {
  if (block.attributes?.["tags_all"]?.computed !== true || block.attributes["tags"] === undefined) return planned;
  const tags: Value = planned["tags"] ?? {};
  const all = isRecord(tags) && isRecord(defaultTags) ? { ...defaultTags, ...tags } : UNKNOWN;
  return { ...planned, tags_all: all };
}

function settable({ attributes = {}, block_types = {} }: Block): readonly string[] {
  const names = Object.entries(attributes).flatMap(([name, { optional, required }]) => ((optional || required) && !NEVER_NEW.has(name) ? [name] : []));
  return [...names, ...Object.keys(block_types).filter((name) => name !== "timeouts")];
}

/** Tags change in place, whatever else a type can't change. */
const NEVER_NEW: ReadonlySet<string> = new Set(["tags", "tags_all", "labels"]);

type Step = NonNullable<AttributePath["steps"]>[number];

/** Paths below `steps` at which a change of `names` happens. Below a set there are no paths: it is named whole. */
function changedAt(block: Block, prior: Value, planned: Value, [name, ...rest]: readonly string[], steps: readonly Step[]): readonly AttributePath[] {
  if (name === undefined) return [];
  const at = [...steps, { attributeName: name }];
  const before = member(prior, name);
  const after = member(planned, name);
  if (equal(before, after)) return [];
  const nested = block.block_types?.[name] ?? nestedType(block.attributes?.[name]);
  if (rest.length === 0 || nested === undefined) return [{ steps: at }];
  const deeper = (from: Value, to: Value, step: readonly Step[]) => changedAt(nested.block, from, to, rest, [...at, ...step]);
  switch (nested.nesting_mode) {
    case "single":
    case "group":
      return deeper(before, after, []);
    case "list": {
      const [from, to] = [before, after].map((value) => (isList(value) ? value : [])) as [readonly Value[], readonly Value[]];
      return Array.from({ length: Math.max(from.length, to.length) }, (_, index) => deeper(from[index] ?? null, to[index] ?? null, [{ elementKeyInt: index }])).flat();
    }
    case "set": {
      const marks = (value: Value) => (isList(value) ? value.map((element) => fingerprint(valueAt(element, rest))).sort().join() : "");
      return marks(before) === marks(after) ? [] : [{ steps: at }];
    }
    case "map": {
      const keys = new Set([before, after].flatMap((value) => (isRecord(value) ? Object.keys(value) : [])));
      return [...keys].flatMap((key) => deeper(member(before, key), member(after, key), [{ elementKeyString: key }]));
    }
  }
}

function nestedType(attribute: Attribute | undefined): Pick<NestedBlock, "nesting_mode" | "block"> | undefined {
  const nested = attribute?.nested_type;
  return nested && { nesting_mode: nested.nesting_mode, block: { attributes: nested.attributes } };
}

function valueAt(value: Value, [name, ...rest]: readonly string[]): Value {
  if (name === undefined) return value;
  if (isList(value)) return value.map((element) => valueAt(element, [name, ...rest]));
  return valueAt(member(value, name), rest);
}
