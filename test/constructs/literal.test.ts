import fc from "fast-check";
import { App, TerraformOutput, TerraformStack } from "../../constructs/cdktf";
import { literalJson } from "../../constructs/literal";
import { folderWith } from "../support/folder";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);
/** Pieces that mean something to the engine, to the library or to JSON. */
const piece = fc.constantFrom("$", "%", "#", "&", "{", "}", "TfToken[TOKEN.0]", '"', "\\", "\\u0024", "-1.8881545897087626e+289", "8.1e298", "é", "e\u0301", "\u0000", "\n");
const text = fc.oneof(fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")), fc.string({ unit: "binary" }));
const data = fc.dictionary(text, fc.oneof(text, fc.double({ noDefaultInfinity: true, noNaN: true }), fc.array(text)));

test("JSON keeps its meaning", () => {
  fc.assert(
    fc.property(data, (value) => {
      expect(JSON.parse(literalJson(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns },
  );
});

test("nothing is left that the engine or the library would change", () => {
  fc.assert(
    fc.property(data, (value) => {
      const literal = literalJson(JSON.stringify(value));
      expect(literal).not.toMatch(/[$%#&]\{/);
      expect(literal).toMatch(/^[\x20-\x7e]*$/);
      expect(literal.normalize("NFC")).toBe(literal);
    }),
    { numRuns },
  );
});

test("the library passes it on as it is", () => {
  const app = new App({ outdir: folderWith({}) });
  let count = 0;
  fc.assert(
    fc.property(fc.dictionary(text, text), (value) => {
      const stack = new TerraformStack(app, `stack${count++}`);
      const literal = literalJson(JSON.stringify(value));
      new TerraformOutput(stack, "out", { value: literal });
      stack.prepareStack();
      expect((stack.toTerraform() as { output: { out: { value: string } } }).output.out.value).toBe(literal);
    }),
    { numRuns },
  );
});
