import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { readNest as read, type ReadNestOptions, type ReadNestResult } from "../../src/nest";
import { contentOf, folderWith, writeFiles } from "../support/folder";
import { eggText, nestFiles } from "../support/nest-files";

/** However small the Nest is. */
const readNest = (root: string, options: ReadNestOptions = {}): Promise<ReadNestResult> => read(root, { much: 0, ...options });
const memoryOf = (root: string): string => join(root, ".gosling/cache/nest.json");

/** All that a reading tells, as plain data. */
function told(result: ReadNestResult): unknown {
  const { valid, nest, diagnostics, counts, written, inputs, names } = result;
  const secrets = result.secrets().map(({ at: _, ...use }) => ({ ...use, place: { ...use.place } }));
  return JSON.parse(JSON.stringify({ valid, nest, diagnostics, counts, written: [...written], inputs: [inputs.files, inputs.variables, inputs.variableFiles], names: [[...names.var], [...names.local]], secrets, sources: [...result.sources.values()].map(({ file, text }) => [file, text]).sort() }));
}

/** As if it were the first time. */
async function readAnew(root: string, options: ReadNestOptions): Promise<ReadNestResult> {
  const memory = memoryOf(root);
  const there = existsSync(memory);
  if (there) renameSync(memory, `${memory}.aside`);
  try {
    return await readNest(root, options);
  } finally {
    if (there) renameSync(`${memory}.aside`, memory);
  }
}

describe("what was read last time is not read again", () => {
  const FILES = nestFiles({ a: {}, b: { more: "environment = { LEVEL = var.level }" } }, { "variables.fly": 'variable "level" {\n  type    = string\n  default = "1"\n}\n' });
  let root: string;
  beforeEach(async () => {
    root = folderWith(FILES);
    await readNest(root, { remember: true });
  });

  /** Puts something into the memory that no file says, and that thus shows where it was used. */
  function plant(): void {
    const [, text = ""] = readFileSync(memoryOf(root), "utf8").split("\n");
    const planted = text.replaceAll('"cpu":1', '"cpu":7');
    writeFileSync(memoryOf(root), `${createHash("sha256").update(planted).digest("hex")}\n${planted}`);
  }
  const processors = async (options: ReadNestOptions = {}): Promise<Record<string, unknown>> => Object.fromEntries(((await readNest(root, options)).nest?.eggs ?? []).map(({ name, values }) => [name, values.resources.cpu]));
  const change = (files: Record<string, string>): void => writeFiles(root, files);

  test("with nothing changed, no Egg", async () => {
    plant();
    expect(await processors()).toEqual({ a: 7, b: 7 });
  });

  test("with one Egg changed, the others", async () => {
    plant();
    change({ "Eggs/b/config.fly": eggText("b") });
    expect(await processors()).toEqual({ a: 7, b: 1 });
  });

  test("with one Egg gone and another one new, the others", async () => {
    plant();
    rmSync(join(root, "Eggs/b"), { recursive: true });
    change({ "Eggs/c/config.fly": eggText("c") });
    expect(await processors()).toEqual({ a: 7, c: 1 });
  });

  test("after a variable, a local, another block or the environment has changed, every Egg is", async () => {
    plant();
    expect(await processors({ environment: { FLY_VAR_level: "2" } })).toEqual({ a: 1, b: 1 });
    expect(await processors({ variables: [{ name: "level", value: "2" }] })).toEqual({ a: 1, b: 1 });
    expect(await processors({ environment: { HOME: "/elsewhere" } })).toEqual({ a: 7, b: 7 });
    change({ "locals.fly": "locals {\n  a = 1\n}\n" });
    expect(await processors()).toEqual({ a: 1, b: 1 });
  });

  test("what is wrong with a changed Egg is told with all else that is wrong", async () => {
    plant();
    change({ "Eggs/b/config.fly": eggText("a") });
    const { valid, diagnostics } = await readNest(root);
    expect(valid).toBe(false);
    expect(diagnostics).toEqual((await readAnew(root, {})).diagnostics);
    expect(diagnostics.map(({ file }) => file)).toContain("Eggs/b/config.fly");
  });

  test("the memory is its owner's alone, and only written where that is asked for", async () => {
    expect(statSync(memoryOf(root)).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(memoryOf(root))).mode & 0o777).toBe(0o700);
    const before = contentOf(root);
    change({ "Eggs/b/config.fly": eggText("b") });
    await readNest(root);
    expect(contentOf(root)).toEqual({ ...before, "Eggs/b/config.fly": eggText("b") });
    await readNest(root, { remember: true });
    expect(contentOf(root)[".gosling/cache/nest.json"]).not.toBe(before[".gosling/cache/nest.json"]);
  });

  test("a Nest with errors leaves the memory as it is", async () => {
    const before = readFileSync(memoryOf(root), "utf8");
    change({ "Eggs/b/config.fly": "egg {" });
    await readNest(root, { remember: true });
    expect(readFileSync(memoryOf(root), "utf8")).toBe(before);
  });

  test.each<[string, (memory: string) => string]>([
    ["changed in one character", (memory) => memory.replace('"cpu":1', '"cpu":9')],
    ["torn", (memory) => memory.slice(0, -20)],
    ["empty", () => ""],
    ["of another format", () => `${createHash("sha256").update('{"format":0}').digest("hex")}\n{"format":0}`],
  ])("a memory that is %s counts for nothing", async (_, damage) => {
    writeFileSync(memoryOf(root), damage(readFileSync(memoryOf(root), "utf8")));
    expect(await processors()).toEqual({ a: 1, b: 1 });
    await readNest(root, { remember: true });
    plant();
    expect(await processors()).toEqual({ a: 7, b: 7 });
  });

  test("a small Nest has none", async () => {
    const few = folderWith(FILES);
    await read(few, { remember: true });
    expect(existsSync(memoryOf(few))).toBe(false);
    const many = folderWith(nestFiles(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`egg-${index}`, {}]))));
    await read(many, { remember: true });
    expect(existsSync(memoryOf(many))).toBe(true);
  });

  test("where it can't be written, nothing but time is lost", async () => {
    rmSync(join(root, ".gosling"), { recursive: true });
    writeFileSync(join(root, ".gosling"), "");
    expect((await readNest(root, { remember: true })).valid).toBe(true);
  });

  test.each([
    ["an integer beyond 2^53", "9007199254740993"],
    ["a number beyond all", "1e999"],
  ])("%s comes back as it was", async (_, number) => {
    change({ "Eggs/b/config.fly": eggText("b", { runner: `tags = ["docker"]\n    concurrent = 3\n    agent_config = { output_limit = ${number} }` }) });
    const agentConfig = async (): Promise<unknown> => (await readNest(root, { remember: true })).nest?.eggs.at(1)?.values.runner.agentConfig;
    expect(await agentConfig()).toEqual(await agentConfig());
  });
});

