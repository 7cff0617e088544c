import type { Token } from "./scanner";

/** What a diagnostic calls a token that it found, such as `` the number `12` ``. */
export function describeToken(text: string, token: Token): string {
  const written = text.slice(token.start, token.end);
  switch (token.kind) {
    case "end":
      return "the end of the file";
    case "newline":
    case "comment":
    case "quoted-newline":
      return "the end of the line";
    case "identifier":
      return `\`${shortened(written)}\``;
    case "number":
      return `the number \`${shortened(written)}\``;
    case "open-quote":
    case "quoted-text":
      return "a string";
    case "close-quote":
      return "the end of the string";
    case "heredoc-begin":
    case "heredoc-text":
      return "a heredoc";
    case "heredoc-end":
      return "the end of the heredoc";
    case "sequence-end":
      return token.start === token.end ? "the end of the string" : `\`${written}\``;
    default:
      return `\`${shortened(written)}\``;
  }
}

function shortened(written: string): string {
  return written.length > 40 ? `${written.slice(0, 39)}…` : written;
}
