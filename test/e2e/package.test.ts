import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { enginesHere } from "../support/engines";
import { contentOf, folderWith } from "../support/folder";

const ROOT = join(__dirname, "../..");
const MIB = 1024 * 1024;
/** The engine library as README tells to install it, and the package that then bears its name. */
const LIBRARIES = [
  { name: "cdktf", spec: "cdktf@0.21", version: /^0\.21\./ },
  { name: "cdktn", spec: "cdktf@npm:cdktn@0.24", version: /^0\.24\./ },
];
const COMMAND = "node_modules/.bin/gosling";
const CONSTRUCTS = "constructs@~10.7";

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** Runs a program to its end; a failure shows what it printed. What `npm test` tells its children about our project is left out. */
function run(cwd: string, program: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): string {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|config_local_prefix)/.test(name)));
  try {
    return execFileSync(program, args, { cwd, encoding: "utf8", env: { ...env, ...more }, stdio: "pipe", maxBuffer: 64 * MIB });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** The names of all packages below a folder's node_modules. */
function installedPackages(folder: string): readonly string[] {
  return readdirSync(join(folder, "node_modules"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("package.json"))
    .map((path) => (/(?:^|\/)((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.[1] ?? ""));
}

const readJson = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), "utf8")) as T;

/** README's first TypeScript block: the example of a program that uses the constructs. */
function readmeExample(): string {
  const [, code] = /^```ts\n(.*?)^```$/ms.exec(readFileSync(join(ROOT, "README.md"), "utf8")) ?? [];
  if (code === undefined) throw new Error("README.md shows no TypeScript example");
  return code;
}

describe("the package", () => {
  const [engine] = enginesHere();
  /** The stacks as the first library made them. */
  let synthesized: Readonly<Record<string, string>> | undefined;
  const folder = folderWith({});
  let packed: Packed;
  beforeAll(() => {
    // `npm test` has just compiled; the package's own build before packing would change files under other tests.
    const [first] = JSON.parse(run(ROOT, "npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder])) as Packed[];
    if (!first) throw new Error("npm pack made no package");
    packed = first;
  });

  test("is at most 3 MB", () => {
    expect(packed.size).toBeLessThanOrEqual(3_000_000);
  });

  test("holds the program, its documentation and nothing else", () => {
    const paths = packed.files.map(({ path }) => path);
    const roots = ["bin", "lib", "docs", "API.md", "README.md", "LICENSE", "CHANGELOG.md", "package.json"];
    expect(paths.filter((path) => !roots.includes(path.split("/")[0] ?? ""))).toEqual([]);
    expect(paths.filter((path) => path.startsWith("lib/") && !/^lib\/(src|constructs)\/.*(\.js|\.d\.ts|\/schemas\/(aws|yandex)\.json)$/.test(path))).toEqual([]);
    expect(paths.filter((path) => /\.test\./.test(path))).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining(["bin/gosling", "lib/constructs/index.d.ts", "lib/constructs/bindings/schemas/aws.json", "lib/constructs/bindings/schemas/yandex.json", "docs/fly.md", "README.md", "LICENSE", "CHANGELOG.md"]));
  });

  describe.each(LIBRARIES)("installed into an empty folder with $spec", ({ name, spec, version }) => {
    let user: string;
    beforeAll(() => {
      user = folderWith({
        "package.json": '{ "private": true }\n',
        "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, skipLibCheck: true, target: "es2022", module: "node16", types: [], outDir: "out" } }),
        "main.ts": readmeExample(),
      });
      // Without --force: an engine library outside of our peer range would end the installation here.
      run(user, "npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, packed.filename), spec, CONSTRUCTS]);
    }, 120_000);

    test("brings no provider package and one copy of constructs", () => {
      expect(readJson(user, "node_modules/cdktf/package.json")).toMatchObject({ name, version: expect.stringMatching(version) as string });
      const packages = installedPackages(user);
      expect(packages.filter((each) => /^@(cdktf|cdktn)\/provider-/.test(each))).toEqual([]);
      expect(packages.filter((each) => each === "constructs")).toEqual(["constructs"]);
    });

    test("compiles and synthesizes README's example", () => {
      run(user, process.execPath, [join(dirname(require.resolve("typescript/package.json")), "bin/tsc")]);
      run(user, process.execPath, ["out/main.js"]);
      const stacks = readdirSync(join(user, "cdktf.out/stacks"));
      expect(stacks).not.toEqual([]);
      for (const stack of stacks) {
        const { resource, terraform } = readJson<{ resource: object; terraform: object }>(user, "cdktf.out/stacks", stack, "cdk.tf.json");
        expect(Object.keys(resource)).not.toEqual([]);
        expect(Object.keys(terraform)).toContain("backend");
      }
    });

    test("its command writes the same stacks on both libraries", () => {
      run(nestOf(user), join(user, COMMAND), ["synth"]);
      const output = contentOf(join(user, "nest/gosling.out/stacks"));
      expect(Object.keys(output)).toContain("docs/cdk.tf.json");
      expect(output).toEqual((synthesized ??= output));
    });

    // The command reads the schemas at run time.
    (engine ? test : test.skip)("its command rehearses a stack; skipped where neither tofu nor terraform is on the PATH", () => {
      expect(run(nestOf(user), join(user, COMMAND), ["rehearse", "docs"], { GOSLING_ENGINE: engine?.path ?? "", HOME: user })).toMatch(/1 passed/);
    });
  });
});

/** A copy of the example for AWS in a user's folder. */
function nestOf(user: string): string {
  const nest = join(user, "nest");
  cpSync(join(ROOT, "examples/nest-aws"), nest, { recursive: true, filter: (path) => !path.endsWith("gosling.out") });
  return nest;
}
