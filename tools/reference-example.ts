import type { AttributeSpec, BlockSpec, NestedBlockSpec } from "../src/vocabulary/schema";

/** Required by a rule rather than by itself: belongs into the shortest form of a block too. */
const NEEDED = new Set(["region"]);

/** Would contradict what the other examples say: another cloud's, another type's, the second way to name a key. */
const OUT_OF_PLACE = new Set(["folder_id", "serverless_engine", "kms_key"]);

/**
 * A block with an example of each attribute, in canonical form. Of alternatives the first is shown; nested blocks whose
 * type is in `brief` show only what they need.
 */
export function exampleOf(name: string, block: BlockSpec, brief: ReadonlySet<string>): string {
  const label = block.exampleLabel === undefined ? "" : ` "${block.exampleLabel}"`;
  const body = bodyOf(block, brief, false);
  return body.length === 0 ? `${name}${label} {}` : [`${name}${label} {`, ...body.map((line) => (line === "" ? "" : `  ${line}`)), "}"].join("\n");
}

function bodyOf(block: BlockSpec, brief: ReadonlySet<string>, short: boolean): readonly string[] {
  const shown = Object.entries(block.attributes).filter(([name, spec]) => isShown(name, spec, block, short));
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  const lines = shown.map(([name, spec]) => `${name.padEnd(width)} = ${spec.example}`);
  for (const [name, nested] of Object.entries(block.blocks)) {
    if (short && !(nested as NestedBlockSpec).required) continue;
    const shortened = short || brief.has(nested.typeName);
    const label = nested.exampleLabel === undefined ? "" : ` "${nested.exampleLabel}"`;
    const inner = bodyOf(nested, brief, shortened);
    if (inner.length === 0) continue;
    lines.push(`${name}${label} {`, ...inner.map((line) => `  ${line}`), "}");
  }
  return lines;
}

function isShown(name: string, spec: AttributeSpec, block: BlockSpec, short: boolean): boolean {
  const group = (block.exactlyOne ?? []).find((names) => names.includes(name));
  if (group) return group[0] === name;
  if (OUT_OF_PLACE.has(name)) return false;
  return !short || spec.required === true || NEEDED.has(name);
}
