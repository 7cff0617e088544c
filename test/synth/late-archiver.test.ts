import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** In a process of its own: a test's modules are not Node's. */
const PROGRAM = `
const loaded = () => Object.keys(require.cache).some((path) => path.includes("/compress-commons/"));
require("./lib/src/synth/make-stacks");
const first = loaded();
const archiver = require("node:module").createRequire(require.resolve("cdktf"))("archiver");
const archive = archiver("zip");
console.log(JSON.stringify({ first, then: loaded(), pack: typeof archive.append }));
`;

test("the library's archiver loads when something is packed", () => {
  const answer = execFileSync(process.execPath, ["-e", PROGRAM], { cwd: join(__dirname, "../.."), encoding: "utf8" });
  expect(JSON.parse(answer)).toEqual({ first: false, then: true, pack: "function" });
});
