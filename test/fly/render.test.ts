import type { Diagnostic } from "../../src/fly/diagnostic";
import { parse } from "../../src/fly/parser";
import { renderDiagnostic, renderDiagnostics, sortDiagnostics, toJson } from "../../src/fly/render";
import { SourceText } from "../../src/fly/source";

const FILE = "Eggs/api/config.fly";

/** A diagnostic about a piece of a text. */
function about(text: string, piece: string, more: Partial<Diagnostic> = {}): { diagnostic: Diagnostic; sources: Map<string, SourceText> } {
  const source = new SourceText(FILE, text);
  const start = text.indexOf(piece);
  const diagnostic: Diagnostic = { severity: "error", code: "FLY001", summary: "something is wrong", file: FILE, range: source.range({ start, end: start + piece.length }), ...more };
  return { diagnostic, sources: new Map([[FILE, source]]) };
}

/** The line of the file, and the one with the carets. */
function excerpt(text: string, piece: string): readonly string[] {
  const { diagnostic, sources } = about(text, piece);
  return renderDiagnostic(diagnostic, sources).split("\n").slice(2, 4).map((line) => line.replace(/^ +\d* \| /, ""));
}

test("says severity, code, what, where, why and one way out", () => {
  const { diagnostic, sources } = about("a = 1\nb = 22 # note\n", "22", { detail: "It was 22.\nIt should be 23.", fix: { description: "write 23", range: { start: { line: 2, column: 5, byte: 10 }, end: { line: 2, column: 7, byte: 12 } }, text: "23" } });
  expect(renderDiagnostic(diagnostic, sources)).toBe(
    [
      "error FLY001: something is wrong",
      "  Eggs/api/config.fly:2:5",
      "   2 | b = 22 # note",
      "     |     ^^",
      "  It was 22.",
      "  It should be 23.",
      "  fix: write 23",
      "",
    ].join("\n"),
  );
});

test("shows related places too, of other files as well, and numbers all lines in one width", () => {
  const { diagnostic, sources } = about(`${"\n".repeat(99)}x = 1`, "x");
  const other = new SourceText("nest.fly", "x = 2\n");
  sources.set("nest.fly", other);
  const related = [{ message: "`x` is set here first", file: "nest.fly", range: other.range({ start: 0, end: 1 }) }];
  expect(renderDiagnostic({ ...diagnostic, severity: "warning", related }, sources)).toBe(
    [
      "warning FLY001: something is wrong",
      "  Eggs/api/config.fly:100:1",
      "   100 | x = 1",
      "       | ^",
      "  note: `x` is set here first: nest.fly:1:1",
      "     1 | x = 2",
      "       | ^",
      "",
    ].join("\n"),
  );
});

describe("the carets stand under the place as a terminal shows it", () => {
  test.each([
    ["abc def", "def", "    ^^^"],
    ["\t\ta = b", "b", "\t\t    ^"],
    ["名前 = x", "x", "       ^"],
    ["a = 名前", "名前", "    ^^^^"],
    ['a = "👩" x', "x", "         ^"],
    ["e\u0301 = x", "x", "    ^"],
    ["ﬀ\u200b = x", "x", "    ^"],
    ["\ufeffa = x", "x", "    ^"],
  ])("%j", (text, piece, carets) => {
    expect(excerpt(text, piece)[1]).toBe(carets);
  });

  test("one where the place has no width, at the end of the line too", () => {
    const source = new SourceText(FILE, "a =\n");
    const range = source.range({ start: 3, end: 3 });
    const diagnostic: Diagnostic = { severity: "error", code: "FLY026", summary: "expected a value", file: FILE, range };
    expect(renderDiagnostic(diagnostic, new Map([[FILE, source]]))).toContain("   1 | a =\n     |    ^\n");
  });

  test("of several lines the first is shown, up to its end", () => {
    expect(excerpt("a = [\n1\n]", "[\n1\n]")).toEqual(["a = [", "    ^"]);
  });

  test("a long line is cut around it", () => {
    const [line, carets] = excerpt(`${"x".repeat(500)} HERE ${"y".repeat(500)}`, "HERE");
    expect(line?.length).toBeLessThan(170);
    expect(line).toMatch(/^…x+ HERE y+…$/);
    expect(line?.indexOf("HERE")).toBe(carets?.indexOf("^^^^"));
  });
});

test("a file's text can't steer the terminal", () => {
  const { diagnostic, sources } = about('a = "\u001b[31m\u202e\u0007" x', "x", { summary: "found \u001b[2J" });
  const text = renderDiagnostic(diagnostic, sources);
  expect(text).toContain('   1 | a = "�[31m��" x');
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test("colours are there when they are wanted, and change nothing else", () => {
  const { diagnostic, sources } = about("a = b", "b", { fix: { description: "c", range: { start: { line: 1, column: 1, byte: 0 }, end: { line: 1, column: 1, byte: 0 } }, text: "" } });
  const colored = renderDiagnostic(diagnostic, sources, { color: true });
  expect(colored).toContain("\u001b[31merror FLY001\u001b[39m");
  expect(colored.replace(/\u001b\[\d+m/g, "")).toBe(renderDiagnostic(diagnostic, sources));
});

test("without the text of the file the rest is there", () => {
  const { diagnostic } = about("a", "a");
  expect(renderDiagnostic(diagnostic, new Map())).toBe("error FLY001: something is wrong\n  Eggs/api/config.fly:1:1\n");
});

test("several are separated by a blank line", () => {
  const { diagnostic, sources } = about("a", "a");
  expect(renderDiagnostics([diagnostic, diagnostic], sources).split("\n\n")).toHaveLength(2);
  expect(renderDiagnostics([], sources)).toBe("");
});

test("they are sorted by file and place", () => {
  const one = (file: string, at: number, code: string): Diagnostic => {
    const range = new SourceText(file, "          ").range({ start: at, end: at + 1 });
    return { severity: "error", code, summary: "", file, range };
  };
  const sorted = sortDiagnostics([one("b.fly", 0, "1"), one("a.fly", 5, "3"), one("a.fly", 2, "2"), one("a.fly", 5, "2")]);
  expect(sorted.map(({ file, range, code }) => `${file} ${range.start.byte} ${code}`)).toEqual(["a.fly 2 2", "a.fly 5 2", "a.fly 5 3", "b.fly 0 1"]);
});

test("JSON carries the same data, its members always in one order", () => {
  const { diagnostics } = parse(new SourceText(FILE, "a = 1\na = 2\nb: 3\n"));
  const data = JSON.parse(toJson(diagnostics)) as Diagnostic[];
  expect(data).toEqual(diagnostics);
  expect(data.map((item) => Object.keys(item))).toEqual([
    ["severity", "code", "summary", "detail", "file", "range", "related"],
    ["severity", "code", "summary", "file", "range", "fix"],
  ]);
});
