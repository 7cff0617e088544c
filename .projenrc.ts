import { JsonFile, TextFile, YamlFile, javascript, typescript } from "projen";

/** The Node releases that the package supports; its pipeline runs the tests on each. */
const NODE_RELEASES = ["20", "22", "24"];

const project = new typescript.TypeScriptProject({
  name: "gosling",
  description: "GitLab CI runners from a Git repository: one typed configuration for AWS, Yandex Cloud and your own machine",
  keywords: ["gitlab", "gitlab-runner", "opentofu", "terraform", "cdktf", "autoscaling", "gitops", "yandex-cloud", "aws"],
  defaultReleaseBranch: "main",
  packageManager: javascript.NodePackageManager.NPM,
  license: "Apache-2.0",
  copyrightOwner: "The Gosling authors",
  authorName: "The Gosling authors",
  minNodeVersion: "20.19.0",
  projenrcTs: true,
  entrypoint: "lib/constructs/index.js",
  entrypointTypes: "lib/constructs/index.d.ts",
  bin: { gosling: "bin/gosling" },
  srcdir: ".",
  libdir: "lib",
  sampleCode: false,
  github: false,
  depsUpgrade: false,
  release: false,
  buildWorkflow: false,
  jest: false,
  eslint: false,
  package: false,
  typescriptVersion: "~5.9.3",
  peerDeps: ["cdktf@>=0.21 <0.25", "constructs@~10.7.0"],
  peerDependencyOptions: { pinnedDevDependency: false },
  deps: [
    "commander@^14",
    "@clack/prompts@^1",
    "undici@^7",
    "smol-toml@^1",
    "tar@^7",
    "js-yaml@^4",
    "re2js@^2",
    // Loaded when they are needed, each behind a port of ours.
    "openpgp@^6",
    "libsql@^0.5",
    "@aws-sdk/client-secrets-manager@^3",
    "@aws-sdk/client-s3@^3",
    "@aws-sdk/client-kms@^3",
    "@aws-sdk/client-ec2@^3",
    "@gitbeaker/rest@^43",
    // 2.8 is the last that supports Node 20.
    "@yandex-cloud/nodejs-sdk@~2.8.0",
    // The one that the SDK's clients are made for: they and we share it.
    "@grpc/grpc-js@^1.6.12",
  ],
  devDeps: [
    "@types/node@^20",
    "@types/js-yaml@^4",
    "@types/jest@^30",
    "jest@^30",
    "@swc/core@1.16.18",
    "@swc/jest@^0.2",
    "fast-check@^4",
    // Peers of the differential test of constructs/bindings, and foreign resources of an example.
    "@cdktf/provider-aws@21.22.1",
    "@cdktf/provider-null@11.0.1",
    "cdktf@0.21.0",
    "constructs@10.7.2",
    "@gitbeaker/core@^43",
    "hcl2-parser@^1",
    "@cdktn/hcl2json@^0.24",
    "typedoc@^0.28",
    "typedoc-plugin-markdown@^4",
    "eslint@^9",
    "typescript-eslint@^8",
  ],
  tsconfig: {
    compilerOptions: {
      rootDir: ".",
      outDir: "lib",
      module: "node16",
      moduleResolution: javascript.TypeScriptModuleResolution.NODE16,
      target: "ES2022",
      lib: ["ES2023"],
      inlineSourceMap: false,
      inlineSources: false,
      noUncheckedIndexedAccess: true,
      skipLibCheck: true,
      types: ["node"],
    },
  },
  tsconfigDev: {
    fileName: "tsconfig.dev.json",
    compilerOptions: { rootDir: ".", noEmit: true, types: ["node", "jest"] },
  },
});

// The schemas are read at run time; naming them here makes the compiler copy them.
project.tsconfig?.file.addOverride("include", ["constructs/**/*.ts", "constructs/**/*.json", "src/**/*.ts"]);
project.tsconfig?.file.addOverride("compilerOptions.types", ["node"]);
project.tsconfigDev.file.addOverride("include", [".projenrc.ts", "constructs/**/*.ts", "src/**/*.ts", "test/**/*.ts", "bench/**/*.ts", "tools/**/*.ts"]);

