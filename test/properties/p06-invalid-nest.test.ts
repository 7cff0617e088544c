import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { gosling } from "../support/command-line";
import { contentOf, folderWith, writeFiles } from "../support/folder";
import { eggText, nestFiles } from "../support/nest-files";

const RUNS = { numRuns: Number(process.env["FC_RUNS"] ?? 100) };

const VALID = nestFiles({ web: {}, api: {} }, { "variables.fly": 'variable "a" {\n  default = "1"\n}\n', "Jobs/j.fly": 'job "j" {\n  schedule = "@daily"\n  script   = "true"\n  runner {\n  }\n  cloud {\n    provider = "local"\n  }\n}\n' });
const FILES = Object.keys(VALID);
const EGG = "Eggs/web/config.fly";
/** Lines that an Egg can't be without. */
const NEEDED = ["type", "provider", "cpu", "memory", "disk", "tags", "concurrent", "server", "project_id"];

/** Ways to spoil a valid Nest: each gives the files that it changes. */
const damage: fc.Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  fc.constantFrom(...NEEDED).map((name) => ({ [EGG]: eggText("web").replace(new RegExp(`^ *${name} .*\n`, "m"), "") })),
  fc.constantFrom("cloud", "resources", "runner", "gitlab").map((name) => ({ [EGG]: eggText("web").replace(new RegExp(`^ *${name} \\{[^}]*\\}\n`, "m"), "") })),
  fc.tuple(fc.constantFrom(...NEEDED), fc.constantFrom("true", "null", "[[1]]", "var.b", "local.b", "1 +", '"${"', "egg.web.none")).map(([name, value]) => ({ [EGG]: eggText("web").replace(new RegExp(`^( *${name} *=).*`, "m"), `$1 ${value}`) })),
  fc.stringMatching(/^[a-z]{3,12}_x$/).map((name) => ({ [EGG]: eggText("web", { more: `${name} = 1` }) })),
  fc.tuple(fc.constantFrom(...FILES), fc.constantFrom("}\n", "{\n", "x = = 1\n", '"\n', "blob {\n}\n", "nest {\n}\n", "locals {\n  a = local.a\n}\n")).map(([file, text]) => ({ [file]: `${VALID[file] ?? ""}${text}` })),
  fc.constantFrom("web", "WEB", "api").map((name) => ({ "Eggs/zoo/config.fly": eggText(name) })),
  fc.constant({ "nest.fly": "" }),
  fc.constant({ "Eggs/zoo/config.fly": "\u0000" }),
);

test("P06: for every invalid Nest validate fails and nothing is written", async () => {
  const folder = folderWith({});
  await fc.assert(
    fc.asyncProperty(damage, fc.boolean(), async (changed, json) => {
      rmSync(join(folder, "Eggs"), { recursive: true, force: true });
      writeFiles(folder, { ...VALID, ...changed });
      const before = contentOf(folder);
      const { code, stdout, stderr } = await gosling(folder, json ? ["validate", "--json"] : ["validate"]);
      expect(code).toBe(1);
      if (json) expect(JSON.parse(stdout)).toMatchObject({ valid: false, diagnostics: expect.arrayContaining([expect.objectContaining({ severity: "error" })]) as unknown });
      else expect(stderr).toMatch(/^error FLY\d{3}: /m);
      expect(contentOf(folder)).toEqual(before);
    }),
    RUNS,
  );
  writeFiles(folder, VALID);
  rmSync(join(folder, "Eggs/zoo"), { recursive: true, force: true });
  expect(await gosling(folder, ["validate"])).toMatchObject({ code: 0 });
});
