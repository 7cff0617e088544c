import type { SourceText } from "../../src/fly/source";
import type { Body, Expression, ObjectItem, Template, TemplatePart } from "../../src/fly/syntax";

/**
 * What the converter of tmccombs/hcl2json, which both of our oracles have around HCL's parser, makes of a tree. It loses:
 *
 * - the order of attributes and blocks, and which of two equal keys came first (the last one stays)
 * - which label was a label: blocks of one type are nested by their labels, then listed
 * - numbers beyond a double, and how a number was written
 * - the difference between `"${x}"` and `x`, and between `"a${"b"}"` and `"ab"`: literals in templates are put in
 * - `~`: it is carried out; and the blanks in directives
 * - the difference between `%{ if }` and `${ ? : }` in a template: both become directives, and `%{ else }` goes where nothing follows it
 * - `-` and `!` before a literal: they are carried out
 * - other forms of Unicode than the composed one, but in names and labels
 * - in hcl2-parser, `$${` and `%%{`: they come out as `${` and `%{`
 */
export interface PeerView {
  /** Whether `$${` and `%%{` are kept. */
  readonly escapesSequences: boolean;
}

/** JSON in which objects have no order. */
export type PeerValue = string | number | boolean | null | PeerValue[] | { [name: string]: PeerValue };

export function peerView(source: SourceText, body: Body, view: PeerView): PeerValue {
  const { text } = source;
  return ofBody(body);

  function ofBody(inner: Body): { [name: string]: PeerValue } {
    const result = Object.create(null) as { [name: string]: PeerValue };
    for (const item of inner.items) {
      if (item.kind === "attribute") {
        result[item.name.name] = ofValue(item.value);
        continue;
      }
      const path = [item.type.name, ...item.labels.map((label) => label.value)];
      let at = result;
      for (const step of path.slice(0, -1)) at = (at[step] ??= Object.create(null) as PeerValue) as typeof at;
      const list = (at[path.at(-1) as string] ??= []) as PeerValue[];
      list.push(ofBody(item.body));
    }
    return result;
  }

  function ofValue(value: Expression): PeerValue {
    switch (value.kind) {
      case "number":
        return Number(value.text);
      case "boolean":
        return value.value;
      case "null":
        return null;
      case "unary":
        return ofUnary(value.operator, value.operand) ?? wrapped(value);
      case "template": {
        const [only] = value.parts;
        return value.parts.length === 1 && only?.kind === "interpolation" ? ofValue(only.expression) : ofTemplate(value.parts);
      }
      case "tuple":
        return value.items.map(ofValue);
      case "object":
        return ofObject(value.items);
      default:
        return wrapped(value);
    }
  }

  function ofUnary(operator: "-" | "!", operand: Expression): PeerValue | undefined {
    if (operator === "-" && operand.kind === "number") return -Number(operand.text);
    if (operator === "!" && operand.kind === "boolean") return !operand.value;
    return undefined;
  }

  function ofObject(items: readonly ObjectItem[]): PeerValue {
    const result = Object.create(null) as { [name: string]: PeerValue };
    for (const { key, value } of items) {
      const name = key.kind === "variable" ? composed(key.name) : key.kind === "access" || key.kind === "index" ? slice(key) : ofPart(key);
      result[name] = ofValue(value);
    }
    return result;
  }

  function ofTemplate(parts: readonly TemplatePart[]): string {
    return parts.map((part) => {
      switch (part.kind) {
        case "text":
          return escaped(composed(part.value));
        case "interpolation":
          return ofPart(part.expression);
        case "if":
          return conditional(part.condition, ofTemplate(part.then), ofTemplate(part.else ?? []));
        case "for":
          return `%{for ${part.key ? `${part.key.name}, ` : ""}${part.value.name} in ${slice(part.collection)}}${ofTemplate(part.body)}%{endfor}`;
      }
    }).join("");
  }

  /** An expression inside of a template. */
  function ofPart(value: Expression): string {
    switch (value.kind) {
      case "number":
        return plainDecimal(value.text);
      case "boolean":
        return String(value.value);
      case "template":
        return ofTemplate((value as Template).parts);
      case "conditional":
        return conditional(value.condition, ofPart(value.then), ofPart(value.else));
      default:
        return wrapped(value);
    }
  }

  function conditional(condition: Expression, then: string, otherwise: string): string {
    return `%{if ${slice(condition)}}${then}${otherwise === "" ? "" : `%{else}${otherwise}`}%{endif}`;
  }

  function escaped(value: string): string {
    return view.escapesSequences ? value.replace(/[$%](?=\{)/g, "$&$&") : value;
  }

  function wrapped(value: Expression): string {
    return `\${${slice(value)}}`;
  }

  function slice(value: Expression): string {
    return text.slice(value.start, value.end);
  }
}

/**
 * Whether the converter can show a body at all: an attribute and a block of one name, blocks of one type with
 * different numbers of labels, `null` in a template or as a key, and `-` or `!` before a literal that has none of it are errors
 * to it, though not to the parser.
 */
export function isConvertible(body: Body): boolean {
  const labels = new Map<string, number>();
  return body.items.every((item) => {
    const name = item.kind === "attribute" ? item.name.name : item.type.name;
    const count = item.kind === "attribute" ? -1 : item.labels.length;
    const known = labels.get(name);
    labels.set(name, count);
    if (known !== undefined && known !== count) return false;
    return item.kind === "attribute" ? !isOddToConvert(item.value) : isConvertible(item.body);
  });
}

function isOddToConvert(node: unknown, inTemplate = false): boolean {
  if (Array.isArray(node)) return node.some((item) => isOddToConvert(item, inTemplate));
  if (typeof node !== "object" || node === null) return false;
  const { kind } = node as { kind?: string };
  if (kind === "null") return inTemplate;
  if (kind === "item" && (node as ObjectItem).key.kind === "variable" && ((node as ObjectItem).key as { name: string }).name === "null") return true;
  if (kind === "unary") {
    const { operator, operand } = node as Extract<Expression, { kind: "unary" }>;
    if (operand.kind !== "variable" && operand.kind !== (operator === "-" ? "number" : "boolean")) return true;
  }
  const inside = kind === "interpolation" || (inTemplate && (kind === "conditional" || kind === "template"));
  return Object.values(node).some((value) => isOddToConvert(value, inside));
}

function composed(value: string): string {
  return value.normalize("NFC");
}

/** A number without an exponent. */
function plainDecimal(written: string): string {
  const [, whole = "", fraction = "", exponent = "0"] = /^(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(written) ?? [];
  const point = whole.length + Number(exponent);
  const digits = (whole + fraction).padEnd(point, "0").padStart((whole + fraction).length - Math.min(0, point), "0");
  const at = Math.max(0, point);
  const integer = digits.slice(0, at).replace(/^0+(?=.)/, "") || "0";
  const rest = digits.slice(at).replace(/0+$/, "");
  return rest === "" ? integer : `${integer}.${rest}`;
}
