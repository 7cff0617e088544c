import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** In a process of its own: a test's modules are not Node's. */
const PROGRAM = `
require("./lib/src/synth/make-stacks");
const library = require("node:module").createRequire(require.resolve("cdktf"));
const loaded = () => Object.keys(require.cache).filter((path) => /compress-commons|call-bind|semver.classes/.test(path)).length;
const answers = [loaded()];
const use = (work) => answers.push(work(), loaded());
use(() => typeof library("archiver")("zip").append);
use(() => library("json-stable-stringify")({ b: 1, a: 2 }));
use(() => library("semver").lt("1.5.7", "1.6.0"));
use(() => new (require("cdktf").App)({ outdir: process.argv[1] }).synth());
console.log(JSON.stringify(answers));
`;

test("what the library packs, writes and validates with loads when it is used", () => {
  const folder = mkdtempSync(join(tmpdir(), "gosling-test-"));
  const answer = execFileSync(process.execPath, ["-e", PROGRAM, folder], { cwd: join(__dirname, "../.."), encoding: "utf8" });
  const [atFirst, append, archiver, text, stringify, older, semver] = JSON.parse(answer) as [number, string, number, string, number, boolean, number];
  expect({ atFirst, append, text, older }).toEqual({ atFirst: 0, append: "function", text: '{"a":2,"b":1}', older: true });
  expect(archiver).toBeGreaterThan(0);
  expect(stringify).toBeGreaterThan(archiver);
  expect(semver).toBeGreaterThan(stringify);
  expect(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"))).toMatchObject({ stacks: {} });
  rmSync(folder, { recursive: true });
});
