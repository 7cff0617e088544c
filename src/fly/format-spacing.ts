import { bracketChange, type FormatToken } from "./format-token";
import type { TokenKind } from "./scanner";

/**
 * Whether one space stands between two tokens of a line, as the engine's formatter decides it: from the kinds of
 * the two and of the token before them (undefined at the start of a line or of an assignment). `after` is what
 * follows `right`; it matters only where the engine would join `a.0 .1` to `a.0.1`, which is no valid text any more.
 */
export function spaceBetween(before: FormatToken | undefined, left: FormatToken, right: FormatToken, after?: FormatToken): boolean {
  const l = left.kind;
  const r = right.kind;
  if (r === "newline") return false;
  if (l === "identifier" && (r === "(" || r === "::")) return false;
  if (l === "::" && r === "identifier") return false;
  if (l === "." || r === ".") return l === "number" && after !== undefined && growsNumber(after);
  if (r === "," || r === "...") return false;
  if (l === ",") return true;
  if (WITHIN_TEMPLATE_LEFT.has(l) || WITHIN_TEMPLATE_RIGHT.has(r)) return false;
  // `for x in [1]` is no index into a variable `in`.
  if (l === "identifier" && left.text === "in" && before?.kind === "identifier") return true;
  if (r === "[" && (l === "identifier" || l === "number" || bracketChange(l) < 0)) return false;
  if (l === "!") return false;
  if (l === "-") return before !== undefined && !BEFORE_NEGATION.has(before.kind);
  if (l === "{" || r === "}") return !(l === "{" && r === "}");
  if ((l === "interpolation" || l === "control") && r === "{") return true;
  if (l === "}" && r === "sequence-end") return true;
  if (l === "sequence-end" && (r === "interpolation" || r === "control")) return false;
  return bracketChange(l) <= 0 && bracketChange(r) >= 0;
}

/** Whether a number with a point behind it would take in this token too. */
function growsNumber(after: FormatToken): boolean {
  return after.kind === "number" || (after.kind === "identifier" && /^[eE]-?[0-9]/.test(after.text));
}

/** A space inside of a template would be text. */
const WITHIN_TEMPLATE_LEFT: ReadonlySet<TokenKind> = new Set(["quoted-text", "heredoc-text", "open-quote", "heredoc-begin"]);
const WITHIN_TEMPLATE_RIGHT: ReadonlySet<TokenKind> = new Set(["quoted-text", "heredoc-text", "close-quote", "heredoc-end"]);

/** After these a minus is a sign; after anything else it is taken for a subtraction. */
const BEFORE_NEGATION: ReadonlySet<TokenKind> = new Set([
  ...(["(", "{", "[", "=", ":", ",", "?"] as const),
  ...(["+", "*", "/", "%", "-"] as const),
  ...(["==", "!=", ">", ">=", "<", "<="] as const),
  ...(["&&", "||", "!"] as const),
]);
