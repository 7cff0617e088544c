import { equalSyntax } from "../../src/fly/equal";
import { parse } from "../../src/fly/parser";
import { print, printExpression } from "../../src/fly/print";
import { SourceText } from "../../src/fly/source";

function bodyOf(text: string) {
  const { body, diagnostics } = parse(new SourceText("a.fly", text));
  expect(diagnostics).toEqual([]);
  return body;
}

/** Texts are written so that printing leaves them as they are. */
test.each([
  ["nothing", ""],
  ["attributes", 'a = 1\nb = "c"\nd = null\n'],
  ["blocks", 'a "b" c {\n  d {\n    e = 1\n  }\n  f {}\n}\n'],
  ["operators", "a = b || c && d == e < f + g * -h\n"],
  ["grouping", "a = (b + c) * (d - e)\n"],
  ["conditionals", "a = b ? c : d ? e : f\n"],
  ["calls", "a = x::y::f(1, b...)\n"],
  ["accesses", 'a = b.c["d"][0].1.e\n'],
  ["two old indices in a row", "a = b.0 .1 .e5\n"],
  ["splats", "a = b[*].c[*].d\ne = b.*.c.0\nf = b[*].c.*.d[0]\n"],
  ["lists and objects", 'a = [1, [], {}, {\n  b = 1\n  "c d" : 2\n  (e) = 3\n}]\n'],
  ["for", "a = [for i, x in y : x if i]\nb = {for k, v in y : k => v... if v}\n"],
  ["escapes", 'a = "\\n\\r\\t\\"\\\\\\u0000 $${b} %%{c} $ % é"\n'],
  ["templates", 'a = "b${c}d${~e~}f"\n'],
  ["directives", 'a = "%{ if b ~}c%{ else }d%{~ endif }%{ for k, v in e }${k}%{ endfor }"\n'],
  ["heredocs", "a = <<EOT\n b\n${c}\\n $${d}\nEOT\n"],
  ["flush heredocs", "a = <<-EOT\nb\n  c\nEOT\n"],
  ["a heredoc in a list", "a = [<<A\nb\nA\n, 1]\n"],
  ["a heredoc in an object", "a = {\n  b = <<A\nc\nA\n  d = 1\n}\n"],
])("%s", (_what, text) => {
  expect(print(bodyOf(text))).toBe(text);
});

test.each([
  ["what `~` has taken is given to it again", 'a = "  ${~ b ~}  "\n', 'a = " ${~b~} "\n'],
  ["a `$` before a sequence", 'a = "\\u0024${b}"\n', 'a = "\\u0024${b}"\n'],
  ["indentation that is gone stays away", "a = <<-E\n    b\n      c\n    E\n", "a = <<-E\nb\n  c\nE\n"],
  ["but for a first sequence that had one", "a = <<-E\n    ${b}\n      c\n    E\n", "a = <<-E\n ${b}\n   c\n E\n"],
])("%s", (_what, text, printed) => {
  expect(print(bodyOf(text))).toBe(printed);
  expect(equalSyntax(bodyOf(printed), bodyOf(text))).toBe(true);
});

test("a tree with a mistake in it is not printed", () => {
  expect(() => printExpression({ kind: "invalid", start: 0, end: 0 })).toThrow("syntax error");
});

describe("trees are equal", () => {
  test.each([
    ["a = 1", "  a=1 # comment"],
    ["a = [1,2]", "a = [\n1, 2,\n]"],
    ['a = "\\u0041"', 'a = "A"'],
    ["a {}", "a {\n}"],
  ])("%j and %j", (one, other) => {
    expect(equalSyntax(bodyOf(one), bodyOf(other))).toBe(true);
  });

  test.each([
    ["a = 1", "a = 01"],
    ["a = 1", "a = (1)"],
    ["a = 1\nb = 2", "b = 2\na = 1"],
    ["a b {}", 'a "b" {}'],
    ["a = { b = 1 }", "a = { b : 1 }"],
    ["a = b[0]", "a = b.0"],
    ['a = "${b}"', "a = b"],
    ['a = "${~b}"', 'a = "${b}"'],
    ["a = <<E\nb\nE\n", "a = <<F\nb\nF\n"],
  ])("and differ: %j and %j", (one, other) => {
    expect(equalSyntax(bodyOf(one), bodyOf(other))).toBe(false);
  });
});
