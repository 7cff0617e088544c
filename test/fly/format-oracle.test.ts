import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "../../src/fly/format";
import { sameMeaning } from "../../src/fly/format-meaning";
import { parse } from "../../src/fly/parser";
import { SourceText } from "../../src/fly/source";
import { formatWithEngine } from "../support/engine-format";
import { describeWithEngines } from "../support/engines";
import { messyHcl } from "../support/messy-hcl";

/** Seeds of generated texts: always the same, so that a difference is met by everybody. */
const SEEDS = Array.from({ length: Number(process.env["FORMAT_ORACLE_TEXTS"] ?? 300) }, (_, index) => index + 1);

interface NamedText {
  readonly name: string;
  readonly text: string;
}

function ours(text: string): string | undefined {
  const result = format(new SourceText("x", text));
  return result.kind === "formatted" ? result.text : undefined;
}

/** Every Fly file below a folder. */
function flyFiles(folder: string): readonly NamedText[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".fly"))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
}

/** Whether the engine's own text says something else, or nothing at all: there we go another way (see `format`). */
function harms(text: string, engineText: string): boolean {
  const [before, after] = [parse(new SourceText("x", text)), parse(new SourceText("x", engineText))];
  return after.diagnostics.length > 0 || !sameMeaning(before.body, after.body);
}

describeWithEngines("our text is the engine's, byte for byte", (engine) => {
  test("for the recorded cases, in one run", () => {
    const texts = flyFiles(join(__dirname, "format"));
    const theirs = formatWithEngine(engine, texts.map(({ text }) => text));
    texts.forEach(({ name, text }, index) => expect({ name, text: ours(text) }).toEqual({ name, text: theirs[index]?.first }));
  });

  test("for samples and examples", () => {
    const texts = [...flyFiles(join(__dirname, "samples")), ...flyFiles(join(__dirname, "../../examples"))];
    const theirs = formatWithEngine(engine, texts.map(({ text }) => text));
    // What only one of the two refuses is the parser's matter.
    const both = texts.map(({ name, text }, index) => ({ name, ours: ours(text), engine: theirs[index]?.first })).filter((one) => one.ours !== undefined && one.engine !== undefined);
    expect(both.length).toBeGreaterThan(0);
    for (const one of both) expect({ name: one.name, text: one.ours }).toEqual({ name: one.name, text: one.engine });
  });

  test("for generated texts", () => {
    const texts = SEEDS.map((seed) => ({ seed, text: messyHcl(seed) }));
    const theirs = formatWithEngine(engine, texts.map(({ text }) => text));
    let compared = 0;
    let sameInOneRun = 0;
    texts.forEach(({ seed, text }, index) => {
      const { first, last } = theirs[index] ?? {};
      const formatted = ours(text);
      if (first === undefined || last === undefined || formatted === undefined || harms(text, first)) return;
      compared++;
      // Layers of `"${"${a}"}"` take the engine a run each: where one run is not enough, the text is the one at which it comes to rest.
      expect({ seed, text: formatted }).toEqual({ seed, text: last });
      if (formatted === first) sameInOneRun++;
    });
    expect(compared).toBeGreaterThan(SEEDS.length * 0.85);
    expect(sameInOneRun).toBeGreaterThan(SEEDS.length * 0.8);
  });
});
