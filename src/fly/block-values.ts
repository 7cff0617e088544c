import type { BlockSpec } from "../vocabulary/schema";
import { nearest } from "../vocabulary/nearest";
import { convert, ConversionError } from "./convert";
import type { Context, Step } from "./evaluation-context";
import { incompleteReference, noAttribute, unknownReference, wrongIndex } from "./evaluation-diagnostics";
import { valueOf } from "./evaluate";
import { fromPlain } from "./plain";
import type { ModuleSource } from "./scope";
import type { SourceText } from "./source";
import type { Block, Body, Expression, VariableExpression } from "./syntax";
import { STRING } from "./type";
import { describe, isNull, isUnknown, Sensitive, UNKNOWN } from "./value";
import type { Value } from "./value";

/** Kinds of blocks whose attributes others may refer to: `egg.NAME.runner.tags`. */
export const REFERABLE_BLOCKS: readonly string[] = ["egg", "eggsbucket", "rift"];

/** Evaluates an attribute of a block, once, and notices when it depends on itself. */
export type Force = (path: string, expression: Expression, source: SourceText, user: Context, use: Expression) => Value;

export interface BlockValues {
  resolve(root: VariableExpression, steps: readonly Step[], context: Context): { readonly value: Value; readonly used: number };
}

interface Found {
  readonly body: Body;
  readonly source: SourceText;
  readonly spec?: BlockSpec;
  readonly path: string;
}

export function blockValues(sources: readonly ModuleSource[], vocabulary: Readonly<Record<string, BlockSpec>>, force: Force): BlockValues {
  let index: ReadonlyMap<string, ReadonlyMap<string, Found>> | undefined;

  function resolve(root: VariableExpression, steps: readonly Step[], context: Context): { readonly value: Value; readonly used: number } {
    index ??= indexBlocks(sources, vocabulary);
    const known = index.get(root.name) ?? new Map<string, Found>();
    const [step] = steps;
    if (!step) {
      context.problems.push(incompleteReference({ source: context.source, span: root }, root.name));
      return { value: UNKNOWN, used: 0 };
    }
    const name = stepName(step, context);
    if (name === undefined) return { value: UNKNOWN, used: steps.length };
    const found = known.get(name);
    if (!found && sources.some(({ body }) => body.incomplete)) return { value: UNKNOWN, used: steps.length };
    if (!found) {
      const span = step.kind === "access" ? step.name : step.key;
      context.problems.push(unknownReference({ source: context.source, span }, root.name, name, nearest(name, known.keys()), [...known.keys()].sort()));
      return { value: UNKNOWN, used: steps.length };
    }
    return descend(found, steps, 1, context, step);
  }

  /** Follows the steps into nested blocks down to an attribute; only that one is evaluated. */
  function descend(found: Found, steps: readonly Step[], used: number, context: Context, use: Expression): { readonly value: Value; readonly used: number } {
    const step = steps[used];
    if (!step) return { value: wholeBody(found, context, use), used };
    const name = stepName(step, context);
    if (name === undefined) return { value: UNKNOWN, used: steps.length };
    for (const item of found.body.items) {
      if (item.kind === "attribute" && item.name.name === name) {
        return { value: force(`${found.path}.${name}`, item.value, found.source, context, step), used: used + 1 };
      }
    }
    const nested = found.body.items.filter((item): item is Block => item.kind === "block" && item.type.name === name);
    const [first] = nested;
    const spec = found.spec?.blocks[name];
    if (first) {
      if (first.labels.length === 0) return descend(inner(found, first, spec), steps, used + 1, context, step);
      const labelled = new Map(nested.map((block) => [block.labels[0]?.value ?? "", block]));
      const labelStep = steps[used + 1];
      if (!labelStep) return { value: new Map([...labelled].map(([label, block]) => [label, wholeBody(inner(found, block, spec), context, step)])), used: used + 1 };
      const label = stepName(labelStep, context);
      if (label === undefined) return { value: UNKNOWN, used: steps.length };
      const block = labelled.get(label);
      if (block) return descend(inner(found, block, spec), steps, used + 2, context, labelStep);
      const span = labelStep.kind === "access" ? labelStep.name : labelStep.key;
      context.problems.push(unknownReference({ source: context.source, span }, name, label, nearest(label, labelled.keys()), [...labelled.keys()].sort()));
      return { value: UNKNOWN, used: steps.length };
    }
    if (found.body.incomplete) return { value: UNKNOWN, used: steps.length };
    const attribute = found.spec?.attributes[name];
    if (attribute) return { value: fromPlain(attribute.default), used: used + 1 };
    if (spec) return { value: null, used: used + 1 };
    const span = step.kind === "access" ? step.name : step.key;
    context.problems.push(noAttribute({ source: context.source, span }, name, "block", nearest(name, namesOf(found))));
    return { value: UNKNOWN, used: steps.length };
  }

  function wholeBody(found: Found, context: Context, use: Expression): Value {
    const whole = new Map<string, Value>();
    for (const item of found.body.items) {
      if (item.kind === "attribute") {
        whole.set(item.name.name, force(`${found.path}.${item.name.name}`, item.value, found.source, context, use));
        continue;
      }
      const name = item.type.name;
      const value = wholeBody(inner(found, item, found.spec?.blocks[name]), context, use);
      const [label] = item.labels;
      if (!label) whole.set(name, value);
      else whole.set(name, new Map([...((whole.get(name) as ReadonlyMap<string, Value> | undefined) ?? []), [label.value, value]]));
    }
    return whole;
  }

  return { resolve };
}

function inner(outer: Found, block: Block, spec: BlockSpec | undefined): Found {
  return { body: block.body, source: outer.source, path: [outer.path, block.type.name, ...block.labels.map((label) => label.value)].join("."), ...(spec ? { spec } : {}) };
}

function namesOf({ body, spec }: Found): string[] {
  const written = body.items.map((item) => (item.kind === "attribute" ? item.name.name : item.type.name));
  return [...written, ...Object.keys(spec?.attributes ?? {}), ...Object.keys(spec?.blocks ?? {})];
}

function indexBlocks(sources: readonly ModuleSource[], vocabulary: Readonly<Record<string, BlockSpec>>): ReadonlyMap<string, ReadonlyMap<string, Found>> {
  const index = new Map<string, Map<string, Found>>(REFERABLE_BLOCKS.map((kind) => [kind, new Map<string, Found>()]));
  for (const { source, body } of sources) {
    for (const item of body.items) {
      if (item.kind !== "block") continue;
      const known = index.get(item.type.name);
      const label = item.labels[0]?.value;
      // Of duplicates the first one counts; the second is an error of its own.
      if (!known || label === undefined || known.has(label)) continue;
      const spec = vocabulary[item.type.name];
      known.set(label, { body: item.body, source, path: `${item.type.name}.${label}`, ...(spec ? { spec } : {}) });
    }
  }
  return index;
}

/** The name that `.name` or `["name"]` gives; undefined (and the error told) where it gives none. */
function stepName(step: Step, context: Context): string | undefined {
  if (step.kind === "access") return step.name.name;
  const key = valueOf(step.key, context);
  if (isUnknown(key)) return undefined;
  if (typeof key === "string") return key;
  if (key instanceof Sensitive) {
    // The message about a name that is not there would show it.
    context.problems.push(wrongIndex({ source: context.source, span: step.key }, "a sensitive value can't name a block"));
    return undefined;
  }
  if (!isNull(key)) {
    try {
      return convert(key, STRING) as string;
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
    }
  }
  context.problems.push(wrongIndex({ source: context.source, span: step.key }, `a name is a string, not ${describe(key)}`));
  return undefined;
}
