import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "../../src/fly/format";
import { parse } from "../../src/fly/parser";
import { renderDiagnostics } from "../../src/fly/render";
import { SourceText } from "../../src/fly/source";
import { documentToJson } from "../../src/fly/to-json";

/**
 * Each folder of samples/ holds a file, and beside it what becomes of it: the diagnostics where it is broken, else
 * the JSON of `parse` and the text of `fmt`. `UPDATE_SAMPLES=1` writes them anew: read the difference then.
 */
const SAMPLES = join(__dirname, "samples");
const UPDATE = process.env["UPDATE_SAMPLES"] === "1";

/** What a sample must give; undefined: the file must not be there. */
function expectFile(name: string, file: string, actual: string | undefined): void {
  const path = join(SAMPLES, name, file);
  if (UPDATE) {
    if (actual === undefined) rmSync(path, { force: true });
    else writeFileSync(path, actual);
  }
  expect(existsSync(path) ? readFileSync(path, "utf8") : undefined).toBe(actual);
}

describe.each(readdirSync(SAMPLES).sort())("%s", (name) => {
  const source = new SourceText("main.fly", readFileSync(join(SAMPLES, name, "main.fly"), "utf8"));
  const { body, diagnostics } = parse(source);

  test("gives its diagnostics", () => {
    const sources = new Map([[source.file, source]]);
    expectFile(name, "diagnostics.txt", diagnostics.length > 0 ? renderDiagnostics(diagnostics, sources) : undefined);
  });

  test("gives its JSON", () => {
    expectFile(name, "parsed.json", diagnostics.length > 0 ? undefined : documentToJson(source, body));
  });

  test("gives its canonical text, or none where it is broken", () => {
    const result = format(source);
    expectFile(name, "formatted.fly", result.kind === "formatted" ? result.text : undefined);
  });
});
