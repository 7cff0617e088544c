import * as fc from "fast-check";
import { parse } from "../../src/fly/parser";
import { print } from "../../src/fly/print";
import { SourceText } from "../../src/fly/source";
import { documentToJson, treeToJson } from "../../src/fly/to-json";
import { constants } from "../support/fly-arbitraries";

function documentOf(text: string): string {
  const source = new SourceText("a.fly", text);
  const { body, diagnostics } = parse(source);
  expect(diagnostics).toEqual([]);
  return documentToJson(source, body);
}

function valueOf(text: string): unknown {
  return (JSON.parse(documentOf(`a = ${text}\n`)) as { body: { attributes: { a: unknown } } }).body.attributes.a;
}

test("a document has the file's name, and attributes and blocks in the order of the text", () => {
  const text = documentOf('z = 1\nb "x" y {\n  c = 2\n}\na = 3\nb {}\n');
  expect(JSON.parse(text)).toEqual({
    file: "a.fly",
    body: {
      attributes: { z: 1, a: 3 },
      blocks: [
        { type: "b", labels: ["x", "y"], body: { attributes: { c: 2 }, blocks: [] } },
        { type: "b", labels: [], body: { attributes: {}, blocks: [] } },
      ],
    },
  });
  expect(text.indexOf('"z"')).toBeLessThan(text.indexOf('"a"'));
});

test.each([
  ["1", 1],
  ["-1.5", -1.5],
  ["007", 7],
  ["2.e3", 2000],
  ["true", true],
  ["null", null],
  ['"a\\n$${b}"', "a\n${b}"],
  ['""', ""],
  ["<<-E\n  a\n  E", "a\n"],
  ["(1)", 1],
  ["[1, [true], {}]", [1, [true], {}]],
  ['{ a = 1, "b c" : 2, 3 = 4, true = 5 }', { a: 1, "b c": 2, "3": 4, true: 5 }],
  // no constants
  ["a.b", { $expr: "a.b" }],
  ["1 + 1", { $expr: "1 + 1" }],
  ["!true", { $expr: "!true" }],
  ['"a${b}"', { $expr: '"a${b}"' }],
  ["f( 1 )", { $expr: "f( 1 )" }],
  ["[for x in y : x]", { $expr: "[for x in y : x]" }],
  // each part of a list or an object on its own
  ["[1, a, { b = c }]", [1, { $expr: "a" }, { b: { $expr: "c" } }]],
  // objects that JSON can't hold, or that could be taken for an expression
  ["{ (a) = 1 }", { $expr: "{ (a) = 1 }" }],
  ["{ a = 1, a = 2 }", { $expr: "{ a = 1, a = 2 }" }],
  ['{ "$expr" = 1 }', { $expr: '{ "$expr" = 1 }' }],
])("%s", (text, expected) => {
  expect(valueOf(text)).toEqual(expected);
});

test("numbers keep all their digits", () => {
  expect(documentOf("a = 123456789012345678901234567890\nb = 1.000000000000000000001\n")).toMatch(/"a": 123456789012345678901234567890,\s+"b": 1\.000000000000000000001\n/);
});

test("keys keep the order of the text, and none of them is special", () => {
  const text = documentOf('a = { "10" = 1, "9" = 2, __proto__ = 3 }\n');
  expect([...text.matchAll(/"(10|9|__proto__)"/g)].map(([, key]) => key)).toEqual(["10", "9", "__proto__"]);
});

test("a constant is JSON, and never given as an expression", () => {
  fc.assert(
    fc.property(constants(3), (expression) => {
      const text = print({ kind: "body", start: 0, end: 0, items: [{ kind: "attribute", start: 0, end: 0, name: { kind: "identifier", start: 0, end: 0, name: "a" }, value: expression }] });
      const json = documentOf(text);
      JSON.parse(json);
      expect(json).not.toContain("$expr");
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 100) },
  );
});

test("the tree has a range in every node that has a place", () => {
  const source = new SourceText("a.fly", "é = b[*].c\n");
  const tree = JSON.parse(treeToJson(source, parse(source).body)) as { file: string; body: { items: unknown[] } };
  expect(tree.file).toBe("a.fly");
  expect(tree.body.items).toEqual([
    {
      kind: "attribute",
      range: { start: { line: 1, column: 1, byte: 0 }, end: { line: 1, column: 11, byte: 11 } },
      name: { kind: "identifier", range: { start: { line: 1, column: 1, byte: 0 }, end: { line: 1, column: 2, byte: 2 } }, name: "é" },
      value: {
        kind: "splat",
        range: { start: { line: 1, column: 5, byte: 5 }, end: { line: 1, column: 11, byte: 11 } },
        object: { kind: "variable", range: { start: { line: 1, column: 5, byte: 5 }, end: { line: 1, column: 6, byte: 6 } }, name: "b" },
        full: true,
        steps: [{ kind: "access", name: { kind: "identifier", range: { start: { line: 1, column: 10, byte: 10 }, end: { line: 1, column: 11, byte: 11 } }, name: "c" } }],
      },
    },
  ]);
});
