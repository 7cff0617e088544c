import * as fc from "fast-check";
import { parse } from "../../src/fly/parser";
import { SourceText } from "../../src/fly/source";
import type { Body } from "../../src/fly/syntax";
import { variableNames } from "../support/fly-arbitraries";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

/** Blocks in blocks, and nothing else. */
interface Nest {
  readonly type: string;
  readonly blocks: readonly Nest[];
}

function nests(depth: number): fc.Arbitrary<readonly Nest[]> {
  const inner = depth === 0 ? fc.constant<readonly Nest[]>([]) : nests(depth - 1);
  return fc.array(fc.record({ type: variableNames, blocks: inner }), { maxLength: 3 });
}

/** Written with white space and comments as they come; `noise` decides. */
function write(blocks: readonly Nest[], noise: () => string): string {
  return blocks.map(({ type, blocks: inner }) => `${type}${noise()} {${inner.length === 0 ? noise() : `\n${noise()}${write(inner, noise)}${noise()}`}}${noise()}\n`).join("");
}

function nestingOf(body: Body): Nest[] {
  return body.items.map((item) => {
    if (item.kind !== "block") throw new Error("there are only blocks");
    return { type: item.type.name, blocks: nestingOf(item.body) };
  });
}

test("P03: the tree shows the same nesting of blocks as the text", () => {
  fc.assert(
    fc.property(nests(4), fc.infiniteStream(fc.constantFrom("", " ", "\t", " /* { } */ ", "  ")), (blocks, stream) => {
      const { body, diagnostics } = parse(new SourceText("p03.fly", write(blocks, () => stream.next().value)));
      expect(diagnostics).toEqual([]);
      expect(nestingOf(body)).toEqual(blocks);
    }),
    { numRuns },
  );
});

test("P03: up to 200 blocks stand in each other", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), (depth) => {
      const { body, diagnostics } = parse(new SourceText("deep.fly", `${"b {\n".repeat(depth)}${"}\n".repeat(depth)}`));
      expect(diagnostics).toEqual([]);
      let found = 0;
      for (let inner = body; inner.items[0]?.kind === "block"; inner = inner.items[0].body) found++;
      expect(found).toBe(depth);
    }),
    { numRuns },
  );
});
