import { camelCase } from "./camel-case";
import type { BlockInput } from "./check-block";
import type { BlockSpec, NestedBlockSpec } from "./schema";

/**
 * Props (camelCase, nested blocks as objects, labelled ones as lists with `name`) as a block in Fly names, for
 * `checkBlock`. What the specification does not know is kept under its own name, so that the check can tell.
 */
export function inputOfProps(spec: BlockSpec, props: object): BlockInput {
  const names = flyNamesOf(spec);
  const attributes: Record<string, unknown> = {};
  const blocks: Record<string, readonly BlockInput[]> = {};
  for (const [property, value] of Object.entries(props)) {
    if (value === undefined) continue;
    const name = names.get(property) ?? property;
    const nested = Object.hasOwn(spec.blocks, name) ? spec.blocks[name] : undefined;
    if (nested?.many && Array.isArray(value)) blocks[name] = value.map((item: unknown) => labelledInput(nested, item));
    else if (nested && !nested.many && isObject(value)) blocks[name] = [inputOfProps(nested, value)];
    else if (!((spec as NestedBlockSpec).many && property === "name")) attributes[name] = value;
  }
  return { attributes, blocks };
}

function labelledInput(spec: NestedBlockSpec, item: unknown): BlockInput {
  const props = isObject(item) ? item : {};
  const name = (props as { readonly name?: unknown }).name;
  return { labels: typeof name === "string" ? [name] : [], ...inputOfProps(spec, props) };
}

/** Values or props under their Fly names: labelled blocks become objects by label. `gosling get` and `--json` print this. */
export function flyNames(spec: BlockSpec, values: object): Readonly<Record<string, unknown>> {
  const names = flyNamesOf(spec);
  const result: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(values)) {
    if (value === undefined || ((spec as NestedBlockSpec).many && property === "name")) continue;
    const name = names.get(property) ?? property;
    const nested = Object.hasOwn(spec.blocks, name) ? spec.blocks[name] : undefined;
    if (!nested) result[name] = value;
    else if (nested.many) result[name] = Object.fromEntries((value as readonly { readonly name: string }[]).map((item) => [item.name, flyNames(nested, item)]));
    else result[name] = flyNames(nested, value as object);
  }
  return result;
}

const cache = new WeakMap<BlockSpec, ReadonlyMap<string, string>>();

/** From camelCase to Fly. */
function flyNamesOf(spec: BlockSpec): ReadonlyMap<string, string> {
  let names = cache.get(spec);
  if (!names) {
    names = new Map([...Object.keys(spec.attributes), ...Object.keys(spec.blocks)].map((name) => [camelCase(name), name]));
    cache.set(spec, names);
  }
  return names;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
