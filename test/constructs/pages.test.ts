import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkStack, problemText, type SynthesizedStack } from "../../constructs/bindings/schema-check";
import { generateConstructPages } from "../../tools/generate-construct-pages";
import { folderWith } from "../support/folder";

const ROOT = join(__dirname, "../..");
const PAGES = join(ROOT, "docs/constructs");
const EXAMPLES = ["apex-nadir-pool", "egg-runner", "eggs-bucket", "mother-goose", "rift-cache", "uglyfox-policy"];

test("docs/constructs is what `npx projen generate:construct-pages` writes", () => {
  const pages = generateConstructPages();
  expect(Object.keys(pages).sort()).toEqual(EXAMPLES.map((name) => `${name}.md`));
  expect(Object.fromEntries(readdirSync(PAGES).map((name) => [name, readFileSync(join(PAGES, name), "utf8")]))).toEqual(pages);
});

test("every page pictures what is made on both clouds", () => {
  for (const [name, text] of Object.entries(generateConstructPages())) {
    const pictures = text.split("```mermaid\n").slice(1);
    expect(pictures.length).toBeGreaterThanOrEqual(name === "apex-nadir-pool.md" ? 1 : 2);
    for (const picture of pictures) expect(picture).toMatch(/^graph LR\n {2}r1\[/);
  }
});

describe("the examples of the pages, as programs of a user's own", () => {
  const app = folderWith({
    "tsconfig.json": JSON.stringify({ compilerOptions: { target: "ES2022", module: "node16", moduleResolution: "node16", moduleDetection: "force", strict: true, skipLibCheck: true, types: ["node"], outDir: "out" }, include: ["*.ts"] }),
    ...Object.fromEntries(EXAMPLES.map((name) => [`${name}.ts`, readFileSync(join(ROOT, "examples/constructs", `${name}.ts`), "utf8")])),
  });

  beforeAll(() => {
    for (const name of ["gosling", "cdktf", "constructs", "@types/node"]) {
      const link = join(app, "node_modules", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(name === "gosling" ? ROOT : join(ROOT, "node_modules", name), link, "dir");
    }
    const { status, stdout } = spawnSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc")], { cwd: app, encoding: "utf8" });
    expect({ status, said: stdout }).toEqual({ status: 0, said: "" });
  }, 120_000);

  test.each(EXAMPLES)("%s synthesizes, and what it makes fits the providers' schemas", (name) => {
    const folder = folderWith({});
    const { status, stderr } = spawnSync(process.execPath, [join(app, "out", `${name}.js`)], { cwd: folder, encoding: "utf8", env: { PATH: process.env["PATH"], HOME: folder } });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [stack = ""] = readdirSync(join(folder, "cdktf.out/stacks"));
    expect(checkStack(JSON.parse(readFileSync(join(folder, "cdktf.out/stacks", stack, "cdk.tf.json"), "utf8")) as SynthesizedStack).map(problemText)).toEqual([]);
  });
});
