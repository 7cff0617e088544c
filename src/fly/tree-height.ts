import type { Cursor } from "./cursor";
import { expressionTooLong } from "./diagnostics";
import type { Expression } from "./syntax";

/** How high an expression's tree may be, so that whoever walks it has room on the stack. `a + b + c …` is as high as it is long. */
export const HEIGHT_LIMIT = 1000;

/** The expression, or where it chains too much a stand-in for it. */
export function limited(cursor: Cursor, expression: Expression): Expression {
  // Without chains the limit of nesting is enough.
  if (cursor.links <= HEIGHT_LIMIT / 2 || treeHeight(expression) <= HEIGHT_LIMIT) return expression;
  const { start, end } = expression;
  cursor.diagnostics.push(expressionTooLong(cursor.source, { start, end }, HEIGHT_LIMIT));
  return { kind: "invalid", start, end };
}

function treeHeight(root: object): number {
  let highest = 0;
  const open: { readonly node: object; readonly height: number }[] = [{ node: root, height: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, height } = next;
    highest = Math.max(highest, height);
    const step = Array.isArray(node) ? 0 : 1;
    for (const value of Object.values(node)) {
      if (typeof value === "object" && value !== null) open.push({ node: value as object, height: height + step });
    }
  }
  return highest;
}
