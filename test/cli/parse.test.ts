import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { run } from "../../src/cli/program";
import { folderWith } from "../support/folder";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `gosling parse` in a folder, as a person without a terminal does. */
async function parse(cwd: string, args: readonly string[], input: string | Buffer = ""): Promise<Outcome> {
  let [out, err] = ["", ""];
  const code = await run(
    ["parse", ...args],
    { cwd, env: {}, stdin: Readable.from([Buffer.from(input)]), stdout: { write: (text) => (out += text) }, stderr: { write: (text) => (err += text) }, now: () => 0 },
    "0.0.0",
  );
  return { code, out, err };
}

const DOCUMENT = (file: string) => ({ file, body: { attributes: { a: 1 }, blocks: [] } });

test("one document for each file", async () => {
  const folder = folderWith({ "one.fly": "a = 1\n", "two.fly": "a = 1\n" });
  const { code, out, err } = await parse(folder, ["one.fly", "two.fly"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const [one, two] = out.trim().split(/\n(?=\{)/);
  expect(JSON.parse(one as string)).toEqual(DOCUMENT("one.fly"));
  expect(JSON.parse(two as string)).toEqual(DOCUMENT("two.fly"));
});

test("a folder stands for its .fly files, and no argument for the current folder", async () => {
  const folder = folderWith({ "sub/one.fly": "a = 1\n", "sub/other.tf": "b = 1\n" });
  for (const args of [["sub"], []]) expect(JSON.parse((await parse(folder, args)).out)).toEqual(DOCUMENT("sub/one.fly"));
});

test.each(["main.tf", "image.pkr.hcl", "web.nomad", "terraform.tfvars", "no-suffix"])("any HCL goes through: %s", async (name) => {
  const folder = folderWith({ [name]: "a = 1\n" });
  expect(JSON.parse((await parse(folder, [name])).out)).toEqual(DOCUMENT(name));
});

test("- is standard input", async () => {
  const folder = folderWith({});
  expect(JSON.parse((await parse(folder, ["-"], "a = 1\n")).out)).toEqual(DOCUMENT("<stdin>"));
  expect((await parse(folder, ["-", "x.fly"])).code).toBe(64);
});

test("--ast is the tree", async () => {
  const { out } = await parse(folderWith({}), ["--ast", "-"], "a = 1\n");
  expect(JSON.parse(out)).toMatchObject({ body: { kind: "body", range: { end: { line: 2, column: 1, byte: 6 } }, items: [{ kind: "attribute", value: { kind: "number", text: "1" } }] } });
});

test("all mistakes of all files are told at once, the good ones are printed, and the exit code is 1", async () => {
  const folder = folderWith({ "bad.fly": "a = \nb = 'c'\n", "good.fly": "a = 1\n", "worse.fly": "}\n" });
  const { code, out, err } = await parse(folder, ["."]);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual(DOCUMENT("good.fly"));
  expect(err).toBe(
    [
      "error FLY026: expected a value after `=`, found the end of the line",
      "  bad.fly:1:4",
      "   1 | a =",
      "     |    ^",
      "",
      'error FLY002: strings stand in straight double quotes (")',
      "  bad.fly:2:5",
      "   2 | b = 'c'",
      "     |     ^^^",
      "  Found ' as a quotation mark.",
      "  fix: use straight double quotes",
      "",
      "error FLY021: this `}` closes nothing",
      "  worse.fly:1:1",
      "   1 | }",
      "     | ^",
      "  fix: remove it",
      "",
    ].join("\n"),
  );
});

test("--json is one document with everything in it", async () => {
  const folder = folderWith({ "bad.fly": "a = \n", "good.fly": "a = 1\n" });
  const { code, out, err } = await parse(folder, ["--json", "bad.fly", "good.fly", "none.fly"]);
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(JSON.parse(out)).toMatchObject({
    documents: [DOCUMENT("good.fly")],
    diagnostics: [{ code: "FLY026", severity: "error", file: "bad.fly", range: { start: { line: 1, column: 4, byte: 3 } } }],
    problems: [{ name: "none.fly", reason: "does not exist" }],
  });
});

test("a file that can't be read, or is not UTF-8, is told, and the others are parsed", async () => {
  const folder = folderWith({ "good.fly": "a = 1\n" });
  writeFileSync(join(folder, "latin1.fly"), Buffer.from([0x61, 0x20, 0x3d, 0x20, 0x22, 0xe9, 0x22, 0x0a]));
  const { code, out, err } = await parse(folder, ["none.fly", "latin1.fly", "good.fly"]);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual(DOCUMENT("good.fly"));
  expect(err).toContain("none.fly does not exist");
  expect(err).toContain("latin1.fly is not UTF-8");
});