// The lock file names the binaries of every platform: a release counts once all of them are published.
project.package.addField("overrides", { "unrs-resolver": "1.12.2" });
project.package.addField("files", ["bin", "lib", "docs", "API.md", "README.md", "LICENSE", "CHANGELOG.md"]);
project.npmignore?.addPatterns("/bench/", "/examples/", "/.ci/", "/tools/", "/.projenrc.ts", "/eslint.config.mjs", "/jest.config.json", "/jest.cdktn.config.json");
project.gitignore.addPatterns("gosling.out/", ".gosling/");

// ── Tests ────────────────────────────────────────────────────────────────────
const jestConfiguration = {
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  testEnvironment: "node",
  transform: {
    "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" }, sourceMaps: "inline" }],
  },
  // A dynamic import names the compiled file, as TypeScript asks for.
  moduleNameMapper: { "^(\\.{1,2}/.+)\\.js$": ["$1.js", "$1.ts"] },
  modulePathIgnorePatterns: ["<rootDir>/lib/"],
  watchPathIgnorePatterns: ["<rootDir>/lib/", "/gosling.out/", "/.gosling/"],
  testTimeout: 60000,
  // By default one processor is left free, which of two is half of the time: much of it a test waits for an engine.
  maxWorkers: "100%",
};
new JsonFile(project, "jest.config.json", { marker: false, obj: { ...jestConfiguration, testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/cdktn/"] } });

// All tests of the constructs once more, on the engine library's continuation. It is installed under the
// library's name in a folder of its own, since one node_modules holds one package of a name.
const CDKTN = "<rootDir>/test/cdktn/node_modules";
new JsonFile(project, "jest.cdktn.config.json", {
  marker: false,
  obj: {
    ...jestConfiguration,
    testMatch: ["constructs/**/*", "synth/**/*", "cdktn/*", "*", "properties/p{08,10,14,23,42}*"].map((tests) => `<rootDir>/test/${tests}.test.ts`),
    // The prebuilt AWS classes belong to cdktf: what they are compared with is the same on both libraries. The other
    // two start programs, which take the library from our own node_modules; test/e2e/package.test.ts does that for both.
    testPathIgnorePatterns: ["/node_modules/", ...["constructs/bindings/prebuilt-aws", "constructs/pages", "synth/command"].map((tests) => `<rootDir>/test/${tests}.test.ts`)],
    moduleNameMapper: {
      ...jestConfiguration.moduleNameMapper,
      // Both, so that there is one copy of `constructs` as well.
      "^(cdktf|constructs)(/.*)?$": `${CDKTN}/$1$2`,
    },
  },
});

// ── Lint: one-way dependencies between the rooms of the house ────────────────
/** For each room, the rooms that it may import. ARCHITECTURE.md tells why. */
const below: Record<string, readonly string[]> = {
  vocabulary: [],
  fly: ["vocabulary"],
  nest: ["fly", "vocabulary"],
  synth: ["nest", "fly", "vocabulary", "constructs"],
  network: ["vocabulary"],
  engine: ["network", "vocabulary"],
  rehearsal: ["engine", "synth", "nest", "fly", "vocabulary", "constructs"],
  aws: ["network", "vocabulary"],
  yandex: ["network", "vocabulary"],
  secrets: ["yandex", "network", "vocabulary"],
  gitlab: ["secrets", "network", "vocabulary"],
  store: ["gitlab", "secrets", "network", "vocabulary"],
  runner: ["secrets", "vocabulary"],
  uglyfox: ["nest", "vocabulary"],
  deploy: ["uglyfox", "synth", "rehearsal", "engine", "store", "gitlab", "secrets", "aws", "yandex", "runner", "nest", "fly", "vocabulary"],
  cli: ["deploy", "uglyfox", "synth", "rehearsal", "engine", "store", "gitlab", "secrets", "aws", "yandex", "runner", "nest", "fly", "vocabulary"],
};
const message = "Dependencies point one way; see ARCHITECTURE.md.";
const engineLibrary = { regex: "^(cdktf|constructs)($|/)", message: "Only constructs/cdktf.ts imports the engine library." };
const rooms = [...Object.keys(below), "constructs"];
const directions = [
  ...Object.entries(below).map(([room, allowed]) => ({
    files: [`src/${room}/**/*.ts`],
    rules: { "no-restricted-imports": ["error", { patterns: [{ regex: `^(\\.\\./)+(${rooms.filter((name) => name !== room && !allowed.includes(name)).join("|")})(/|$)`, message }, engineLibrary] }] },
  })),
  {
    files: ["constructs/**/*.ts"],
    ignores: ["constructs/cdktf.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ regex: "src/(?!vocabulary)", message }, engineLibrary] }] },
  },
];
const eslint = new TextFile(project, "eslint.config.mjs");
eslint.addLine(`// ${eslint.marker}`);
for (const line of [
  'import tseslint from "typescript-eslint";',
  "",
  "export default tseslint.config(",
  '  { ignores: ["lib/**", "node_modules/**", "examples/**", "**/gosling.out/**", "**/.gosling/**", "**/*.js", "**/*.mjs"] },',
  "  ...tseslint.configs.recommended,",
  "  {",
  '    languageOptions: { parserOptions: { project: "./tsconfig.dev.json", tsconfigRootDir: import.meta.dirname } },',
  "    rules: {",
  '      "@typescript-eslint/no-floating-promises": "error",',
  '      "@typescript-eslint/no-misused-promises": "error",',
  '      "@typescript-eslint/await-thenable": "error",',
  '      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],',
  '      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],',
  "    },",
  "  },",
  ...directions.map((rule) => `  ${JSON.stringify(rule)},`),
  ");",
]) eslint.addLine(line);

// ── Tasks ────────────────────────────────────────────────────────────────────
const tsNode = "ts-node --swc -P tsconfig.dev.json";
project.compileTask.reset("tsc -p tsconfig.json");
project.testTask.reset("jest", { receiveArgs: true });
project.addTask("lint", { description: "Check the style and the direction of dependencies", exec: "eslint ." });
project.addTask("typecheck", { description: "Check types of everything, tests and benchmarks too", exec: "tsc -p tsconfig.dev.json" });

const generate = project.addTask("generate", { description: "Write all generated sources and pages" });
for (const [name, description] of [
  ["types", "Write src/vocabulary/types.ts from the vocabulary"],
  ["bindings", "Write the classes of constructs/bindings from the providers' schemas"],
  ["reference", "Write docs/fly.md from the vocabulary"],
  ["picture", "Draw docs/picture.svg from examples/nest-local"],
  ["construct-pages", "Write docs/constructs from the vocabulary and synthesized stacks"],
  ["api", "Write API.md from the docstrings"],
] as const) {
  generate.spawn(project.addTask(`generate:${name}`, { description, exec: `${tsNode} tools/generate-${name}.ts` }));
}

project.addTask("schemas:cut", { description: "Cut a provider's schema to the types of tools/schema-selection.ts", exec: `${tsNode} tools/cut-schemas.ts`, receiveArgs: true });

const bench = project.addTask("bench", { description: "Run all benchmarks; each prints ratios against its peer", steps: [{ spawn: "compile" }] });
for (const name of ["fly", "synth", "startup", "bindings", "rehearsal", "fleet-plan", "encryption", "deploy"]) {
  bench.spawn(project.addTask(`bench:${name}`, { exec: `${tsNode} bench/${name}.ts`, receiveArgs: true }));
}
project.addTask("fuzz", { description: "Feed 100,000 mutated inputs to the parser", exec: `${tsNode} bench/fuzz-fly.ts`, receiveArgs: true });

// Plain commands: nothing between a user and the tests or the demo.
project.setScript("test", "tsc -p tsconfig.json && jest");
// What is packed is what was just compiled, without leftovers of older sources.
project.setScript("prepack", "node -e \"fs.rmSync('lib', { recursive: true, force: true })\" && tsc -p tsconfig.json");
project.setScript("test:cdktn", "npm ci --prefix test/cdktn --no-audit --no-fund && jest --config jest.cdktn.config.json");
project.setScript("demo", "tsc -p tsconfig.json && node tools/demo.js");

// ── The project's own pipeline ───────────────────────────────────────────────
new YamlFile(project, ".gitlab-ci.yml", {
  obj: {
    workflow: { rules: [{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }, { if: "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" }, { if: "$CI_COMMIT_TAG" }] },
    check: {
      stage: "test",
      interruptible: true,
      parallel: { matrix: [{ NODE_RELEASE: NODE_RELEASES }] },
      image: "node:${NODE_RELEASE}-bookworm",
      variables: { npm_config_cache: "$CI_PROJECT_DIR/.npm" },
      cache: { key: { files: ["package-lock.json"] }, paths: [".npm/"] },
      script: ["bash .ci/run"],
    },
  },
});

project.synth();
