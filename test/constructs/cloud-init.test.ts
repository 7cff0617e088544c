import { spawnSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { load } from "js-yaml";
import { type CloudInit, cloudInitTemplate, compressedCloudInit } from "../../constructs/cloud-init";
import { expression, template, templateText } from "../../constructs/template";
import { describeWithEngines } from "../support/engines";
import { folderWith } from "../support/folder";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);
const piece = fc.constantFrom("$", "%", "{", "}", "${var.a}", "%{ if a }", "#{TfToken[TOKEN.0]}", '"', "'", "\\", "\\u0024", "\n", "\t", "\r", ": ", "- ", "é", "e\u0301", "\u2028", "😀", "8.1e298");
const text = fc.oneof(fc.array(piece, { maxLength: 10 }).map((parts) => parts.join("")), fc.string({ unit: "grapheme" })).filter((value) => !value.includes("\0") && !/\p{Surrogate}/u.test(value));
const withContent = (...contents: CloudInit["write_files"][number]["content"][]): CloudInit => ({ write_files: contents.map((content, index) => ({ path: `/f${index}`, permissions: "0600", content })), runcmd: [["true"]] });

test("is a #cloud-config with every string in quotes", () => {
  expect(templateText(cloudInitTemplate(withContent(template`id=${expression("each.key")}\n`)))).toBe(
    '#cloud-config\nwrite_files:\n  - path: "/f0"\n    permissions: "0600"\n    content: "id=${each.key}\\n"\nruncmd:\n  - - "true"\n',
  );
});

test("gives the data back, and holds nothing that the engine or its library would change", () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (contents) => {
      const yaml = templateText(cloudInitTemplate(withContent(...contents)));
      expect(load(yaml)).toEqual(withContent(...contents));
      expect(yaml).not.toMatch(/[$%#&]\{/);
      expect(yaml).toMatch(/^[\x00-\x7f]*$/);
    }),
    { numRuns },
  );
});

test("a NUL character is refused: no file of a configuration can hold it", () => {
  expect(() => cloudInitTemplate(withContent("a\0b"))).toThrow(expect.objectContaining({ code: "PROPS" }));
});

describeWithEngines("compressed by the engine", (engine) => {
  test("it arrives byte for byte, with the values of expressions in it", () => {
    const samples = fc.sample(text, { numRuns: 60, seed: 7 });
    const data = withContent(...samples, template`id=${expression("var.id")};${"${var.id}"}`);
    const folder = folderWith({ "main.tf.json": JSON.stringify({ variable: { id: { default: "a-1" } }, output: { data: { value: compressedCloudInit(data) } } }) });
    const run = (...args: readonly string[]) => spawnSync(engine.path, args, { cwd: folder, encoding: "utf8", env: { PATH: process.env["PATH"], HOME: folder, CHECKPOINT_DISABLE: "1" } });
    expect(run("apply", "-auto-approve", "-no-color")).toMatchObject({ status: 0 });
    const yaml = gunzipSync(Buffer.from(run("output", "-raw", "data").stdout, "base64")).toString();
    expect(load(yaml)).toEqual(withContent(...samples, "id=a-1;${var.id}"));
  });
});
