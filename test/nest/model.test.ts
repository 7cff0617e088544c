import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { gitTracked } from "../../src/cli/git-tracked";
import { readNest } from "../../src/nest";
import { contentOf, folderWith, writeFiles } from "../support/folder";
import { eggText, nestFiles } from "../support/nest-files";
import { read, told } from "./check";

const EXAMPLES = join(__dirname, "../../examples");

describe("the model of a Nest", () => {
  test("has defaults, conventions and decisions filled in", async () => {
    const { nest } = await read(nestFiles({ a: { resources: 'cpu = 1\n    memory = "2GiB"\n    disk = 5' } }));
    expect(nest?.eggs[0]).toMatchObject({
      kind: "egg",
      name: "a",
      place: { file: "Eggs/a/config.fly", range: { start: { line: 1, column: 1 }, end: { line: 1, column: 8 } } },
      runnerType: { type: "vm" },
      pool: { apex: { minCount: 0, maxCount: 3 }, nadir: { minCount: 0, maxCount: 0 } },
      repositories: [{ name: "a", gitlab: { server: "gitlab.com", runnerToken: "file://gitlab/gitlab.com/a/runner-token" } }],
      values: { resources: { memory: 2048, architecture: "amd64" }, runner: { executor: "shell", runUntagged: false } },
    });
  });

  test("is frozen all the way down", async () => {
    const { nest } = await readNest(join(EXAMPLES, "nest-full"));
    const soft: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      if (!Object.isFrozen(value)) soft.push(path);
      for (const [key, item] of Object.entries(value)) if (key !== "range") visit(item, `${path}.${key}`);
    };
    visit(nest, "nest");
    expect(nest?.eggs).toHaveLength(8);
    expect(soft).toEqual([]);
  });

  test("is the same whatever the folder, and however often it is read", async () => {
    const copy = join(folderWith({}), "elsewhere");
    cpSync(join(EXAMPLES, "nest-full"), copy, { recursive: true });
    const [one, two, three] = [await readNest(join(EXAMPLES, "nest-full")), await readNest(copy), await readNest(copy)];
    const text = (result: typeof one): string => JSON.stringify({ ...result.nest, root: "" });
    expect(text(two)).toBe(text(one));
    expect(text(three)).toBe(text(one));
  });

  test("sorts by name, whichever file a block stands in", async () => {
    const { nest } = await read(nestFiles({ z: eggText("z") + eggText("b"), m: {} }));
    expect(nest?.eggs.map(({ name }) => name)).toEqual(["b", "m", "z"]);
  });

  test("takes pools from the Egg, else from the condition that names it, else from the one for all", async () => {
    const uglyfox = (name: string, entities: string, max: number): string => `runners_condition "${name}" {\n  eggs_entities = ["${entities}"]\n  apex {\n    min_count = 1\n    max_count = ${max}\n  }\n}\n`;
    const { nest } = await read(
      nestFiles(
        { own: { more: "pool {\n    apex {\n      max_count = 1\n    }\n  }" }, named: {}, other: {} },
        { "UF/config.fly": `uglyfox {\n  pruning {\n  }\n${uglyfox("x", "named", 2)}${uglyfox("all", "*", 9)}}\n` },
      ),
    );
    expect(Object.fromEntries((nest?.eggs ?? []).map(({ name, pool }) => [name, [pool.apex.minCount, pool.apex.maxCount]]))).toEqual({ own: [0, 1], named: [1, 2], other: [1, 3] });
    expect(nest?.eggs.find(({ name }) => name === "other")?.pool.source).toContain("cut from 9 to 3");
  });

  test("gives a Job the Nest's own project", async () => {
    const job = 'job "j" {\n  schedule = "@daily"\n  script = "true"\n  runner {\n  }\n  cloud {\n    provider = "local"\n  }\n}\n';
    const { nest } = await read({ "nest.fly": 'nest {\n  name = "n"\n  repository {\n    project_id = 5\n  }\n}\n', "Jobs/j.fly": job });
    expect(nest?.jobs[0]?.repositories).toMatchObject([{ gitlab: { server: "gitlab.com", projectId: 5, runnerToken: "file://gitlab/gitlab.com/job.j/runner-token" } }]);
    expect((await read({ "nest.fly": 'nest {\n  name = "n"\n}\n', "Jobs/j.fly": job })).nest?.jobs[0]?.repositories).toEqual([]);
  });
});

