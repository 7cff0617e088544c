import type { Attribute, Block, Body, Expression, Span } from "./syntax";

/** Place in a block, as `Problem.path` says it: Fly names, labels, list indices, keys of maps. */
export type Path = readonly (string | number)[];

/** A block's header: its type and labels, without its body. */
export function header(block: Block): Span {
  return { start: block.start, end: block.labels.at(-1)?.end ?? block.type.end };
}

/**
 * Where in a block a problem stands: the exact value, inside lists and objects too as far as they are written
 * out; the header of the innermost block where the file has nothing at that place.
 */
export function locate(block: Block, path: Path): Span {
  let body: Body = block.body;
  let place: Span = header(block);
  for (let index = 0; index < path.length; ) {
    const name = path[index];
    const attribute = attributeNamed(body, name);
    if (attribute) return locateInValue(attribute.value, path.slice(index + 1));
    const candidates = body.items.filter((item): item is Block => item.kind === "block" && item.type.name === name);
    const label = path[index + 1];
    const labelled = candidates.find((candidate) => candidate.labels.length > 0 && candidate.labels[0]?.value === label);
    const next = labelled ?? (candidates.some((candidate) => candidate.labels.length > 0) ? undefined : candidates[0]);
    if (!next) return place;
    place = header(next);
    body = next.body;
    index += labelled ? 2 : 1;
  }
  return place;
}

export function attributeNamed(body: Body, name: string | number | undefined): Attribute | undefined {
  return body.items.find((item): item is Attribute => item.kind === "attribute" && item.name.name === name);
}

/** The element of a list or object that is written out, else the nearest expression around it. */
export function locateInValue(expression: Expression, path: Path): Span {
  const step = path[0];
  if (expression.kind === "parentheses") return locateInValue(expression.expression, path);
  if (expression.kind === "tuple" && typeof step === "number") {
    const item = expression.items[step];
    if (item) return locateInValue(item, path.slice(1));
  }
  if (expression.kind === "object" && step !== undefined) {
    const item = expression.items.find((candidate) => keyOf(candidate.key) === String(step));
    if (item) return locateInValue(item.value, path.slice(1));
  }
  return expression;
}

/** The key of an object's item where it is written out: a name or a plain string. */
function keyOf(key: Expression): string | undefined {
  if (key.kind === "variable") return key.name;
  if (key.kind === "number") return key.text;
  return key.kind === "template" ? plainText(key)?.value : undefined;
}

/** The one text of a template without interpolations. */
function plainText(expression: Expression): { readonly value: string; readonly start: number; readonly end: number } | undefined {
  if (expression.kind !== "template" || expression.parts.length !== 1) return undefined;
  const [part] = expression.parts;
  return part?.kind === "text" ? part : undefined;
}

/** The part of a string that is meant, by indices into its value; the whole where escapes or references shift them. */
export function locateInString(expression: Span, value: Expression, span: { readonly start: number; readonly end: number }): Span {
  const text = plainText(value);
  if (!text || text.end - text.start !== text.value.length) return expression;
  const end = Math.min(text.start + span.end, text.end);
  return { start: Math.min(text.start + span.start, end), end };
}
