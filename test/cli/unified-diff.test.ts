import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { unifiedDiff } from "../../src/cli/unified-diff";
import { folderWith } from "../support/folder";

const LINES = (...lines: string[]): string => lines.map((line) => `${line}\n`).join("");

test("equal texts have none", () => {
  expect(unifiedDiff("a", "b", "x\n", "x\n")).toBe("");
});

test("a change stands in three lines of context", () => {
  const before = LINES("1", "2", "3", "4", "5", "6", "7", "8", "9");
  expect(unifiedDiff("old", "new", before, before.replace("5\n", "five\n"))).toBe(
    LINES("--- old", "+++ new", "@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8"),
  );
});

test("changes far apart have hunks of their own, near ones share theirs", () => {
  const before = Array.from({ length: 30 }, (_, index) => `${index + 1}`);
  const changed = (...numbers: number[]): string => LINES(...before.map((line) => (numbers.includes(Number(line)) ? `${line}!` : line)));
  expect(unifiedDiff("a", "b", LINES(...before), changed(3, 25)).match(/^@@.*$/gm)).toEqual(["@@ -1,6 +1,6 @@", "@@ -22,7 +22,7 @@"]);
  expect(unifiedDiff("a", "b", LINES(...before), changed(10, 16)).match(/^@@.*$/gm)).toEqual(["@@ -7,13 +7,13 @@"]);
});

test.each([
  ["from nothing", "", "a\nb\n", LINES("--- x", "+++ x", "@@ -0,0 +1,2 @@", "+a", "+b")],
  ["to nothing", "a\n", "", LINES("--- x", "+++ x", "@@ -1 +0,0 @@", "-a")],
  ["a missing newline at the end", "a", "a\n", LINES("--- x", "+++ x", "@@ -1 +1 @@", "-a", "\\ No newline at end of file", "+a")],
])("%s", (_, before, after, expected) => {
  expect(unifiedDiff("x", "x", before, after)).toBe(expected);
});

test("what differs in thousands of lines is one change, and quick", () => {
  const text = (mark: string): string => LINES(...Array.from({ length: 20_000 }, (_, index) => `${mark}${index}`));
  const diff = unifiedDiff("a", "b", text("a"), text("b"));
  expect(diff.match(/^@@.*$/gm)).toEqual(["@@ -1,20000 +1,20000 @@"]);
});

const patch = spawnSync("patch", ["--version"]).status === 0;

(patch ? test : test.skip)("patch makes one text from the other", () => {
  const folder = folderWith({});
  const text = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 20 }).chain((lines) => fc.constantFrom(lines.join("\n"), LINES(...lines)));
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      writeFileSync(join(folder, "file"), before);
      const run = spawnSync("patch", ["--silent", "--posix", "file"], { cwd: folder, input: unifiedDiff("file", "file", before, after), encoding: "utf8" });
      expect({ status: run.status, output: run.stdout + run.stderr }).toEqual({ status: 0, output: "" });
      // Where nothing is left, POSIX lets patch remove the file.
      expect(readFileSync(join(folder, "file"), { encoding: "utf8", flag: "a+" })).toBe(after);
    }),
    { numRuns: 100 },
  );
});
