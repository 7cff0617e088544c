import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { newNest } from "../../src/nest/new-nest";
import { gosling } from "../support/command-line";
import { contentOf, folderWith, writeFiles } from "../support/folder";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

const MADE = newNest("before", { gosling: "1.0.0", peers: {}, node: ">= 20" }).map(({ path }) => path);

/** Names that folders may have, strange ones too. */
const folderName = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((name) => !/[/\0]/.test(name) && name !== "." && name !== ".." && Buffer.byteLength(name) < 200);
/** Some of the files that init makes are there before, with a content of their own. */
const before = fc.dictionary(fc.constantFrom(...MADE), fc.constantFrom("# mine\n", "", "{}\n", "\u0000\r\n")).map((files) => ("nest.fly" in files ? { ...files, "nest.fly": 'nest {\n  name = "mine"\n}\n' } : files));

test("P05: the four folders exist after init, nothing that was there is touched, and a second init changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(folderName, before, fc.constantFrom("--git", "--no-git", "--no-git"), async (name, files, git) => {
      const around = folderWith({});
      const folder = join(around, name);
      writeFiles(folder, files);

      const first = await gosling(around, ["init", "--yes", git, "--", name]);
      expect(first).toMatchObject({ code: 0 });
      for (const each of ["Eggs", "Jobs", "UF", "MG"]) expect(statSync(join(folder, each)).isDirectory()).toBe(true);
      for (const [path, text] of Object.entries(files)) expect(readFileSync(join(folder, path), "utf8")).toBe(text);
      expect((await gosling(folder, ["validate"])).code).toBe(0);

      const content = contentOf(around);
      expect(await gosling(around, ["init", "--yes", git, "--", name])).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing was changed") as string });
      // Without a flag too: what the Nest is called is in nest.fly.
      expect(await gosling(folder, ["init"])).toMatchObject({ code: 0 });
      expect(contentOf(around)).toEqual(content);
    }),
    { numRuns },
  );
});
