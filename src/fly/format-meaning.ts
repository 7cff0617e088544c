import { equalSyntax } from "./equal";
import type { Attribute, Block, Body, Expression, Label } from "./syntax";

/**
 * Whether two files mean the same, up to what the engine's formatter rewrites: quotes of labels, a value that was
 * one interpolation alone, and the older types of a `variable`. Spans do not count.
 */
export function sameMeaning(before: Body, after: Body): boolean {
  return sameBody(before, after, []);
}

function sameBody(before: Body, after: Body, blocks: readonly string[]): boolean {
  if (before.items.length !== after.items.length) return false;
  return before.items.every((item, index) => {
    const other = after.items[index];
    if (item.kind === "attribute") return other?.kind === "attribute" && sameAttribute(item, other, blocks);
    return other?.kind === "block" && sameBlock(item, other, blocks);
  });
}

function sameBlock(before: Block, after: Block, blocks: readonly string[]): boolean {
  return (
    before.type.name === after.type.name &&
    before.labels.length === after.labels.length &&
    before.labels.every((label, index) => sameLabel(label, after.labels[index] as Label)) &&
    sameBody(before.body, after.body, [...blocks, before.type.name])
  );
}

function sameLabel(before: Label, after: Label): boolean {
  // The language compares strings in their composed form, and so the engine writes them.
  return before.value.normalize("NFC") === after.value.normalize("NFC");
}

function sameAttribute(before: Attribute, after: Attribute, blocks: readonly string[]): boolean {
  if (before.name.name !== after.name.name) return false;
  const isType = blocks.length === 1 && blocks[0] === "variable" && before.name.name === "type";
  return (isType && newType(before.value) === newType(after.value) && newType(after.value) !== undefined) || sameValue(before.value, after.value);
}

/** The type that a `type` of a variable stands for, where it has an older form. */
function newType(value: Expression): string | undefined {
  const name = value.kind === "variable" ? value.name : undefined;
  if (name !== undefined) return ["list", "map", "set"].includes(name) ? `${name}(any)` : name;
  if (value.kind === "template") {
    const [part] = value.parts;
    if (value.form !== "quoted" || value.parts.length !== 1 || part?.kind !== "text") return undefined;
    if (part.value === "string") return "string";
    return part.value === "list" || part.value === "map" ? `${part.value}(string)` : undefined;
  }
  if (value.kind !== "call" || value.args.length !== 1 || value.expand) return undefined;
  const [argument] = value.args;
  return argument?.kind === "variable" ? `${value.name.name}(${argument.name})` : undefined;
}

/** Whether `after` is `before`, or what is left of it once its interpolation lost its quotes. */
export function sameValue(before: Expression, after: Expression): boolean {
  const inner = withoutQuotes(before);
  if (inner === before) return equalSyntax(before, after);
  const bare = withoutQuotes(after);
  return equalSyntax(inner, bare) || (bare.kind === "parentheses" && equalSyntax(inner, withoutQuotes(bare.expression)));
}

/** `"${x}"` → x, as often as it is there. */
function withoutQuotes(value: Expression): Expression {
  let current = value;
  while (current.kind === "template" && current.form === "quoted" && current.parts.length === 1) {
    const [part] = current.parts;
    if (part?.kind !== "interpolation") break;
    current = part.expression;
  }
  return current;
}
