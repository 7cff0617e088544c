import { camelCase } from "./camel-case";
import { UNSETTLED, checkAt, pathOf, type Step } from "./check-value";
import { nameKey, parseName } from "./name";
import { nearest } from "./nearest";
import * as problems from "./problems";
import type { AttributeSpec, BlockSpec, NestedBlockSpec, Problem } from "./schema";

/**
 * A block as it was written, in Fly names: what `checkBlock` takes. Values are plain (string, boolean, number, bigint
 * for integers beyond 2^53, array, object, null); one that could not be evaluated is `UNSETTLED`. null counts as not
 * given. `blocks` holds the nested blocks by type, in source order.
 */
export interface BlockInput {
  /** Absent: the block's label is not this check's matter. */
  readonly labels?: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly blocks: Readonly<Record<string, readonly BlockInput[]>>;
}

/** Values of which any part may be missing, because it was not given or is not usable. Lists and maps are whole or absent. */
export type Draft<T> = T extends readonly (infer Item)[] ? readonly Draft<Item>[] : T extends object ? { readonly [Key in keyof T]?: Draft<T[Key]> } : T;

/** What a check gives. */
export interface Checked<Values> {
  /** All that could be understood, in camelCase, with defaults. */
  readonly draft: Draft<Values>;
  /** The same, where there is no error. */
  readonly values?: Values;
  readonly problems: readonly Problem[];
  /** Attributes that are given but not usable, as dotted paths (`cloud.region`): a rule must not call them missing. */
  readonly unsettled: ReadonlySet<string>;
}

interface PlannedAttribute {
  readonly name: string;
  readonly property: string;
  readonly spec: AttributeSpec;
  readonly standard: unknown;
}

interface PlannedBlock {
  readonly name: string;
  readonly property: string;
  readonly spec: NestedBlockSpec;
}

/** A specification, made ready for checking many. */
interface Plan {
  readonly spec: BlockSpec;
  readonly attributes: readonly PlannedAttribute[];
  readonly blocks: readonly PlannedBlock[];
  readonly attributeNames: ReadonlySet<string>;
  readonly blockNames: ReadonlySet<string>;
}

const plans = new WeakMap<BlockSpec, Plan>();

function planOf(spec: BlockSpec): Plan {
  let plan = plans.get(spec);
  if (!plan) {
    const attributes = Object.entries(spec.attributes).map(([name, attribute]) => ({ name, property: camelCase(name), spec: attribute, standard: deepFreeze(attribute.default) }));
    const blocks = Object.entries(spec.blocks).map(([name, block]) => ({ name, property: camelCase(name), spec: block }));
    plan = { spec, attributes, blocks, attributeNames: new Set(Object.keys(spec.attributes)), blockNames: new Set(Object.keys(spec.blocks)) };
    plans.set(spec, plan);
  }
  return plan;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}

const NOTHING: BlockInput = { attributes: {}, blocks: {} };
const NONE: readonly BlockInput[] = [];

/**
 * Checks a block against its specification: unknown and missing parts, types, limits, alternatives. Gives its values in
 * camelCase with defaults filled in. `type` is its Fly name (`egg`), for messages. Rules across attributes are `check()`'s.
 */
export function checkBlock<Values>(type: string, spec: BlockSpec, input: BlockInput): Checked<Values> {
  const check = new BlockCheck();
  check.labels(type, spec, input);
  const draft = check.block(type, planOf(spec), input, undefined) as Draft<Values>;
  const failed = check.problems.some((problem) => problem.severity === "error") || check.unsettled.size > 0;
  return { draft, values: failed ? undefined : (draft as Values), problems: check.problems, unsettled: check.unsettled };
}

/** Whether what is missing was probably meant by an unknown name that is there: one mistake is told once. */
function isMistyped(name: string, given: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): boolean {
  return Object.keys(given).some((other) => !known.has(other) && nearest(other, [...known]) === name);
}

class BlockCheck {
  readonly problems: Problem[] = [];
  readonly unsettled = new Set<string>();

