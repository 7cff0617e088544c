import { join } from "node:path";
import { folderWith } from "../support/folder";
import { gosling } from "../support/command-line";
import { nestFiles } from "../support/nest-files";

const LOCAL = join(__dirname, "../../examples/nest-local");

/** What is printed for a path of the example Nest. */
async function printed(...argv: string[]): Promise<string> {
  return (await gosling(LOCAL, ["get", ...argv])).stdout;
}

/** The first line of an error, and its way out. */
async function refused(...argv: string[]): Promise<readonly string[]> {
  const { stderr, stdout, code } = await gosling(LOCAL, ["get", ...argv]);
  expect(stdout).toBe("");
  expect(code).not.toBe(0);
  return stderr.trimEnd().split("\n").map((line) => line.trim());
}

describe("gosling get", () => {
  test("prints a text as it is, and everything else as JSON", async () => {
    expect(await printed("egg", "web-app", "description")).toBe("Runners of the web application\n");
    expect(JSON.parse(await printed("egg", "web-app", "runner.tags"))).toEqual(["local", "demo", "web"]);
    expect(await printed("egg", "web-app", "runner.concurrent")).toBe("3\n");
    expect(await printed("egg", "web-app", "runner.tags", "--json")).toBe(await printed("egg", "web-app", "runner.tags"));
    expect(await printed("egg", "web-app", "description", "--json")).toBe('"Runners of the web application"\n');
  });

  test("prints a text that ends with a line break without another one", async () => {
    expect(await printed("egg", "web-app", "runner.startup_script")).toBe('echo "web-app: this machine is ready"\n');
  });

  test.each([
    ["runner.tags[1]", "demo"],
    ["runner.tags.2", "web"],
    ["environment.APP_ENV", "test"],
    ['environment["APP_ENV"]', "test"],
    ["resources.memory", "512"],
    ["runner.executor", "shell"],
    ["gitlab.api_token", "file://gitlab/gitlab.com/web-app/api-token"],
    ["gitlab.runner_token", "env://WEB_APP_RUNNER_TOKEN"],
    ["pool.apex.min_count", "2"],
    ["pool.nadir.max_count", "1"],
  ])("finds %s", async (path, value) => {
    expect(await printed("egg", "web-app", path)).toBe(`${value}\n`);
  });

  test("fills in the pool that a runners_condition gives", async () => {
    expect(JSON.parse(await printed("bucket", "platform", "pool.apex"))).toEqual({ min_count: 1, max_count: 2 });
  });

  test("finds a bucket's repository by its label", async () => {
    expect(await printed("bucket", "platform", "repositories.repo.tools.gitlab.server")).toBe("gitlab.example.org\n");
    expect(await printed("eggsbucket", "platform", "repositories.repo.api.gitlab.runner_token")).toBe("file://gitlab/gitlab.com/platform/api/runner-token\n");
  });

  test("prints the blocks that have no name, Jobs, variables and locals", async () => {
    expect(await printed("nest", "name")).toBe("demo\n");
    expect(await printed("nest", "state.backend")).toBe("local\n");
    expect(await printed("uglyfox", "policies.rule.demote_idle.action")).toBe("demote_to_nadir\n");
    expect(await printed("job", "report", "schedule")).toBe("0 0 * * *\n");
    expect(await printed("var", "gitlab_server")).toBe("gitlab.com\n");
    expect(await printed("var", "job_timeout", "--var", "job_timeout=45m")).toBe("45m\n");
    expect(JSON.parse(await printed("local", "base_tags"))).toEqual(["local", "demo"]);
  });

  test("prints a whole block", async () => {
    const egg = JSON.parse(await printed("egg", "docs")) as object;
    expect(egg).toMatchObject({ type: "auto", cloud: { provider: "local" }, runner: { tags: ["local", "demo", "docs"], idle_timeout: expect.any(String) as string } });
  });

  test("prints large integers to the last digit", async () => {
    const folder = folderWith(nestFiles({}, { "v.fly": "locals {\n  big = 123456789012345678901234567890\n  list = [9007199254740993]\n}\n" }));
    expect((await gosling(folder, ["get", "local", "big"])).stdout).toBe("123456789012345678901234567890\n");
    expect((await gosling(folder, ["get", "local", "list"])).stdout).toBe("[\n  9007199254740993\n]\n");
  });

  test("masks a sensitive variable, with or without --json", async () => {
    const folder = folderWith(nestFiles({}, { "v.fly": 'variable "token" {\n  type      = string\n  default   = "canary-4711"\n  sensitive = true\n}\nlocals {\n  url = "https://x:${var.token}@h"\n}\n' }));
    for (const argv of [["var", "token"], ["local", "url"], ["var", "token", "--json"]]) {
      const { stdout, stderr } = await gosling(folder, ["get", ...argv]);
      expect(stdout).toContain("***MASKED***");
      expect(stdout + stderr).not.toContain("canary");
    }
  });

  test.each([
    [["eg", "web-app"], ["error: There is no kind eg", "Did you mean egg?"]],
    [["egg", "web-ap"], ["error: There is no egg web-ap", "Did you mean web-app?"]],
    [["egg", "platform"], ["error: There is no egg platform", "There are docs, web-app."]],
    [["egg"], ["error: Which egg?", "Write its name: gosling get egg NAME"]],
    [["egg", "web-app", "runner.tag"], ["error: egg web-app runner has no tag", "Did you mean tags?"]],
    [["egg", "web-app", "runner.tags[7]"], ["error: egg web-app runner.tags has 3 items, and no 7", "Its items are 0 to 2."]],
    [["egg", "web-app", "type.x"], ["error: egg web-app type is a value and has no x"]],
    [["egg", "web-app", ".type"], ["error: .type is no path", 'Write names with dots between, such as runner.tags[0] or environment["A.B"]']],
    [["nest", "demo", "name"], ["error: nest has no name", "Write: gosling get nest name"]],
    [["mothergoose"], ["error: This Nest has no mothergoose block"]],
    [["var", "gitlab_serve"], ["error: There is no variable gitlab_serve", "Did you mean gitlab_server?"]],
  ])("refuses %j with the way out", async (argv, lines) => {
    expect(await refused(...argv)).toEqual(lines);
  });
});
