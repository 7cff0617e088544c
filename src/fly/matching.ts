import type { Token } from "./scanner";

/** Index of the token that ends the template or the sequence which begins at `index`. */
export function matchingEnd(tokens: readonly Token[], index: number): number {
  let depth = 0;
  for (let i = index; ; i++) {
    switch ((tokens[i] as Token).kind) {
      case "open-quote":
      case "heredoc-begin":
      case "interpolation":
      case "control":
        depth++;
        break;
      case "close-quote":
      case "heredoc-end":
      case "sequence-end":
        if (--depth === 0) return i;
        break;
      case "end":
        return i - 1;
      default:
    }
  }
}