describe("variables", () => {
  const files = nestFiles({ a: { more: "description = var.text" } }, { "variables.fly": 'variable "text" {\n  type    = string\n  default = "default"\n}\n' });
  const description = async (more: Record<string, string>, options: Parameters<typeof read>[1]): Promise<string | undefined> => (await read({ ...files, ...more }, options)).nest?.eggs[0]?.values.description;

  test("come from --var, --var-file, the environment, nest.flyvars, and the default, in that order", async () => {
    const file = { path: join(folderWith({ "more.flyvars": 'text = "file"' }), "more.flyvars"), name: "more.flyvars" };
    const flyvars = { "nest.flyvars": 'text = "nest.flyvars"' };
    expect(await description({}, {})).toBe("default");
    expect(await description(flyvars, {})).toBe("nest.flyvars");
    expect(await description(flyvars, { environment: { FLY_VAR_text: "environment" } })).toBe("environment");
    expect(await description(flyvars, { environment: { FLY_VAR_text: "environment" }, variableFiles: [file] })).toBe("file");
    expect(await description(flyvars, { environment: { FLY_VAR_text: "environment" }, variableFiles: [file], variables: [{ name: "text", value: "argument" }] })).toBe("argument");
  });

  test("that nobody declares are errors where they are given", async () => {
    expect(await told({ ...files, "nest.flyvars": 'tex = "x"' })).toEqual(["nest.flyvars:1:1 FLY081 tex"]);
  });

  test("a file of them that is not there is an error", async () => {
    await expect(read(files, { variableFiles: [{ path: "/nonexistent/x.flyvars", name: "x.flyvars" }] })).rejects.toMatchObject({ code: "VARIABLES_UNREADABLE" });
  });

  test("mistakes in nest.flyvars are told with the others", async () => {
    expect((await told({ ...files, "nest.flyvars": "text = \n" })).map((line) => line.split(" ")[0])).toEqual(["nest.flyvars:1:7"]);
  });
});

describe("references to other blocks", () => {
  test("give their attributes, defaults too", async () => {
    const { nest } = await read(nestFiles({ a: {}, b: { more: 'environment = { TAGS = join(",", egg.a.runner.tags), TIMEOUT = egg.a.runner.timeout }' } }));
    expect(nest?.eggs[1]?.values.environment).toEqual({ TAGS: "docker", TIMEOUT: "1h" });
  });

  test("to a name that there is not suggest one", async () => {
    const { diagnostics } = await read(nestFiles({ alpha: {}, b: { more: "environment = { TAGS = egg.alpa.description }" } }));
    expect(diagnostics).toMatchObject([{ code: "FLY051", detail: 'Did you mean "alpha"?' }]);
  });
});

describe("files of the Nest in expressions", () => {
  test("are read from inside it and from nowhere else", async () => {
    const outside = folderWith({ "secret.txt": "outside" });
    const folder = folderWith(nestFiles({ a: { more: 'description = trimspace(file("texts/a.txt"))' }, b: { more: `description = file("../${outside.split("/").at(-1)}/secret.txt")` } }, { "texts/a.txt": "inside\n" }));
    const { diagnostics } = await readNest(folder);
    expect(diagnostics).toMatchObject([{ file: "Eggs/b/config.fly", severity: "error" }]);
    writeFiles(folder, { "Eggs/b/config.fly": eggText("b") });
    expect((await readNest(folder)).nest?.eggs[0]?.values.description).toBe("inside");
  });
});

describe("secrets in files", () => {
  const egg = { gitlab: 'server = "gitlab.com"\n    project_id = 1\n    runner_token = "file://tokens/a"', more: 'secrets = { B = "file://tokens/b", C = "file://tokens/c" }' };

  test("that Git tracks are warned of, each at its reference", async () => {
    const folder = folderWith(nestFiles({ a: egg }, { "tokens/a": "canary", "tokens/b": "canary", "gitlab/gitlab.com/a/api-token": "canary" }));
    const git = (...args: string[]): void => void execFileSync("git", ["-C", folder, ...args], { stdio: "ignore" });
    git("init");
    git("add", "tokens/a", "gitlab");
    const { nest, diagnostics } = await readNest(folder, { tracked: gitTracked });
    expect(nest).toBeDefined();
    expect(diagnostics).toMatchObject([
      { severity: "warning", code: "FLY316", summary: "Git tracks gitlab/gitlab.com/a/api-token, which holds a secret", range: { start: { line: 15, column: 3 } } },
      { severity: "warning", code: "FLY316", summary: "Git tracks tokens/a, which holds a secret", range: { start: { line: 18, column: 20 } } },
    ]);
  });

  test("count for the key of the state too", async () => {
    const text = 'nest {\n  name = "acme"\n  state {\n    encryption {\n      key          = "file://keys/new"\n      previous_key = "file://keys/old"\n    }\n  }\n}\n';
    const folder = folderWith(nestFiles({}, { "nest.fly": text, "keys/new": "canary", "keys/old": "canary" }));
    const { diagnostics } = await readNest(folder, { tracked: (_, paths) => Promise.resolve(new Set(paths)) });
    expect(diagnostics.map(({ summary, range }) => [summary, range.start.line])).toEqual([
      ["Git tracks keys/new, which holds a secret", 5],
      ["Git tracks keys/old, which holds a secret", 6],
    ]);
  });

  test("that are not there cost no look at Git, and a Nest without Git is fine", async () => {
    let asked = 0;
    const tracked = (root: string, paths: readonly string[]): ReturnType<typeof gitTracked> => (asked++, gitTracked(root, paths));
    const folder = folderWith(nestFiles({ a: egg }));
    expect((await readNest(folder, { tracked })).diagnostics).toEqual([]);
    expect(asked).toBe(0);
    writeFiles(folder, { "tokens/a": "x" });
    expect((await readNest(folder, { tracked })).diagnostics).toEqual([]);
    expect(asked).toBe(1);
  });
});

test("reading writes nothing", async () => {
  const folder = folderWith(nestFiles({ a: {}, b: 'egg "b" {' }));
  const before = contentOf(folder);
  await readNest(folder);
  expect(contentOf(folder)).toEqual(before);
});
