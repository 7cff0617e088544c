import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { run } from "../../src/cli/program";
import { contentOf, folderWith } from "../support/folder";

const MESSY = "a=1\nbb =  2\n";
const CLEAN = "a  = 1\nbb = 2\n";
const BROKEN = "a = [1,\n";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `gosling fmt` in a folder, as a person without a terminal does. */
async function fmt(cwd: string, args: readonly string[], input: string | Buffer = ""): Promise<Outcome> {
  let [out, err] = ["", ""];
  const code = await run(
    ["fmt", ...args],
    {
      cwd,
      env: {},
      stdin: Readable.from([Buffer.from(input)]),
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
      now: () => 0,
    },
    "0.0.0",
  );
  return { code, out, err };
}

function read(folder: string, path: string): string {
  return readFileSync(join(folder, path), "utf8");
}

describe("which files", () => {
  const tree = {
    "nest.fly": CLEAN,
    "Eggs/api/config.fly": MESSY,
    "Eggs/api/more.fly": MESSY,
    "Eggs/api/module.tf": MESSY,
    "Eggs/.hidden/config.fly": MESSY,
    "Eggs/.hidden.fly": MESSY,
    "node_modules/x/config.fly": MESSY,
    "gosling.out/x.fly": MESSY,
    "other/deep/down/file.fly": MESSY,
  };

  test("all of the Nest's from anywhere in it, and no hidden or generated ones", async () => {
    const folder = folderWith(tree);
    const before = contentOf(folder);
    expect(await fmt(join(folder, "Eggs/api"), [])).toEqual({ code: 0, out: "config.fly\nmore.fly\n../../other/deep/down/file.fly\n", err: "" });
    const formatted = ["Eggs/api/config.fly", "Eggs/api/more.fly", "other/deep/down/file.fly"];
    expect(contentOf(folder)).toEqual({ ...before, ...Object.fromEntries(formatted.map((path) => [path, CLEAN])) });
  });

  test("all of the current folder where there is no Nest", async () => {
    const folder = folderWith({ "b.fly": MESSY, "a/c.fly": MESSY });
    expect((await fmt(folder, [])).out).toBe("a/c.fly\nb.fly\n");
  });

  test("all of the Nest that --nest names", async () => {
    const folder = folderWith({ "here.fly": MESSY, "nest/nest.fly": MESSY });
    expect((await fmt(folder, ["--nest", "nest"])).out).toBe("nest/nest.fly\n");
    expect(read(folder, "here.fly")).toBe(MESSY);
  });

  test("those that are named, whatever their suffix, and those below folders that are named", async () => {
    const folder = folderWith({ ...tree, "main.tf": MESSY, "job.nomad": MESSY, "build.pkr.hcl": MESSY });
    expect((await fmt(folder, ["main.tf", "job.nomad", "build.pkr.hcl", "other"])).out).toBe("main.tf\njob.nomad\nbuild.pkr.hcl\nother/deep/down/file.fly\n");
    expect(read(folder, "Eggs/api/config.fly")).toBe(MESSY);
  });

  test("a file that is named twice is formatted once", async () => {
    const folder = folderWith({ "a.fly": MESSY });
    expect((await fmt(folder, ["a.fly", ".", "./a.fly"])).out).toBe("a.fly\n");
  });

  test("one that does not exist is an error, and the others are formatted", async () => {
    const folder = folderWith({ "a.fly": MESSY });
    expect(await fmt(folder, ["missing.fly", "a.fly"])).toEqual({ code: 1, out: "a.fly\n", err: "error: missing.fly does not exist\n" });
  });
});

describe("links", () => {
  test("stay links: their target is formatted, once", async () => {
    const folder = folderWith({ "real.fly": MESSY });
    symlinkSync("real.fly", join(folder, "link.fly"));
    expect((await fmt(folder, [])).out).toBe("link.fly\n");
    expect(lstatSync(join(folder, "link.fly")).isSymbolicLink()).toBe(true);
    expect(read(folder, "real.fly")).toBe(CLEAN);
  });

  test("that leave the folder are followed only where they are named", async () => {
    const outside = folderWith({ "shared.fly": MESSY });
    const folder = folderWith({});
    symlinkSync(join(outside, "shared.fly"), join(folder, "link.fly"));
    symlinkSync(outside, join(folder, "linked"));
    expect(await fmt(folder, [])).toEqual({ code: 0, out: "", err: "" });
    expect(read(outside, "shared.fly")).toBe(MESSY);
    expect((await fmt(folder, ["link.fly"])).out).toBe("link.fly\n");
    expect(read(outside, "shared.fly")).toBe(CLEAN);
  });

  test("that lead nowhere are an error", async () => {
    const folder = folderWith({});
    symlinkSync("nowhere", join(folder, "link.fly"));
    expect(await fmt(folder, [])).toEqual({ code: 1, out: "", err: "error: link.fly does not exist\n" });
  });
});

describe("writing", () => {
  test("a second run changes nothing and touches no file", async () => {
    const folder = folderWith({ "a.fly": MESSY });
    await fmt(folder, []);
    const { mtimeMs, ino } = statSync(join(folder, "a.fly"));
    expect(await fmt(folder, [])).toEqual({ code: 0, out: "", err: "" });
    expect(statSync(join(folder, "a.fly"))).toMatchObject({ mtimeMs, ino });
  });

  test("keeps the file's mode and leaves nothing else behind", async () => {
    const folder = folderWith({ "a.fly": MESSY });
    chmodSync(join(folder, "a.fly"), 0o640);
    await fmt(folder, []);
    expect(statSync(join(folder, "a.fly")).mode & 0o777).toBe(0o640);
    expect(contentOf(folder)).toEqual({ "a.fly": CLEAN });
  });

  test("--quiet says nothing", async () => {
    const folder = folderWith({ "a.fly": MESSY });
    expect(await fmt(folder, ["--quiet"])).toEqual({ code: 0, out: "", err: "" });
    expect(read(folder, "a.fly")).toBe(CLEAN);
  });
});

