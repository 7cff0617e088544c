import { layOut } from "./format-layout";
import { sameValue } from "./format-meaning";
import { endsLine, type FormatToken } from "./format-token";
import { parse } from "./parser";
import { SourceText } from "./source";
import type { Attribute, Block, Expression } from "./syntax";

/**
 * The tokens of an attribute's value without the quotes and the `${ }` around it, if it is one interpolation alone
 * and nothing else. What stands on several lines gets parentheses. Goes on as long as there is one, where the engine
 * needs a run for each.
 *
 * `oneLine`: the attribute is a block's only one, in the line of its brace.
 */
export function unwrap(value: readonly FormatToken[], oneLine: boolean): readonly FormatToken[] {
  let current = value;
  for (;;) {
    // Comments that stood inside of the quotes stand beside the value now.
    const start = current.findIndex((token) => token.kind !== "comment");
    const end = current.findLastIndex((token) => token.kind !== "comment") + 1;
    const inner = loneInterpolation(current.slice(start, end));
    if (!inner) return current;
    const unwrapped = [...current.slice(0, start), ...overLines(inner), ...current.slice(end)];
    if (unwrapped.some(mayBreakLine) && !keepsMeaning(current, unwrapped, oneLine)) return current;
    current = unwrapped;
  }
}

/** What stands between `"${` and `}"`, without newlines at its ends. */
function loneInterpolation(value: readonly FormatToken[]): readonly FormatToken[] | undefined {
  const { length } = value;
  if (length < 5 || value[0]?.kind !== "open-quote" || value[1]?.kind !== "interpolation") return undefined;
  if (value[length - 2]?.kind !== "sequence-end" || value[length - 1]?.kind !== "close-quote") return undefined;
  let start = 2;
  let end = length - 2;
  let quotes = 0;
  for (let index = start; index < end; index++) {
    const kind = value[index]?.kind;
    if (kind === "open-quote") quotes++;
    else if (kind === "close-quote") quotes--;
    // Another sequence: of a string beside this one, or of a heredoc, which the engine leaves alone too.
    else if (quotes === 0 && (kind === "interpolation" || kind === "sequence-end" || kind === "quoted-text")) return undefined;
  }
  while (start < end && value[start]?.kind === "newline") start++;
  while (start < end && value[end - 1]?.kind === "newline") end--;
  return value.slice(start, end);
}

function overLines(value: readonly FormatToken[]): readonly FormatToken[] {
  const parenthesized = value[0]?.kind === "(" && value[value.length - 1]?.kind === ")";
  if (parenthesized || !value.some((token) => token.kind === "newline")) return value;
  return [{ kind: "(", text: "(" }, ...value, { kind: ")", text: ")" }];
}

/** After these the value might go on in a line that is not its own any more. */
function mayBreakLine(token: FormatToken): boolean {
  return endsLine(token) || token.kind === "heredoc-end";
}

/** Whether `after` in the place of `before` is read as the same value. */
function keepsMeaning(before: readonly FormatToken[], after: readonly FormatToken[], oneLine: boolean): boolean {
  const [original, changed] = [read(before, oneLine), read(after, oneLine)];
  return original !== undefined && changed !== undefined && sameValue(original, changed);
}

function read(value: readonly FormatToken[], oneLine: boolean): Expression | undefined {
  const attribute: readonly FormatToken[] = [{ kind: "identifier", text: "a" }, { kind: "=", text: "=" }, ...value];
  const text = oneLine
    ? layOut([{ kind: "identifier", text: "b" }, { kind: "{", text: "{" }, ...attribute, { kind: "}", text: "}" }])
    : layOut([...attribute, { kind: "newline", text: "\n" }]);
  const { body, diagnostics } = parse(new SourceText("", text));
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error") || body.items.length !== 1) return undefined;
  const item = oneLine ? (body.items[0] as Block).body.items[0] : body.items[0];
  return (item as Attribute | undefined)?.value;
}
