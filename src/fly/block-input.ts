import type { BlockInput } from "../vocabulary/check-block";
import { UNSETTLED } from "../vocabulary/check-value";
import type { BlockSpec } from "../vocabulary/schema";
import { sensitiveValue } from "./check-diagnostics";
import type { Diagnostic } from "./diagnostic";
import { locateInValue, type Path } from "./locate";
import { type FlyNumber, isInteger, toBigInt, toDouble } from "./number";
import type { SourceText } from "./source";
import type { Attribute, Block, Expression } from "./syntax";
import { elementsOf, entriesOf, isNull, isUnknown, Sensitive, type Value } from "./value";

export interface EvaluationOfBlock {
  readonly source: SourceText;
  /** Evaluates an attribute's value; reports what is wrong with it and answers with `UNKNOWN` then. */
  evaluate(expression: Expression): Value;
  report(diagnostic: Diagnostic): void;
}

/**
 * A block as the vocabulary checks it: attributes evaluated to plain values, nested blocks by type. What could not
 * be evaluated, and what a sensitive variable has reached (reported here), is `UNSETTLED`. What `spec` does not know
 * is there by name only: its value would tell nothing. `place` names the block in messages: `egg.my-app`.
 */
export function blockInput(block: Block, spec: BlockSpec, place: string, evaluation: EvaluationOfBlock): BlockInput {
  return bodyInput(block, spec, { key: place, outer: undefined }, evaluation);
}

/** The way to a value, spelled out only when there is something to say about it. */
interface Way {
  readonly key: string | number;
  readonly outer: Way | undefined;
}

function bodyInput(block: Block, spec: BlockSpec, way: Way, evaluation: EvaluationOfBlock): BlockInput {
  const attributes: Record<string, unknown> = {};
  const blocks: Record<string, BlockInput[]> = {};
  for (const item of block.body.items) {
    if (item.kind === "attribute") {
      const { name } = item.name;
      setProperty(attributes, name, Object.hasOwn(spec.attributes, name) ? attributeValue(item, way, evaluation) : UNSETTLED);
      continue;
    }
    const type = item.type.name;
    const nested = Object.hasOwn(spec.blocks, type) ? spec.blocks[type] : undefined;
    const input = nested ? bodyInput(item, nested, wayInto(item, way), evaluation) : { labels: labelsOf(item), attributes: {}, blocks: {} };
    if (Object.hasOwn(blocks, type)) (blocks[type] as BlockInput[]).push(input);
    else setProperty(blocks, type, [input]);
  }
  return { labels: labelsOf(block), attributes, blocks };
}

function wayInto(block: Block, outer: Way): Way {
  let way: Way = { key: block.type.name, outer };
  for (const label of block.labels) way = { key: label.value, outer: way };
  return way;
}

const NO_LABELS: readonly string[] = [];

function labelsOf(block: Block): readonly string[] {
  return block.labels.length === 0 ? NO_LABELS : block.labels.map((label) => label.value);
}

function attributeValue(attribute: Attribute, way: Way, evaluation: EvaluationOfBlock): unknown {
  const value = evaluation.evaluate(attribute.value);
  if (typeof value !== "object") return value;
  return plainValue(value, { attribute, way, evaluation }, undefined);
}

interface Place {
  readonly attribute: Attribute;
  /** Of the block around the attribute. */
  readonly way: Way;
  readonly evaluation: EvaluationOfBlock;
}

/** `inside` leads into the attribute's value. */
function plainValue(value: Value, place: Place, inside: Way | undefined): unknown {
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") return value;
  if (isNull(value)) return null;
  if (isUnknown(value)) return UNSETTLED;
  if (value instanceof Sensitive) {
    const { attribute, way, evaluation } = place;
    const path = spelledOut(inside);
    const target = [...spelledOut(way), attribute.name.name, ...path].join(".");
    evaluation.report(sensitiveValue(evaluation.source, locateInValue(attribute.value, path), value.ways, target));
    return UNSETTLED;
  }
  const items = elementsOf(value);
  if (items) return items.map((item, index) => (typeof item === "object" ? plainValue(item, place, { key: index, outer: inside }) : item));
  const entries = entriesOf(value);
  if (!entries) {
    const number = value as FlyNumber;
    return isInteger(number) ? toBigInt(number) : toDouble(number);
  }
  const plain: Record<string, unknown> = {};
  for (const [key, item] of entries) setProperty(plain, key, typeof item === "object" ? plainValue(item, place, { key, outer: inside }) : item);
  return plain;
}

/** Sets an own property, whatever its name: an assignment to `__proto__` would not. */
function setProperty<T>(target: Record<string, T>, key: string, value: T): void {
  if (key === "__proto__") Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

function spelledOut(way: Way | undefined): Path {
  const path: (string | number)[] = [];
  for (let step = way; step; step = step.outer) path.push(step.key);
  return path.reverse();
}