describe("files that can't be formatted are left as they are", () => {
  test("syntax errors: all of them are shown, and the other files are formatted", async () => {
    const folder = folderWith({ "a.fly": MESSY, "b.fly": BROKEN, "c.fly": 'x = "\n', "d.fly": MESSY });
    const { code, out, err } = await fmt(folder, []);
    expect({ code, out }).toEqual({ code: 1, out: "a.fly\nd.fly\n" });
    expect(err).toMatch(/^error FLY\d+: .*\n {2}b\.fly:1:/);
    expect(err).toMatch(/ {2}c\.fly:1:/);
    expect(err).toContain("x = \"\n");
    expect(contentOf(folder)).toEqual({ "a.fly": CLEAN, "b.fly": BROKEN, "c.fly": 'x = "\n', "d.fly": CLEAN });
  });

  test("text that is not UTF-8", async () => {
    const content = Buffer.from([0x61, 0x3d, 0x22, 0xe9, 0x22]);
    const folder = folderWith({ "latin.fly": content });
    expect(await fmt(folder, [])).toEqual({ code: 1, out: "", err: "error: latin.fly is not UTF-8\n  Save it in that encoding, with or without a byte-order mark.\n" });
    expect(readFileSync(join(folder, "latin.fly"))).toEqual(content);
  });
});

describe("--check", () => {
  test("lists what would change, writes nothing and exits with 2", async () => {
    const folder = folderWith({ "a.fly": MESSY, "b.fly": CLEAN });
    expect(await fmt(folder, ["--check"])).toEqual({ code: 2, out: "a.fly\n", err: "" });
    expect(read(folder, "a.fly")).toBe(MESSY);
  });

  test("exits with 0 where nothing would change", async () => {
    expect(await fmt(folderWith({ "b.fly": CLEAN }), ["--check"])).toEqual({ code: 0, out: "", err: "" });
  });

  test("exits with 1 where a file has errors", async () => {
    expect((await fmt(folderWith({ "a.fly": MESSY, "b.fly": BROKEN }), ["--check"])).code).toBe(1);
  });
});

describe("--diff", () => {
  const diff = "--- a.fly\n+++ a.fly\n@@ -1,2 +1,2 @@\n-a=1\n-bb =  2\n+a  = 1\n+bb = 2\n";

  test("shows what would change and writes nothing", async () => {
    const folder = folderWith({ "a.fly": MESSY });
    expect(await fmt(folder, ["--diff"])).toEqual({ code: 0, out: diff, err: "" });
    expect(read(folder, "a.fly")).toBe(MESSY);
  });

  test("with --check exits with 2", async () => {
    expect(await fmt(folderWith({ "a.fly": MESSY }), ["--check", "--diff"])).toEqual({ code: 2, out: diff, err: "" });
  });
});

describe("- for standard input", () => {
  test("writes the text to standard output", async () => {
    expect(await fmt(folderWith({}), ["-"], MESSY)).toEqual({ code: 0, out: CLEAN, err: "" });
    expect(await fmt(folderWith({}), ["-"], CLEAN)).toEqual({ code: 0, out: CLEAN, err: "" });
    expect(await fmt(folderWith({}), ["-"], "")).toEqual({ code: 0, out: "", err: "" });
  });

  test("--check and --diff speak of <stdin>", async () => {
    expect(await fmt(folderWith({}), ["-", "--check"], MESSY)).toEqual({ code: 2, out: "<stdin>\n", err: "" });
    expect((await fmt(folderWith({}), ["-", "--diff"], MESSY)).out).toMatch(/^--- <stdin>\n\+\+\+ <stdin>\n/);
  });

  test("a text with errors gives nothing but its diagnostics", async () => {
    const { code, out, err } = await fmt(folderWith({}), ["-"], BROKEN);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("<stdin>:1:");
  });

  test("can't be mixed with files", async () => {
    expect(await fmt(folderWith({}), ["-", "a.fly"])).toMatchObject({ code: 64, out: "" });
  });
});

describe("--json", () => {
  test("carries the changed files, diagnostics and problems", async () => {
    const folder = folderWith({ "a.fly": MESSY, "b.fly": BROKEN });
    const { code, out, err } = await fmt(folder, ["--json", ".", "missing"]);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(JSON.parse(out)).toEqual({
      changed: [{ file: "a.fly" }],
      diagnostics: [expect.objectContaining({ severity: "error", file: "b.fly" })],
      problems: [{ name: "missing", reason: "does not exist" }],
    });
  });

  test("carries the diff, and the text of standard input", async () => {
    const folder = folderWith({ "a.fly": MESSY });
    expect(JSON.parse((await fmt(folder, ["--json", "--diff"])).out)).toMatchObject({ changed: [{ file: "a.fly", diff: expect.stringContaining("+bb = 2\n") as string }] });
    expect(JSON.parse((await fmt(folder, ["--json", "-"], MESSY)).out)).toMatchObject({ changed: [{ file: "<stdin>", text: CLEAN }] });
  });
});
