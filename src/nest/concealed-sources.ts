import { SourceText } from "../fly/source";
import type { Body, Expression, Span, TemplateText } from "../fly/syntax";
import { nodesIn } from "../fly/syntax-search";
import { blocks } from "../vocabulary/blocks";
import type { BlockSpec, ValueType } from "../vocabulary/schema";
import { parseSecretReference, SECRET_BACKENDS } from "../vocabulary/secret";
import type { ParsedFile } from "./blocks";

/**
 * The texts that diagnostics are shown with. Whoever writes a token where a reference belongs must not meet it in a
 * pipeline's log, in the line that the error shows: what stands in the place of a secret and is no reference is
 * starred, and so are the values of sensitive variables. Lines and columns stay as they are.
 */
export function concealedSources(sources: ReadonlyMap<string, SourceText>, files: readonly ParsedFile[], values: readonly ParsedFile[]): ReadonlyMap<string, SourceText> {
  const sensitive = new Set<string>();
  const found = new Map<string, Span[]>();
  for (const { source, body } of files) found.set(source.file, secretTexts(body, sensitive));
  for (const { source, body } of values) {
    found.set(source.file, body.items.flatMap((item) => (item.kind === "attribute" && sensitive.has(item.name.name) ? textsIn(item.value) : [])));
  }
  const shown = new Map(sources);
  for (const [file, spans] of found) {
    const source = sources.get(file);
    if (source && spans.length > 0) shown.set(file, new SourceText(file, starred(source.text, spans)));
  }
  return shown;
}

function secretTexts(body: Body, sensitive: Set<string>): Span[] {
  return body.items.flatMap((item) => {
    if (item.kind !== "block") return [];
    const type = item.type.name;
    if (type === "variable") return defaultOfSensitive(item.body, item.labels[0]?.value, sensitive);
    return Object.hasOwn(blocks, type) ? textsInBlock(item.body, blocks[type as keyof typeof blocks]) : [];
  });
}

function defaultOfSensitive(body: Body, name: string | undefined, sensitive: Set<string>): readonly Span[] {
  const valueOf = (attribute: string): Expression | undefined => body.items.flatMap((item) => (item.kind === "attribute" && item.name.name === attribute ? [item.value] : []))[0];
  const flag = valueOf("sensitive");
  // Anything but a plain false may mean that it is.
  if (name === undefined || flag === undefined || (flag.kind === "boolean" && !flag.value)) return [];
  sensitive.add(name);
  const value = valueOf("default");
  return value ? textsIn(value) : [];
}

function textsInBlock(body: Body, spec: BlockSpec): readonly Span[] {
  return body.items.flatMap((item) => {
    if (item.kind === "attribute") {
      const { name } = item.name;
      const attribute = Object.hasOwn(spec.attributes, name) ? spec.attributes[name] : undefined;
      return attribute && holdsSecrets(attribute.type) ? textsIn(item.value).filter(({ value }) => !isReference(value)) : [];
    }
    const nested = Object.hasOwn(spec.blocks, item.type.name) ? spec.blocks[item.type.name] : undefined;
    return nested ? textsInBlock(item.body, nested) : [];
  });
}

function holdsSecrets(type: ValueType): boolean {
  return type.kind === "secret" || ((type.kind === "map" || type.kind === "list") && holdsSecrets(type.of));
}

/** A reference, or one with a mistake in it, which its author needs to see. */
function isReference(text: string): boolean {
  return parseSecretReference(text).ok || SECRET_BACKENDS.some((backend) => text.startsWith(`${backend}:`));
}

/** The literal texts in a value; names of keys are no secrets. */
function textsIn(value: Expression): readonly TemplateText[] {
  const keys = new Set<unknown>();
  const texts: TemplateText[] = [];
  for (const node of nodesIn(value)) {
    if (node.kind === "item") keys.add((node as unknown as { readonly key: Expression }).key);
    if (node.kind === "template" && !keys.has(node)) texts.push(...(node as unknown as { readonly parts: readonly TemplateText[] }).parts.filter((part) => part.kind === "text"));
  }
  return texts;
}

/** The text with a star for each character of the spans; line breaks stay. */
function starred(text: string, spans: readonly Span[]): string {
  let result = "";
  let from = 0;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    result += text.slice(from, start) + text.slice(start, end).replace(/[^\r\n]/gu, "*");
    from = end;
  }
  return result + text.slice(from);
}
