import * as fc from "fast-check";
import { equalSyntax } from "../../src/fly/equal";
import { parse } from "../../src/fly/parser";
import { print } from "../../src/fly/print";
import { SourceText } from "../../src/fly/source";
import type { Body } from "../../src/fly/syntax";
import { bodies } from "../support/fly-arbitraries";
import { messyHcl } from "../support/messy-hcl";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

function parsed(text: string): Body {
  const { body, diagnostics } = parse(new SourceText("p01.fly", text));
  expect(diagnostics).toEqual([]);
  return body;
}

test("P01: a printed tree parses to an equal tree", () => {
  fc.assert(
    fc.property(bodies(3, 3), (body) => {
      const again = parsed(print(body));
      expect(equalSyntax(again, body)).toBe(true);
    }),
    { numRuns: numRuns * 3 },
  );
});

test("P01: so does the tree of a text that was written by no printer", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { body, diagnostics } = parse(new SourceText("p01.fly", messyHcl(seed)));
      fc.pre(diagnostics.length === 0); // `a- 1` is a name and a number
      expect(equalSyntax(parsed(print(body)), body)).toBe(true);
    }),
    { numRuns },
  );
});
