import type { Block, Body, Expression, ObjectItem, Span, Template, TemplateText } from "./syntax";

/** Place in a block, as `Problem.path` says it: Fly names, labels, list indices, keys of maps. */
export type Path = readonly (string | number)[];

/** What a path leads to. */
export interface Located {
  readonly span: Span;
  /** What stands there: a name or a label (`name`), a whole quoted string, words inside of one, or any other expression. */
  readonly part: "name" | "string" | "words" | "expression";
  /** The innermost block on the way; absent at the top of a file. */
  readonly block?: Block;
}

/** A block's header: its type and labels, without its body. */
export function header(block: Block): Span {
  return { start: block.start, end: block.labels.at(-1)?.end ?? block.type.end };
}

/** Problems with what something is called, not with what it holds: an attribute's name, a block's type. */
const ABOUT_NAMES = new Set(["FLY101", "FLY102", "FLY110"]);
/** Problems with a block's label. */
const ABOUT_LABELS = new Set(["FLY108", "FLY109", "FLY165", "FLY166", "FLY171"]);
/** Problems with a key of a map. */
const ABOUT_KEYS = new Set(["FLY117", "FLY140", "FLY144"]);

/**
 * Where in a block a problem stands: the exact value, inside lists and objects too as far as they are written out,
 * or the name that it is about; the header of the innermost block where the file has nothing at that place.
 */
export function locate(block: Block, problem: { readonly path: Path; readonly code: string; readonly span?: Span }): Located {
  const { path, code } = problem;
  let here = block;
  for (let index = 0; index < path.length; ) {
    const name = path[index];
    const attribute = here.body.items.find((item) => item.kind === "attribute" && item.name.name === name);
    if (attribute?.kind === "attribute") {
      if (ABOUT_NAMES.has(code)) return { span: attribute.name, part: "name", block: here };
      return { ...inValue(attribute.value, path.slice(index + 1), problem), block: here };
    }
    const found = nestedBlock(here.body, path, index);
    if (!found) break;
    here = found.block;
    index += found.used;
  }
  if (ABOUT_NAMES.has(code) && here !== block) return { span: here.type, part: "name", block: here };
  const label = ABOUT_LABELS.has(code) ? here.labels[0] : undefined;
  return { span: label ?? header(here), part: "expression", block: here };
}

/** The nested block that `path` names from `index` on: `type`, `type label`, `type number`, or `type label number`. */
function nestedBlock(body: Body, path: Path, index: number): { readonly block: Block; readonly used: number } | undefined {
  const [type, next, third] = path.slice(index, index + 3);
  const ofType = body.items.filter((item): item is Block => item.kind === "block" && item.type.name === type);
  const numbered = (number: string | number | undefined): Block | undefined => (typeof number === "number" ? ofType[number] : undefined);
  if (typeof next === "string") {
    const labelled = ofType.find((item) => item.labels[0]?.value === next);
    const again = labelled && numbered(third);
    if (again) return { block: again, used: 3 };
    if (labelled) return { block: labelled, used: 2 };
  }
  const byNumber = numbered(next);
  if (byNumber) return { block: byNumber, used: 2 };
  return ofType[0] && { block: ofType[0], used: 1 };
}

/** The element of a list or object that is written out, else the nearest expression around it. */
export function locateInValue(expression: Expression, path: Path): Span {
  return innermost(expression, path).expression;
}

function inValue(value: Expression, path: Path, problem: { readonly code: string; readonly span?: Span }): Located {
  const { expression, item, rest } = innermost(value, path);
  if (item && rest.length === 0 && ABOUT_KEYS.has(problem.code)) return { span: item.key, part: "expression" };
  if (expression.kind !== "template") return { span: expression, part: "expression" };
  const words = problem.span && rest.length === 0 ? wordsOf(expression, problem.span) : undefined;
  if (words) return { span: words, part: "words" };
  return { span: expression, part: problem.span ? "expression" : "string" };
}

function innermost(value: Expression, path: Path): { readonly expression: Expression; readonly item?: ObjectItem; readonly rest: Path } {
  let expression = value;
  let item: ObjectItem | undefined;
  let index = 0;
  for (;;) {
    const step = path[index];
    if (expression.kind === "parentheses") {
      expression = expression.expression;
      continue;
    }
    let next: Expression | undefined;
    if (expression.kind === "tuple" && typeof step === "number") {
      next = expression.items[step];
    } else if (expression.kind === "object" && step !== undefined) {
      item = expression.items.find((candidate) => keyOf(candidate.key) === String(step)) ?? item;
      next = expression.items.find((candidate) => keyOf(candidate.key) === String(step))?.value;
    }
    if (!next) return { expression, item, rest: path.slice(index) };
    expression = next;
    index++;
  }
}

/** The key of an object's item where it is written out: a name, a number or a plain string. */
function keyOf(key: Expression): string | undefined {
  if (key.kind === "variable") return key.name;
  if (key.kind === "number") return key.text;
  return key.kind === "template" ? plainText(key)?.value : undefined;
}

/** The one text of a template without interpolations. */
function plainText(template: Template): TemplateText | undefined {
  const [part] = template.parts;
  return template.parts.length === 1 && part?.kind === "text" ? part : undefined;
}

/** The words of a string that are meant, by indices into its value; undefined where escapes or references shift them. */
function wordsOf(template: Template, span: Span): Span | undefined {
  const text = plainText(template);
  if (!text || text.end - text.start !== text.value.length) return undefined;
  const end = Math.min(text.start + span.end, text.end);
  return { start: Math.min(text.start + span.start, end), end };
}
