import * as fc from "fast-check";
import { SourceText } from "../../src/fly/source";

/** Places counted the long way. */
function counted(text: string, index: number): { line: number; column: number; byte: number } {
  const before = text.slice(0, index);
  const line = before.split("\n").length;
  const inLine = before.slice(before.lastIndexOf("\n") + 1).replace(/^\ufeff/, (mark) => (line === 1 ? "" : mark));
  return { line, column: [...inLine].length + 1, byte: Buffer.byteLength(before) };
}

test.each([
  ["", 0, { line: 1, column: 1, byte: 0 }],
  ["abc", 1, { line: 1, column: 2, byte: 1 }],
  ["abc", 3, { line: 1, column: 4, byte: 3 }],
  ["a\nb", 1, { line: 1, column: 2, byte: 1 }],
  ["a\nb", 2, { line: 2, column: 1, byte: 2 }],
  ["a\r\nb", 3, { line: 2, column: 1, byte: 3 }],
  ["é名🥚x", 4, { line: 1, column: 4, byte: 9 }],
  ["e\u0301x", 2, { line: 1, column: 3, byte: 3 }],
  ["\ufeffa", 1, { line: 1, column: 1, byte: 3 }],
  ["\ufeffa", 0, { line: 1, column: 1, byte: 0 }],
  ["\ufeff\na", 2, { line: 2, column: 1, byte: 4 }],
])("in %j index %d is %j", (text, index, position) => {
  expect(new SourceText("a.fly", text).position(index)).toEqual(position);
});

test("any index between two characters of any text is counted right", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("\n", "\r\n", "\ufeff", "x".repeat(300), "é".repeat(200)))), fc.nat(), (pieces, seed) => {
      const text = pieces.join("");
      const boundaries = [...text].reduce<number[]>((all, character) => [...all, (all.at(-1) as number) + character.length], [0]);
      const index = boundaries[seed % boundaries.length] as number;
      expect(new SourceText("a.fly", text).position(index)).toEqual(counted(text, index));
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 100) },
  );
});

test("lines come without their line breaks", () => {
  const source = new SourceText("a.fly", "one\r\ntwo\n\nfour");
  expect([1, 2, 3, 4, 5].map((number) => source.line(number))).toEqual(["one", "two", "", "four", ""]);
});
