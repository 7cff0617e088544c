import type { AttributeAccess, Body, Expression } from "./syntax";

/** Every syntax node in and below the given one, in source order. */
export function* nodesIn(node: Body | Expression): Generator<{ readonly kind: string }> {
  const pending: unknown[] = [node];
  while (pending.length > 0) {
    const current = pending.pop();
    if (typeof current !== "object" || current === null) continue;
    if ("kind" in current && typeof current.kind === "string") yield current as { readonly kind: string };
    pending.push(...Object.values(current).reverse());
  }
}

/** The first `root.name` in the body. */
export function findReference(body: Body, root: string, name: string): AttributeAccess | undefined {
  for (const node of nodesIn(body)) {
    if (node.kind !== "access") continue;
    const access = node as AttributeAccess;
    if (access.name.name === name && access.object.kind === "variable" && access.object.name === root) return access;
  }
  return undefined;
}
