import { endsLine, type FormatToken } from "./format-token";
import { unwrap } from "./format-unwrap";
import { quoteLabel } from "./format-label";
import type { Token } from "./scanner";
import type { Attribute, Block, Body, Label } from "./syntax";

/**
 * The tokens of a file without syntax errors, with those changed that the engine's formatter changes:
 *
 * - labels are quoted, with escapes only where they are needed; comments between them go
 * - a value that is one interpolation alone loses its quotes: `"${var.a}"` → `var.a`
 * - the type of a `variable` at the top that older engines wrote: `"string"` → `string`, `"list"` → `list(string)`,
 *   `"map"` → `map(string)`, and `list`, `map`, `set` → `list(any)` …
 *
 * Where the engine would make a text of another meaning or none at all (drop a label with a `$` in it, cut a value
 * over lines off its end), the tokens stay as they are.
 */
export function rewrite(text: string, tokens: readonly Token[], body: Body): FormatToken[] {
  const result: FormatToken[] = [];
  let next = 0;
  rewriteBody(body, []);
  takeUntil(text.length, result);
  return result;

  /** Moves the tokens not taken yet that begin before `position` to the end of `target`. */
  function takeUntil(position: number, target: FormatToken[]): FormatToken[] {
    for (; next < tokens.length; next++) {
      const { kind, start, end } = tokens[next] as Token;
      if (start >= position) break;
      target.push({ kind, text: text.slice(start, end) });
    }
    return target;
  }

  function append(more: readonly FormatToken[]): void {
    for (const token of more) result.push(token);
  }

  function rewriteBody(inner: Body, blocks: readonly string[]): void {
    const opened = result.length;
    for (const item of inner.items) {
      takeUntil(item.start, result);
      if (item.kind === "block") rewriteBlock(item, blocks);
      else rewriteAttribute(item, blocks, () => blocks.length > 0 && inner.items.length === 1 && !result.slice(opened).some(endsLine));
    }
  }

  function rewriteBlock(block: Block, blocks: readonly string[]): void {
    takeUntil(block.type.end, result);
    for (const label of block.labels) {
      takeUntil(label.start, []);
      append(rewriteLabel(label, takeUntil(label.end, [])));
    }
    // The brace, so that the body's tokens begin behind it.
    takeUntil(block.body.start, result);
    rewriteBody(block.body, [...blocks, block.type.name]);
  }

  function rewriteAttribute(attribute: Attribute, blocks: readonly string[], isOneLine: () => boolean): void {
    const { name, value } = attribute;
    takeUntil(value.start, result);
    if (blocks.length === 1 && blocks[0] === "variable" && name.name === "type") append(rewriteType(takeUntil(value.end, [])));
    else if (value.kind === "template") append(unwrap(takeUntil(value.end, []), isOneLine()));
    else takeUntil(value.end, result);
  }
}

function rewriteLabel(label: Label, written: readonly FormatToken[]): readonly FormatToken[] {
  // The engine takes a label of more than one piece for no label at all.
  if (written.length > 3) return written;
  return [QUOTE, ...(label.value === "" ? [] : [{ kind: "quoted-text", text: quoteLabel(label.value) } as const]), CLOSE_QUOTE];
}

const QUOTE: FormatToken = { kind: "open-quote", text: '"' };
const CLOSE_QUOTE: FormatToken = { kind: "close-quote", text: '"' };

function rewriteType(value: readonly FormatToken[]): readonly FormatToken[] {
  const [first, second, third] = value;
  if (value.length === 1 && first?.kind === "identifier" && ["list", "map", "set"].includes(first.text)) return call(first.text, "any");
  if (value.length !== 3 || first?.kind !== "open-quote" || second?.kind !== "quoted-text" || third?.kind !== "close-quote") return value;
  if (second.text === "string") return [identifier("string")];
  return second.text === "list" || second.text === "map" ? call(second.text, "string") : value;
}

function call(name: string, argument: string): readonly FormatToken[] {
  return [identifier(name), { kind: "(", text: "(" }, identifier(argument), { kind: ")", text: ")" }];
}

function identifier(text: string): FormatToken {
  return { kind: "identifier", text };
}
