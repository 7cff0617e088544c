import { format } from "../fly/format";
import { parse } from "../fly/parser";
import { quote } from "../fly/print-template";
import { SourceText } from "../fly/source";
import { type BlockName, blocks } from "../vocabulary/blocks";
import type { BlockInput } from "../vocabulary/check-block";
import type { BlockSpec } from "../vocabulary/schema";

/**
 * Fly text of a block with this content: canonical (`fmt` leaves it as it is), attributes before nested blocks, each
 * in the vocabulary's order. Values are strings, numbers, booleans, lists and maps of those.
 */
export function blockText(type: BlockName, input: BlockInput): string {
  const source = new SourceText(type, lines(type, blocks[type], input, "").join("\n") + "\n");
  const formatted = format(source);
  if (formatted.kind === "refused") throw new Error(`the text of ${type} is no Fly: ${formatted.diagnostics[0]?.summary ?? ""}`);
  return formatted.text;
}

function lines(type: string, spec: BlockSpec, { labels = [], attributes, blocks: nested }: BlockInput, indent: string): readonly string[] {
  const deeper = `${indent}  `;
  const given = Object.keys(spec.attributes).filter((name) => attributes[name] !== undefined);
  const inside = [
    ...given.flatMap((name) => attributeLines(name, attributes[name], deeper)),
    ...Object.entries(spec.blocks).flatMap(([name, inner]) => (nested[name] ?? []).flatMap((each) => lines(name, inner, each, deeper))),
  ];
  const header = [type, ...labels.map(quote)].join(" ");
  return inside.length === 0 ? [`${indent}${header} {}`] : [`${indent}${header} {`, ...inside, `${indent}}`];
}

function attributeLines(name: string, value: unknown, indent: string): readonly string[] {
  // In quotes, other control characters are seen.
  if (typeof value === "string" && value.includes("\n") && !/(?![\n\t])\p{Cc}/u.test(value)) {
    const heredoc = heredocLines(name, value, indent);
    if (isRead(heredoc, value)) return heredoc;
  }
  return [`${indent}${name} = ${valueText(value)}`];
}

function heredocLines(name: string, value: string, indent: string): readonly string[] {
  const content = value.replace(/[$%](?=\{)/g, "$&$&").split("\n").slice(0, -1);
  return [`${indent}${name} = <<-EOT`, ...content.map((line) => (line === "" ? "" : `${indent}  ${line}`)), `${indent}EOT`];
}

/** Whether the text says what is meant: not where all lines are indented, the last one has no end, or one is the marker. */
function isRead(text: readonly string[], wanted: string): boolean {
  const { body, diagnostics } = parse(new SourceText("", `${text.join("\n")}\n`));
  const [item] = body.items;
  if (diagnostics.length > 0 || body.items.length !== 1 || item?.kind !== "attribute" || item.value.kind !== "template") return false;
  const { parts } = item.value;
  return parts.every((part) => part.kind === "text") && parts.map((part) => (part.kind === "text" ? part.value : "")).join("") === wanted;
}

function valueText(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const items = Object.entries(value).map(([key, item]) => `${quote(key)} = ${valueText(item)}`);
    return items.length === 0 ? "{}" : `{ ${items.join(", ")} }`;
  }
  return String(value);
}
