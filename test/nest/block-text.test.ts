import * as fc from "fast-check";
import { evaluate } from "../../src/fly/evaluate";
import { format } from "../../src/fly/format";
import { parse } from "../../src/fly/parser";
import { toPlain } from "../../src/fly/plain";
import { makeScope } from "../../src/fly/scope";
import { SourceText } from "../../src/fly/source";
import { blockText } from "../../src/nest/block-text";

const script = (value: string): string => blockText("job", { labels: ["j"], attributes: { script: value }, blocks: {} });

/** The value that a text gives to `script`. */
function read(text: string): unknown {
  const source = new SourceText("Jobs/j.fly", text);
  const { body, diagnostics } = parse(source);
  expect(diagnostics).toEqual([]);
  const [block] = body.items;
  const [attribute] = block?.kind === "block" ? block.body.items : [];
  if (attribute?.kind !== "attribute") throw new Error("no attribute");
  const { scope } = makeScope({ sources: [], blocks: {} as never });
  return toPlain(evaluate(attribute.value, scope, source).value);
}

describe("the text of a block", () => {
  test("has attributes before blocks, in the vocabulary's order, aligned", () => {
    const text = blockText("egg", {
      labels: ["my-app"],
      attributes: { rift: "main", type: "vm" },
      blocks: { gitlab: [{ labels: [], attributes: { project_id: 1, server: "gitlab.com" }, blocks: {} }], cloud: [{ labels: [], attributes: { tags: { team: "web" }, provider: "aws", preemptible: false }, blocks: {} }] },
    });
    expect(text).toBe(`egg "my-app" {
  type = "vm"
  rift = "main"
  cloud {
    provider    = "aws"
    preemptible = false
    tags        = { "team" = "web" }
  }
  gitlab {
    server     = "gitlab.com"
    project_id = 1
  }
}
`);
  });

  test("writes several lines as a heredoc", () => {
    expect(script("echo one\n\n  echo ${two}\n")).toBe('job "j" {\n  script = <<-EOT\n    echo one\n\n      echo $${two}\n  EOT\n}\n');
  });

  test.each([["indented lines only", "  a\n  b\n"], ["no line break at the end", "a\nb"], ["the marker", "a\nEOT\nb\n"], ["carriage returns", "a\r\nb\r\n"]])("quotes what a heredoc can't say: %s", (_, value) => {
    expect(script(value)).not.toContain("<<");
    expect(read(script(value))).toBe(value);
  });

  test("says any string, and fmt leaves it as it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "grapheme" }), fc.array(fc.constantFrom("a", "  b", "${c}", "%{ if d }", "EOT", "", "\t", "\"", "\\n", "$", "%%{")).map((lines) => `${lines.join("\n")}\n`)), (value) => {
        const normal = value.normalize("NFC");
        const text = script(normal);
        expect(read(text)).toBe(normal);
        expect(format(new SourceText("j.fly", text))).toEqual({ kind: "formatted", text });
      }),
      { numRuns: Number(process.env["FC_RUNS"] ?? 200) },
    );
  });
});
