import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { newNest } from "../../src/nest/new-nest";
import { publicKeyOf } from "../../src/secrets/ssh-key";
import { gosling } from "../support/command-line";
import { contentOf, folderWith, writeFiles } from "../support/folder";
import { deployKeysOf, type Fault, gitlabServer } from "../support/gitlab-server";
import { vault, vaultEnvironment, vaultError } from "../support/vault";

jest.setTimeout(180_000);
const numRuns = Number(process.env["FC_RUNS"] ?? 100);

const MADE = newNest("before", { gosling: "1.0.0", peers: {}, node: ">= 20" }).map(({ path }) => path);

/** Names that folders may have, strange ones too. */
const folderName = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((name) => !/[/\0]/.test(name) && name !== "." && name !== ".." && Buffer.byteLength(name) < 200);
/** Some of the files that init makes are there before, with a content of their own. */
const before = fc.dictionary(fc.constantFrom(...MADE), fc.constantFrom("# mine\n", "", "{}\n", "\u0000\r\n")).map((files) => ("nest.fly" in files ? { ...files, "nest.fly": 'nest {\n  name = "mine"\n}\n' } : files));

test("P05: the four folders exist after init, nothing that was there is touched, and a second init changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(folderName, before, fc.constantFrom("--git", "--no-git", "--no-git"), fc.constantFrom("none", "none", "file"), async (name, files, git, store) => {
      const around = folderWith({});
      const folder = join(around, name);
      writeFiles(folder, files);

      const first = await gosling(around, ["init", "--yes", git, "--secrets", store, "--", name]);
      expect(first).toMatchObject({ code: 0 });
      for (const each of ["Eggs", "Jobs", "UF", "MG"]) expect(statSync(join(folder, each)).isDirectory()).toBe(true);
      for (const [path, text] of Object.entries(files)) expect(readFileSync(join(folder, path), "utf8")).toBe(text);
      expect((await gosling(folder, ["validate"])).code).toBe(0);

      const content = contentOf(around);
      expect(await gosling(around, ["init", "--yes", git, "--secrets", store, "--", name])).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing was changed") as string });
      // Without a flag too: what the Nest is called is in nest.fly.
      expect(await gosling(folder, ["init"])).toMatchObject({ code: 0 });
      expect(contentOf(around)).toEqual(content);
    }),
    { numRuns },
  );
});

const SERVER = "gitlab.example.org";
/** How often a request goes well before one fails, and what becomes of that one. */
const trouble = fc.record({
  store: fc.option(fc.nat(12), { nil: undefined }),
  gitlab: fc.option(fc.record({ after: fc.nat(6), fault: fc.constantFrom<Fault>({ kind: "status", status: 403 }, { kind: "drop" }, { kind: "done-and-drop" }, { kind: "half" }, { kind: "page" }), times: fc.integer({ min: 1, max: 9 }) }), { nil: undefined }),
});

test("P05: whatever goes wrong on the way, the next init completes the deploy keys, and none that is kept is replaced", async () => {
  const store = await vault();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(trouble, { maxLength: 3 }), async (troubles) => {
        store.secrets.clear();
        const gitlab = await gitlabServer();
        gitlab.addToken("glpat-p05", ["api"], { expires_at: "2099-01-01" });
        gitlab.addProject(7, "acme/nest");
        const env = { ...vaultEnvironment(store), GITLAB_TOKEN: "glpat-p05", GOSLING_GITLAB_ADDRESSES: `${SERVER}=${gitlab.url}` };
        const folder = folderWith({});
        const init = (...args: string[]) => gosling(folder, ["init", "--no-git", ...args], env);
        const kept = (): ReadonlyMap<string, unknown> => new Map([...store.secrets].map(([name, { versions }]) => [name, versions.at(-1)?.data["deploy-key"]]));
        try {
          let first = ["--name", "acme", "--secrets", "vault", "--url", `git@${SERVER}:acme/nest.git`];
          for (const { store: storeAfter, gitlab: trouble } of troubles) {
            const before = kept();
            if (storeAfter !== undefined) store.faults.push(...Array<undefined>(storeAfter), vaultError(403, "permission denied"));
            if (trouble) gitlab.fail(/./, trouble.fault, trouble.times, trouble.after);
            await init(...first);
            first = [];
            store.faults.length = 0;
            gitlab.heal();
            for (const [name, key] of before) expect(kept().get(name)).toEqual(key);
          }
          expect(await init(...first)).toMatchObject({ code: 0 });
          const keys = ["read", "write"].map((role) => publicKeyOf(role, String(kept().get(`secret/gosling/acme/${role}`))));
          expect(deployKeysOf(gitlab.world, 7).map(({ schema }) => [schema.title, schema.key.split(" ").slice(0, 2).join(" "), schema.can_push])).toEqual([
            ["gosling acme/read", keys[0], false],
            ["gosling acme/write", keys[1], true],
          ]);
          const [content, secrets] = [contentOf(folder), JSON.stringify([...store.secrets])];
          gitlab.forget();
          expect(await init()).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing was changed") as string });
          expect({ content: contentOf(folder), secrets: JSON.stringify([...store.secrets]), writes: gitlab.writes() }).toEqual({ content, secrets, writes: [] });
        } finally {
          await gitlab.close();
        }
      }),
      // Each run is up to five commands.
      { numRuns: Math.ceil(numRuns / 4) },
    );
  } finally {
    await store.close();
  }
});
