import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { buildNest } from "../../src/nest/build-nest";
import { checkNest } from "../../src/nest/check-nest";
import { functionFiles } from "../../src/nest/function-files";

const RUNS = { numRuns: Number(process.env["FC_RUNS"] ?? 100) };
const EXAMPLE = join(__dirname, "../../examples/nest-full");

const FILES = readdirSync(EXAMPLE, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".fly"))
  .map((path) => ({ path, text: readFileSync(join(EXAMPLE, path), "utf8") }));

const VARIABLES = { path: "nest.flyvars", text: readFileSync(join(EXAMPLE, "nest.flyvars"), "utf8") };
const FUNCTION_FILES = functionFiles(EXAMPLE);

/** Pieces that Fly files are made of, and some that they are not. */
const piece = fc.constantFrom('"', "{", "}", "[", "]", "=", "\n", "${", "%{", "<<EOT\n", "EOT\n", "null", "true", "-1", "1e400", "9".repeat(40), "egg.bench", "var.folder_id", "local.team_tags", "egg", "rift", "repo", "__proto__", "constructor", "\u0000", "\ud800", "🦆", "#", "/*", "...", "[*]", "for", "file(\"/etc/passwd\")", "egg.web-app.runner.tags", "type = type", "cloud {\n}\n", "egg \"web-app\" {\n}\n", "locals {\n}\n");

interface Change {
  readonly file: number;
  readonly at: number;
  readonly remove: number;
  readonly insert: readonly string[];
}

const change: fc.Arbitrary<Change> = fc.record({ file: fc.nat(), at: fc.nat(), remove: fc.oneof(fc.constant(0), fc.nat(40)), insert: fc.array(piece, { maxLength: 3 }) });

function changed(changes: readonly Change[]): readonly { readonly path: string; readonly text: string }[] {
  const texts = FILES.map(({ text }) => text);
  for (const { file, at, remove, insert } of changes) {
    const text = texts[file % texts.length] ?? "";
    const start = at % (text.length + 1);
    texts[file % texts.length] = text.slice(0, start) + insert.join(" ") + text.slice(start + remove);
  }
  return FILES.map(({ path }, index) => ({ path, text: texts[index] ?? "" }));
}

test("whatever the files hold, checking them gives diagnostics inside of them and never an exception", () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const files = changed(changes);
      const checked = checkNest({ files, variables: VARIABLES, functionFiles: FUNCTION_FILES });
      const errors = checked.diagnostics.filter(({ severity }) => severity === "error");
      if (errors.length === 0) expect(buildNest(checked, "/nest")).toBeDefined();
      for (const { file, range, summary, code } of checked.diagnostics) {
        const text = [...files, VARIABLES].find(({ path }) => path === file)?.text;
        expect({ code, summary, known: text !== undefined || file === "nest.fly" }).toMatchObject({ known: true });
        expect(range.start.byte).toBeLessThanOrEqual(range.end.byte);
        expect(range.end.byte).toBeLessThanOrEqual(Buffer.byteLength(text ?? ""));
        expect(summary).not.toBe("");
        expect(code).toMatch(/^FLY\d{3}$/);
      }
    }),
    RUNS,
  );
});