describe("a reading with a memory tells what one without it tells,", () => {
  const name = fc.constantFrom("a", "b", "c", "d");
  const level = fc.constantFrom("1", "2");
  /** Something to write into the folder of an Egg; some of it is wrong, alone or beside the others. */
  const contentOfFolder = (egg: string): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 12, arbitrary: level.map((value) => eggText(egg, { more: `environment = { LEVEL = "${value}" }` })) },
      { weight: 5, arbitrary: fc.constant(eggText(egg, { more: "environment = { LEVEL = var.level, NAME = local.name }" })) },
      { weight: 3, arbitrary: name.map((file) => eggText(egg, { more: `environment = { FILE = fileexists("${file}.txt") ? file("${file}.txt") : "none" }` })) },
      { weight: 1, arbitrary: name.map((other) => eggText(egg, { more: `environment = { TAG = egg.${other}.runner.tags[0] }` })) },
      { weight: 1, arbitrary: fc.constant(eggText(egg, { gitlab: 'server = "gitlab.com"\n    project_id = 4' })) },
      { weight: 1, arbitrary: name.map((other) => eggText(egg, { more: `renamed_from = "${other}"` })) },
      { weight: 1, arbitrary: name.map((other) => eggText(egg) + eggText(other)) },
      { weight: 1, arbitrary: name.map((other) => eggText(other)) },
      { weight: 1, arbitrary: level.map((value) => `locals {\n  other = "${value}"\n}\n`) },
      { weight: 1, arbitrary: fc.constantFrom("", "egg", "# nothing\n", 'job "a" {\n}\n', eggText(egg, { resources: "speed = 3" }), eggText(egg, { more: 'secrets = { KEY = "glpat-x" }' })) },
    );
  const edit = fc.oneof(
    { weight: 8, arbitrary: name.chain((folder) => contentOfFolder(folder).map((text) => ({ path: `Eggs/${folder}/config.fly`, text }))) },
    { weight: 1, arbitrary: name.chain((folder) => contentOfFolder(folder).map((text) => ({ path: `Eggs/${folder}/more.fly`, text }))) },
    { weight: 1, arbitrary: name.chain((folder) => contentOfFolder(folder).map((text) => ({ path: `Eggs/${folder}.fly`, text }))) },
    { weight: 2, arbitrary: name.map((folder) => ({ path: `Eggs/${folder}/config.fly`, text: undefined })) },
    { weight: 1, arbitrary: name.map((folder) => ({ path: `Eggs/${folder}/more.fly`, text: undefined })) },
    { weight: 1, arbitrary: fc.tuple(name, level).map(([file, text]) => ({ path: `${file}.txt`, text })) },
    { weight: 1, arbitrary: level.map((value) => ({ path: "nest.flyvars", text: `level = "${value}"\n` })) },
    { weight: 1, arbitrary: level.map((value) => ({ path: "locals.fly", text: `locals {\n  name = "n${value}"\n}\n` })) },
    { weight: 1, arbitrary: name.map((egg) => ({ path: "UF/config.fly", text: `uglyfox {\n  runners_condition "x" {\n    eggs_entities = ["${egg}"]\n    apex {\n      max_count = 2\n    }\n  }\n}\n` })) },
  );
  const step = fc.record({ edits: fc.array(edit, { minLength: 1, maxLength: 2 }), remember: fc.boolean(), environment: fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.constant({ FLY_VAR_level: "3" }) }) });

  test("whatever was changed in between", async () => {
    let valid = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        const root = folderWith(nestFiles({ a: {}, b: {} }, { "variables.fly": 'variable "level" {\n  type    = string\n  default = "0"\n}\n', "locals.fly": 'locals {\n  name = "n"\n}\n' }));
        await readNest(root, { remember: true });
        for (const { edits, remember, environment } of steps) {
          for (const { path, text } of edits) {
            if (text === undefined) rmSync(join(root, path), { force: true });
            else {
              mkdirSync(dirname(join(root, path)), { recursive: true });
              writeFileSync(join(root, path), text);
            }
          }
          const anew = told(await readAnew(root, { environment }));
          expect(told(await readNest(root, { environment, remember }))).toEqual(anew);
          if ((anew as { valid: boolean }).valid) valid++;
        }
        rmSync(root, { recursive: true });
      }),
      { numRuns: 100 },
    );
    // A Nest with an error is always read whole.
    expect(valid).toBeGreaterThan(80);
  });
});