  block(type: string, plan: Plan, input: BlockInput, at: Step | undefined): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    this.attributes(type, plan, input, at, values);
    if (plan.spec.exactlyOne) for (const group of plan.spec.exactlyOne) this.exactlyOne(type, plan, group, input, at);
    for (const planned of plan.blocks) this.nested(type, plan, planned, input, at, values);
    for (const name in input.blocks) if (!plan.blockNames.has(name)) this.strangeBlock(type, plan, name, at);
    return values;
  }

  /** Labels of the block itself; those of nested blocks are looked at where they are met. */
  labels(type: string, spec: BlockSpec, input: BlockInput): void {
    const { labels } = input;
    if (!labels) return;
    if (labels.length !== (spec.labels?.length ?? 0)) this.problems.push(problems.wrongLabels([], type, spec.labels?.length ?? 0, labels.length));
    else for (const label of labels) this.label(label, undefined);
  }

  private attributes(type: string, plan: Plan, input: BlockInput, at: Step | undefined, values: Record<string, unknown>): void {
    for (const { name, property, spec, standard } of plan.attributes) {
      const given = input.attributes[name];
      if (given === undefined || given === null) {
        if (standard !== undefined) values[property] = standard;
        else if (spec.required && !(name in input.blocks) && !isMistyped(name, input.attributes, plan.attributeNames)) this.problems.push(problems.missingAttribute(pathOf(at), type, name, spec.example));
        if (spec.required) this.unsettled.add(dotted(at, name));
        continue;
      }
      const value = checkAt(spec.type, given, { parent: at, key: name }, this.problems, spec.pattern);
      if (value === UNSETTLED) this.unsettled.add(dotted(at, name));
      else values[property] = value;
    }
    for (const name in input.attributes) {
      if (plan.attributeNames.has(name)) continue;
      const path = [...pathOf(at), name];
      const known = [...plan.attributeNames];
      this.problems.push(plan.blockNames.has(name) ? problems.attributeForBlock(path) : problems.unknownAttribute(path, type, nearest(name, known), known));
    }
  }

  private exactlyOne(type: string, plan: Plan, group: readonly string[], input: BlockInput, at: Step | undefined): void {
    const given = group.filter((name) => input.attributes[name] !== undefined && input.attributes[name] !== null);
    if (given.length === 0 && group.some((name) => isMistyped(name, input.attributes, plan.attributeNames))) return;
    if (given.length !== 1) this.problems.push(problems.notExactlyOne(pathOf(at), type, group, given));
  }

  private nested(type: string, parent: Plan, { name, property, spec }: PlannedBlock, input: BlockInput, at: Step | undefined, values: Record<string, unknown>): void {
    const inputs = input.blocks[name] ?? NONE;
    const plan = planOf(spec);
    if (inputs.length === 0 && spec.required && !(name in input.attributes) && !isMistyped(name, input.blocks, parent.blockNames)) {
      this.problems.push(problems.missingBlock(pathOf(at), type, spec.labels ? `${name} "…"` : name));
    }
    if (spec.many) values[property] = this.labelled(name, plan, inputs, { parent: at, key: name });
    else if (inputs.length > 0) values[property] = this.single(name, plan, inputs, { parent: at, key: name });
    else if (spec.assumed) values[property] = this.block(name, plan, NOTHING, { parent: at, key: name });
  }

  /** The first of the blocks counts; further ones are checked and refused. */
  private single(name: string, plan: Plan, inputs: readonly BlockInput[], at: Step): Record<string, unknown> {
    const values = this.unlabelled(name, plan, inputs[0] ?? NOTHING, at);
    for (let index = 1; index < inputs.length; index++) {
      const here = { parent: at, key: index };
      this.problems.push(problems.blockTwice(pathOf(here), name, pathOf(at)));
      this.unlabelled(name, plan, inputs[index] ?? NOTHING, here);
    }
    return values;
  }

  private unlabelled(name: string, plan: Plan, input: BlockInput, at: Step): Record<string, unknown> {
    if (input.labels && input.labels.length > 0) this.problems.push(problems.wrongLabels(pathOf(at), name, 0, input.labels.length));
    return this.block(name, plan, input, at);
  }

  private labelled(name: string, plan: Plan, inputs: readonly BlockInput[], at: Step): readonly Record<string, unknown>[] {
    const seen = new Map<string, { readonly path: problems.Path; readonly name: string; readonly what: string }>();
    return inputs.map((input, index) => {
      const label = input.labels?.length === 1 ? (input.labels[0] as string) : undefined;
      const key = label ?? index;
      const earlier = label === undefined ? undefined : seen.get(nameKey(label));
      const own: Step = { parent: at, key };
      // A second block of the same label is told from the first by its number.
      const here = earlier?.name === label && label !== undefined ? { parent: own, key: index } : own;
      if (label === undefined) this.problems.push(problems.wrongLabels(pathOf(here), name, 1, input.labels?.length ?? 0));
      else this.label(label, here);
      if (earlier && label !== undefined) this.problems.push(problems.nameTwice(pathOf(here), label, earlier));
      else if (label !== undefined) seen.set(nameKey(label), { path: pathOf(here), name: label, what: `a ${name}` });
      return { name: label, ...this.block(name, plan, input, here) };
    });
  }

  private label(label: string, at: Step | undefined): void {
    const name = parseName(label);
    if (!name.ok) this.problems.push(problems.badName(pathOf(at), label, name.message));
  }

  private strangeBlock(type: string, plan: Plan, name: string, at: Step | undefined): void {
    const path = [...pathOf(at), name];
    const attribute = plan.spec.attributes[name];
    const known = [...plan.blockNames];
    this.problems.push(attribute && plan.attributeNames.has(name) ? problems.blockForAttribute(path, name, attribute.example) : problems.unknownBlock(path, name, type, nearest(name, known), known));
  }
}

function dotted(at: Step | undefined, name: string): string {
  return [...pathOf(at), name].join(".");
}
