import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../../src/fly/diagnostic";
import { contentOf, folderWith } from "../support/folder";
import { gosling } from "../support/command-line";
import { nestFiles } from "../support/nest-files";

const EXAMPLES = join(__dirname, "../../examples");
const FIVE_MISTAKES = readFileSync(join(__dirname, "samples/five-mistakes.fly"), "utf8");
const FIVE_DIAGNOSTICS = readFileSync(join(__dirname, "samples/five-mistakes.txt"), "utf8");

describe("gosling validate", () => {
  test("says in one line what is there, and that it is valid", async () => {
    expect(await gosling(join(EXAMPLES, "nest-local"), ["validate"])).toEqual({ code: 0, stdout: "8 files, 2 Eggs, 1 bucket, 2 Jobs: valid\n", stderr: "" });
  });

  test("finds the Nest upwards, or takes the one that --nest names", async () => {
    const folder = folderWith(nestFiles({ a: {} }));
    expect(await gosling(join(folder, "Eggs/a"), ["validate"])).toMatchObject({ code: 0, stdout: "2 files, 1 Egg: valid\n" });
    expect(await gosling("/", ["validate", "--nest", folder])).toMatchObject({ code: 0, stdout: "2 files, 1 Egg: valid\n" });
    expect(await gosling(folder, ["--nest", "Eggs/..", "validate"])).toMatchObject({ code: 0 });
  });

  test("outside of a Nest says how to get one", async () => {
    const { code, stderr } = await gosling(folderWith({}), ["validate"]);
    expect(code).toBe(1);
    expect(await gosling("/", ["validate", "--nest", folderWith({ "readme.md": "" })])).toMatchObject({ code: 1, stderr: expect.stringContaining("There is no nest.fly in") as string });
    expect(stderr).toMatch(/There is no nest\.fly in .+ or above it[^]*gosling init/);
  });

  test("tells five different mistakes of one file in order, each with a caret under the right characters", async () => {
    const { code, stdout, stderr } = await gosling(folderWith(nestFiles({ web: FIVE_MISTAKES })), ["validate"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "2 files, 1 Egg: 5 errors\n" });
    expect(stderr).toBe(FIVE_DIAGNOSTICS);
  });

  test("tells the same as data with --json", async () => {
    const { code, stdout, stderr } = await gosling(folderWith(nestFiles({ web: FIVE_MISTAKES })), ["validate", "--json"]);
    const told = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(told).toMatchObject({ valid: false, files: 2, eggs: 1, buckets: 0, jobs: 0, rifts: 0 });
    const seen = told.diagnostics.map(({ file, range: { start, end }, fix, ...rest }) => [rest.code, `${file}:${start.line}:${start.column}`, FIVE_MISTAKES.slice(start.byte, end.byte), fix?.text]);
    expect(seen).toEqual([
      ["FLY113", "Eggs/web/config.fly:2:10", '"vn"', '"vm"'],
      ["FLY111", "Eggs/web/config.fly:7:14", '"2"', undefined],
      ["FLY101", "Eggs/web/config.fly:14:5", "idle_timout", "idle_timeout"],
      ["FLY114", "Eggs/web/config.fly:15:20", '"1 hour"', undefined],
      ["FLY051", "Eggs/web/config.fly:19:22", "project", undefined],
    ]);
  });

  test("keeps quiet with --quiet, but not about errors", async () => {
    expect(await gosling(folderWith(nestFiles({ a: {} })), ["validate", "--quiet"])).toEqual({ code: 0, stdout: "", stderr: "" });
    const { code, stderr } = await gosling(folderWith(nestFiles({ a: { type: '"vn"' } })), ["validate", "--quiet"]);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("FLY113") as string });
  });

  test("counts warnings, which fail nothing", async () => {
    const { code, stdout, stderr } = await gosling(folderWith({ ...nestFiles({}), "Eggs/other/config.fly": nestFiles({ a: {} })["Eggs/a/config.fly"] ?? "" }), ["validate"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "2 files, 1 Egg: valid, 1 warning\n" });
    expect(stderr).toContain("warning FLY171");
  });

  test("takes values of variables from --var and --var-file", async () => {
    const folder = folderWith(nestFiles({ a: { runner: "tags = [\"x\"]\n concurrent = var.most" } }, { "v.fly": 'variable "most" {\n  type = number\n}\n', "three.flyvars": "most = 3\n" }));
    expect(await gosling(folder, ["validate"])).toMatchObject({ code: 1, stderr: expect.stringContaining("--var most=") as string });
    expect(await gosling(folder, ["validate", "--var", "most=2"])).toMatchObject({ code: 0 });
    expect(await gosling(folder, ["validate", "--var-file", "three.flyvars"])).toMatchObject({ code: 0 });
    expect(await gosling(folder, ["validate"], { FLY_VAR_most: "4" })).toMatchObject({ code: 0 });
    expect(await gosling(folder, ["validate", "--var", "most"])).toMatchObject({ code: 64 });
    expect(await gosling(folder, ["validate", "--var-file", "none.flyvars"])).toMatchObject({ code: 1, stderr: expect.stringContaining("There is no file none.flyvars") as string });
  });

  test("shows no line with a token that somebody wrote in a secret's place, nor a sensitive variable's value", async () => {
    const folder = folderWith(
      nestFiles(
        { a: { gitlab: 'server = "gitlab.com"\n    project_id = 1\n    api_token = "canary-1"', more: 'secrets = { "BAD NAME" = "canary-2", B = "vault:/typo", C = 4 }' } },
        { "v.fly": 'variable "t" {\n  type = number\n  default = "canary-3"\n  sensitive = true\n  defualt = "x"\n}\n', "nest.flyvars": 't = "canary-4"\nu = 1\n' },
      ),
    );
    const { code, stdout, stderr } = await gosling(folder, ["validate"]);
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain("canary");
    expect(stderr).toContain('api_token = "********"\n');
    expect(stderr).toContain('secrets = { "BAD NAME" = "********", B = "vault:/typo", C = 4 }');
    expect((await gosling(folder, ["validate", "--json"])).stdout).not.toContain("canary");
  });

  test("writes nothing", async () => {
    const folder = folderWith(nestFiles({ web: FIVE_MISTAKES }));
    const before = contentOf(folder);
    await gosling(folder, ["validate", "--explain"]);
    expect(contentOf(folder)).toEqual(before);
  });
});

