import { GoslingError } from "../vocabulary/error";
import type { Diagnostic } from "./diagnostic";
import { layOut } from "./format-layout";
import { sameMeaning } from "./format-meaning";
import { rewrite } from "./format-rewrites";
import { parse } from "./parser";
import { scan } from "./scanner";
import { SourceText } from "./source";
import type { Body } from "./syntax";

export type FormatResult =
  | { readonly kind: "formatted"; readonly text: string }
  /** The file has syntax errors. */
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] };

/**
 * A file in the one style of Fly, which is that of the engines: the text is, byte for byte, what `terraform fmt` and
 * `tofu fmt` write, and formatting it again changes nothing. Any well-formed HCL goes through, whatever its vocabulary.
 *
 * Comments stay, but for those between a block's type and its last label, which the engines take away.
 *
 * The engines' own formatter is left only where it would do harm or not come to rest:
 * - it drops a label that holds a `$` or `%`, the index of `a[true]` and `a[null]`, and the space of `a.0 .1`
 * - it cuts the end off some values over lines when it takes the quotes from `"${ … }"`: those keep their quotes
 * - it needs a run for each layer of `"${"${a}"}"`, where we need one
 *
 * Throws `FORMAT_CHANGED_MEANING` where the new text would not mean the same: a mistake of ours, never of the file's.
 */
export function format(source: SourceText): FormatResult {
  const { body, diagnostics } = parse(source);
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error")) return { kind: "refused", diagnostics };
  const text = formatBody(source.text, body);
  if (text !== source.text) assertSameMeaning(body, new SourceText(source.file, text));
  return { kind: "formatted", text };
}

function formatBody(text: string, body: Body): string {
  const tokens = scan(text);
  tokens.pop(); // the end
  const white = text.slice(tokens.at(-1)?.end ?? 0);
  // Spaces behind the last token stay, as the engines leave them; they count a byte-order mark as three.
  return layOut(rewrite(text, tokens, body)) + " ".repeat(Buffer.byteLength(white));
}

function assertSameMeaning(before: Body, formatted: SourceText): void {
  const { body: after, diagnostics } = parse(formatted);
  if (!diagnostics.some((diagnostic) => diagnostic.severity === "error") && sameMeaning(before, after)) return;
  throw new GoslingError("FORMAT_CHANGED_MEANING", `${formatted.file} can't be formatted without changing what it means`, {
    hint: "This is a mistake in Gosling: please report it with the file. The file was left as it is.",
  });
}
