import type { BlockInput } from "../vocabulary/check-block";
import { UNSETTLED } from "../vocabulary/check-value";
import type { BlockSpec } from "../vocabulary/schema";
import { sensitiveValue } from "./check-diagnostics";
import type { Diagnostic } from "./diagnostic";
import { locateInValue, type Path } from "./locate";
import { type FlyNumber, isInteger, toBigInt, toDouble } from "./number";
import type { SourceText } from "./source";
import type { Attribute, Block, Body, Expression } from "./syntax";
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
  return { labels: labelsOf(block), ...bodyInput(block.body, spec, [place], evaluation) };
}

function bodyInput(body: Body, spec: BlockSpec, path: Path, evaluation: EvaluationOfBlock): BlockInput {
  const attributes: Record<string, unknown> = {};
  const blocks: Record<string, BlockInput[]> = {};
  for (const item of body.items) {
    if (item.kind === "attribute") {
      const { name } = item.name;
      // The parser has told of an attribute that stands twice.
      if (name in attributes) continue;
      attributes[name] = Object.hasOwn(spec.attributes, name) ? plainValue(evaluation.evaluate(item.value), { attribute: item, path: [...path, name], evaluation }, []) : UNSETTLED;
    } else {
      const type = item.type.name;
      const nested = Object.hasOwn(spec.blocks, type) ? spec.blocks[type] : undefined;
      const labels = labelsOf(item);
      const input = nested ? { labels, ...bodyInput(item.body, nested, [...path, type, ...labels], evaluation) } : { labels, attributes: {}, blocks: {} };
      (blocks[type] ??= []).push(input);
    }
  }
  return { attributes, blocks };
}

function labelsOf(block: Block): readonly string[] {
  return block.labels.map((label) => label.value);
}

interface Place {
  readonly attribute: Attribute;
  readonly path: Path;
  readonly evaluation: EvaluationOfBlock;
}

function plainValue(value: Value, place: Place, inside: Path): unknown {
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") return value;
  if (isNull(value)) return null;
  if (isUnknown(value)) return UNSETTLED;
  if (value instanceof Sensitive) {
    const { attribute, path, evaluation } = place;
    const span = locateInValue(attribute.value, inside);
    evaluation.report(sensitiveValue(evaluation.source, span, value.ways, [...path, ...inside].join(".")));
    return UNSETTLED;
  }
  const items = elementsOf(value);
  if (items) return items.map((item, index) => plainValue(item, place, [...inside, index]));
  const entries = entriesOf(value);
  if (entries) return Object.fromEntries([...entries].map(([key, item]) => [key, plainValue(item, place, [...inside, key])]));
  const number = value as FlyNumber;
  return isInteger(number) ? toBigInt(number) : toDouble(number);
}