describe("gosling validate --explain", () => {
  test("says which type, why, which pools from where, which secrets and which defaults", async () => {
    const { stdout } = await gosling(join(EXAMPLES, "nest-local"), ["validate", "--explain"]);
    const docs = stdout.slice(stdout.indexOf('egg "docs"'), stdout.indexOf('eggsbucket "platform"'));
    expect(docs).toContain("serverless: a timeout of 15m is within the 60m of serverless runners");
    expect(docs).toContain('Apex 0 to 2, Nadir 0 to 0: runners_condition "default"');
    expect(docs).toContain("runner_token = file://gitlab/gitlab.com/docs/runner-token (by convention)");
    expect(docs).toContain("runner.idle_timeout =");
    expect(docs).not.toContain("runner.timeout =");
    expect(stdout).toContain("runner_token = env://WEB_APP_RUNNER_TOKEN\n");
    expect(stdout).toContain("tools/runner_token = file://secrets/tools-runner-token\n");
  });

  test("says the same as data", async () => {
    const { stdout } = await gosling(join(EXAMPLES, "nest-local"), ["validate", "--explain", "--json"]);
    const { explanations } = JSON.parse(stdout) as { explanations: { name: string; kind: string }[] };
    expect(explanations.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["egg docs", "eggsbucket platform", "egg web-app", "job report", "job rotate-secrets"]);
    expect(explanations[0]).toMatchObject({ runner_type: { type: "serverless" }, secrets: [{ name: "api_token", byConvention: true }, {}, {}], defaults: { "runner.executor": "shell" } });
  });

  test("says which size the cloud has for what is asked, and that it was rounded up", async () => {
    const { stdout } = await gosling(join(EXAMPLES, "nest-yandex"), ["validate", "--explain"]);
    expect(stdout).toContain("size      standard-v3 (4 vCPU with 8 GB), standard-v2 (4 vCPU with 8 GB): 3 vCPU and 7168 MB are rounded up to a size that Yandex Cloud has\n");
  });
});
