import type { Cursor } from "./cursor";
import { lineBreakInString, templateInLabel, unknownEscape } from "./diagnostics";
import { matchingEnd } from "./matching";
import { failAtInvalid } from "./recovery";
import type { Token } from "./scanner";
import { unescape } from "./string-escapes";
import type { Label } from "./syntax";
import { closeQuote } from "./template-parser";

/** A quoted label: text with escapes, without `${}` and `%{}`. */
export function parseLabel(cursor: Cursor): Label {
  const { source, text, tokens } = cursor;
  const open = cursor.next();
  let value = "";
  let told = false;
  for (;;) {
    const token = tokens[cursor.index] as Token;
    if (token.kind === "close-quote" || token.kind === "end") break;
    if (token.kind === "quoted-text") {
      value += unescape(text.slice(token.start, token.end), (bad) => {
        if (!told) cursor.diagnostics.push(unknownEscape(source, { start: token.start + bad.offset, end: token.start + bad.offset + bad.length }, bad.problem));
        told = true;
      });
    } else if (token.kind === "interpolation" || token.kind === "control") {
      if (!told) cursor.diagnostics.push(templateInLabel(source, token));
      told = true;
      cursor.index = matchingEnd(tokens, cursor.index);
    } else {
      if (!told) cursor.diagnostics.push(lineBreakInString(source, { start: token.start, end: token.start }));
      told = true;
    }
    cursor.index++;
  }
  const end = closeQuote(cursor, open, /[\s{]*$/);
  return { kind: "label", start: open.start, end, value, quoted: true };
}

/** A label in quotes of another kind, told and taken for what was meant; nothing where the next token is none. */
export function labelInOtherQuotes(cursor: Cursor, consume: boolean): Label | undefined {
  const token = cursor.peek();
  const written = cursor.text.slice(token.start, token.end);
  if (written.length < 2 || !/^['`“”„‟«»‘’‚‛]/.test(written)) return undefined;
  if (consume) failAtInvalid(cursor);
  return { kind: "label", start: token.start, end: token.end, value: written.slice(1, -1), quoted: true };
}
