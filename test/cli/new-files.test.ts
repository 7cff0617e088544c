import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeNewFiles } from "../../src/cli/new-files";
import { contentOf, folderWith } from "../support/folder";

describe("new files", () => {
  test("are made with the folders that they need", async () => {
    const root = folderWith({});
    await writeNewFiles(root, [
      { path: "a/b/one", text: "1" },
      { path: "two", text: "2" },
    ]);
    expect(contentOf(root)).toEqual({ a: "(folder)", "a/b": "(folder)", "a/b/one": "1", two: "2" });
  });

  test("are made all or not at all: a name that is taken takes back the ones before it, with their folders", async () => {
    const root = folderWith({ "kept/x": "x", taken: "mine" });
    const before = contentOf(root);
    const files = [
      { path: "a/b/one", text: "1" },
      { path: "kept/two", text: "2" },
      { path: "taken", text: "theirs" },
    ];
    await expect(writeNewFiles(root, files)).rejects.toMatchObject({ code: "FILE_EXISTS", message: "taken is there already" });
    expect(contentOf(root)).toEqual(before);
  });

  test("don't follow a folder that is a file", async () => {
    const root = folderWith({ file: "x" });
    await expect(writeNewFiles(root, [{ path: "one", text: "" }, { path: "file/two", text: "" }])).rejects.toMatchObject({ code: expect.stringMatching(/^FILE_/) as string });
    expect(contentOf(root)).toEqual({ file: "x" });
  });

  test("taken back leave folders that somebody else uses meanwhile", async () => {
    const root = folderWith({ taken: "" });
    mkdirSync(join(root, "a"));
    writeFileSync(join(root, "a/theirs"), "theirs");
    await expect(writeNewFiles(root, [{ path: "a/mine", text: "" }, { path: "taken", text: "" }])).rejects.toThrow();
    expect(readFileSync(join(root, "a/theirs"), "utf8")).toBe("theirs");
    expect(Object.keys(contentOf(root)).sort()).toEqual(["a", "a/theirs", "taken"]);
  });
});
