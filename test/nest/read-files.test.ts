import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Disk, makeDisk } from "../../src/nest/disk";
import { findNest } from "../../src/nest/find";
import { MAX_FILE_BYTES, readNestFiles, realRoot } from "../../src/nest/read-files";
import { folderWith } from "../support/folder";

async function read(folder: string) {
  return readNestFiles(realRoot(folder));
}

describe("the files of a Nest", () => {
  test("are those of its folders and its root, sorted by path", async () => {
    const files = await read(
      folderWith({
        "nest.fly": "1",
        "variables.fly": "2",
        "nest.flyvars": "x = 1",
        "Eggs/b/config.fly": "3",
        "Eggs/b/more.fly": "4",
        "Eggs/a/config.fly": "5",
        "Jobs/nightly.fly": "6",
        "UF/config.fly": "7",
        "MG/config.fly": "8",
        "README.md": "not Fly",
        ".hidden.fly": "an editor's",
        "docs/sample.fly": "no folder of a Nest",
        "Eggs/b/templates/config.tpl": "not Fly",
        "Eggs/b/certs/company.pem": "not Fly",
      }),
    );
    expect(files.problems).toEqual([]);
    expect(files.files.map((file) => file.path)).toEqual([
      "Eggs/a/config.fly",
      "Eggs/b/config.fly",
      "Eggs/b/more.fly",
      "Jobs/nightly.fly",
      "MG/config.fly",
      "UF/config.fly",
      "nest.fly",
      "variables.fly",
    ]);
    expect(files.variables).toEqual({ path: "nest.flyvars", text: "x = 1" });
    expect(files.files[2]?.text).toBe("4");
  });

  test.each([0, 1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 200_000])("are read whole at %i bytes", async (size) => {
    const text = "é".repeat(size / 2) + "x".repeat(size % 2);
    expect((await read(folderWith({ "nest.fly": text }))).files).toEqual([{ path: "nest.fly", text }]);
  });

  test("a slow disk is asked for many of them at a time, and gives the same", async () => {
    const folder = folderWith(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`Eggs/egg-${i}/config.fly`, `${i}`.repeat(i * 20)])));
    writeFileSync(join(folder, "Eggs/egg-7/latin1.fly"), Buffer.from([0xe9]));
    symlinkSync("gone.fly", join(folder, "Eggs/egg-8/dangling.fly"));
    const quick = await readNestFiles(realRoot(folder), makeDisk(() => 0));
    expect(quick.files).toHaveLength(300);
    let time = 0;
    const slow = makeDisk(() => time++);
    let open = 0;
    let most = 0;
    const counted: Disk = {
      ...slow,
      open: (path, done) => slow.open(path, (...answer) => {
        most = Math.max(most, ++open);
        done(...answer);
      }),
      close: (descriptor, done) => slow.close(descriptor, () => {
        open--;
        done();
      }),
    };
    expect(await readNestFiles(realRoot(folder), counted)).toEqual(quick);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(32);
  });

  test.each([["a quick", () => 0], ["a slow", ((time) => () => (time += 100))(0)]])("a folder that can't be read says so, on %s disk", async (_, now) => {
    const { problems } = await readNestFiles("/nowhere", makeDisk(now));
    expect(problems).toMatchObject([{ path: ".", kind: "unreadable" }]);
  });

  test("more of them than the process may open are no problem", async () => {
    const folder = folderWith(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`Eggs/egg-${i}/config.fly`, `${i}`])));
    const program = `require(${JSON.stringify(join(__dirname, "../../src/nest/read-files.ts"))}).readNestFiles(${JSON.stringify(realRoot(folder))})
      .then(({ files, problems }) => console.log(files.length, problems.length))`;
    const limited = spawnSync("bash", ["-c", 'ulimit -n 80 && exec node -r ts-node/register -e "$0"', program], {
      encoding: "utf8",
      cwd: join(__dirname, "../.."),
      env: { ...process.env, TS_NODE_PROJECT: "tsconfig.dev.json", TS_NODE_TRANSPILE_ONLY: "true" },
    });
    expect(limited).toMatchObject({ stdout: "300 0\n", status: 0 });
  });

  test("a link inside the Nest is followed, one that leaves it is an error", async () => {
    const outside = folderWith({ "secret.fly": "outside" });
    const folder = folderWith({ "nest.fly": "", "shared/common.fly": "inside", "Eggs/real/config.fly": "egg" });
    symlinkSync("shared/common.fly", join(folder, "common.fly"));
    symlinkSync(join(outside, "secret.fly"), join(folder, "leak.fly"));
    symlinkSync(outside, join(folder, "Eggs/leak"));
    symlinkSync("gone.fly", join(folder, "dangling.fly"));
    symlinkSync("loop.fly", join(folder, "loop.fly"));
    const { files, problems } = await read(folder);
    expect(files.map((file) => file.path)).toEqual(["Eggs/real/config.fly", "common.fly", "nest.fly"]);
    expect(problems.map(({ path, kind }) => [path, kind]).sort()).toEqual([
      ["Eggs/leak", "leaves-nest"],
      ["dangling.fly", "unreadable"],
      ["leak.fly", "leaves-nest"],
      ["loop.fly", "unreadable"],
    ]);
  });

  test("a folder linked from elsewhere is the Nest's own root", async () => {
    const folder = folderWith({ "nest.fly": "x" });
    const link = join(folderWith({}), "link");
    symlinkSync(folder, link);
    expect(realRoot(link)).toBe(realpathSync(folder));
    expect((await read(link)).files).toEqual([{ path: "nest.fly", text: "x" }]);
  });

  test("what can't be read says why", async () => {
    const folder = folderWith({ "nest.fly": "", "latin1.fly": Buffer.from([0x61, 0xe9, 0x0a]), "huge.fly": Buffer.alloc(MAX_FILE_BYTES + 1, 0x20), "Eggs/loose.fly": "" });
    mkdirSync(join(folder, "folder.fly"));
    execFileSync("mkfifo", [join(folder, "pipe.fly")]);
    const { files, problems } = await read(folder);
    expect(files.map((file) => file.path)).toEqual(["nest.fly"]);
    expect(Object.fromEntries(problems.map(({ path, kind, detail }) => [path, `${kind}: ${detail}`]))).toEqual({
      "latin1.fly": "not-utf8: Fly files are UTF-8, with or without a byte-order mark. Save it in that encoding.",
      "huge.fly": "too-large: Split it: every Egg has a folder of its own.",
      "folder.fly": "not-a-file: A name that ends in .fly stands for a file. Rename the folder.",
      "pipe.fly": "not-a-file: Fly files are regular files. Remove it.",
      "Eggs/loose.fly": "wrong-folder: An Egg's files stand in a folder of their own. Move it to Eggs/loose/config.fly.",
    });
  });

  test("files that stand too deep are not read, and a warning says so", async () => {
    const { files, problems } = await read(folderWith({ "nest.fly": "", "Eggs/a/config.fly": "", "Eggs/a/old/config.fly": "", "Jobs/2025/nightly.fly": "" }));
    expect(files.map((file) => file.path)).toEqual(["Eggs/a/config.fly", "nest.fly"]);
    expect(problems.map(({ path, severity, detail }) => [path, severity, detail])).toEqual([
      ["Jobs/2025/nightly.fly", "warning", "Fly files of Jobs stand directly in it. Move it there, or rename it."],
      ["Eggs/a/old/config.fly", "warning", "Fly files of Eggs/a stand directly in it. Move it there, or rename it."],
    ]);
  });

  test("a folder that is called eggs is an error, unless it holds something else", async () => {
    expect((await read(folderWith({ "nest.fly": "", "eggs/a/config.fly": "", "uf/readme.md": "" }))).problems).toMatchObject([{ path: "eggs", severity: "error", detail: "The folder's name is Eggs. Rename it." }]);
  });

  // Root reads everything.
  (process.getuid?.() === 0 ? test.skip : test)("a file without permission says so", async () => {
    const folder = folderWith({ "nest.fly": "" });
    chmodSync(join(folder, "nest.fly"), 0);
    expect((await read(folder)).problems[0]?.detail).toBe("Permission denied.");
  });

  test("a folder that is not there is an error with a way out", () => {
    expect(() => realRoot(join(folderWith({}), "gone"))).toThrow(expect.objectContaining({ code: "NEST_NOT_FOUND" }));
  });
});

describe("the Nest's folder", () => {
  test("is the nearest one upwards that holds nest.fly", () => {
    const folder = folderWith({ "nest.fly": "", "Eggs/a/config.fly": "", "examples/inner/nest.fly": "", "examples/inner/Eggs/x.txt": "" });
    expect(findNest(join(folder, "Eggs/a"))).toBe(folder);
    expect(findNest(folder)).toBe(folder);
    expect(findNest(join(folder, "examples/inner/Eggs"))).toBe(join(folder, "examples/inner"));
    expect(findNest(folderWith({}))).toBeUndefined();
  });
});
