import type { TokenKind } from "./scanner";

/** A token on its way through the formatter: its text is fixed, the white space around it is not. */
export interface FormatToken {
  readonly kind: TokenKind;
  readonly text: string;
}

/** How many brackets a token opens (1) or closes (-1). */
export function bracketChange(kind: TokenKind): number {
  switch (kind) {
    case "{":
    case "[":
    case "(":
    case "interpolation":
    case "control":
      return 1;
    case "}":
    case "]":
    case ")":
    case "sequence-end":
      return -1;
    default:
      return 0;
  }
}

/** Whether the line ends with this token; comments of one line carry their newline. */
export function endsLine(token: FormatToken): boolean {
  return token.kind === "newline" || (token.kind === "comment" && token.text.endsWith("\n"));
}
