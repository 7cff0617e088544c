import { EggRunner, EggsBucket } from "../../constructs";
import { TerraformOutput } from "../../constructs/cdktf";
import { bucket, egg, jsonOf, newStack } from "./egg-props";

describe("machines on the local cloud", () => {
  const stack = newStack();
  const runner = new EggRunner(stack, "Default", { ...egg, pool: { apex: { maxCount: 2 }, nadir: { maxCount: 1 } } });
  const { resource, variable } = jsonOf(stack);

  test("are two resources: a record for each runner, a process for each that is on", () => {
    expect(Object.keys(resource.terraform_data)).toEqual(["process", "runner"]);
    expect(resource.terraform_data["runner"]?.for_each).toBe("${{ for id, runner in var.runners : id => runner if runner.shard == 1 }}");
    expect(resource.terraform_data["process"]?.for_each).toBe('${{ for id, runner in var.runners : id => runner if runner.shard == 1 && runner.power == "on" }}');
  });

  test("are created and removed, started and stopped by gosling itself", () => {
    const command = (word: string): string => `"$\${GOSLING_BIN:-gosling}" runner ${word} --egg \${self.input.egg} --id \${self.input.id}`;
    expect(resource.terraform_data["runner"]?.provisioner).toEqual([
      { "local-exec": { command: command("create"), environment: { GOSLING_RUNNER_CONFIGURATION: "${self.input.configuration}" } } },
      { "local-exec": { command: command("remove"), when: "destroy" } },
    ]);
    expect(resource.terraform_data["process"]?.provisioner).toEqual([
      { "local-exec": { command: command("start") } },
      { "local-exec": { command: command("stop"), when: "destroy" } },
    ]);
  });

  test("keep the configuration that they were made with", () => {
    expect(resource.terraform_data["runner"]?.lifecycle).toEqual({ ignore_changes: ["input"] });
    expect(resource.terraform_data["process"]?.lifecycle).toEqual({ ignore_changes: ["input"], replace_triggered_by: ["terraform_data.runner[each.key].id"] });
  });

  test("are told all that the Egg says, with the defaults", () => {
    const input = resource.terraform_data["runner"]?.input;
    expect(input).toMatchObject({ id: "${each.key}", egg: "my-app", revision: runner.revision });
    expect(JSON.parse(input?.configuration ?? "")).toEqual(runner.configuration);
    expect(runner.configuration).toEqual({
      format: 1,
      nest: "acme",
      egg: "my-app",
      revision: runner.revision,
      cloud: "local",
      type: "vm",
      repositories: [{ name: "my-app", url: "https://gitlab.com", projectId: 1, runnerToken: "file://gitlab/gitlab.com/my-app/runner-token" }],
      executor: "shell",
      tags: ["shell"],
      runUntagged: false,
      protected: false,
      locked: true,
      timeoutSeconds: 3600,
      agentConfig: {},
      environment: {},
      secrets: {},
    });
  });

  test("stay within the limits of the pools", () => {
    expect(variable["runners"]?.validation.map(({ error_message }) => error_message)).toEqual(
      expect.arrayContaining(["my-app has at most 2 runners on (pool.apex.max_count).", "my-app has at most 3 runners, on and asleep (pool.apex.max_count and pool.nadir.max_count)."]),
    );
  });
});

test("without a pool, Apex may grow to concurrent and nothing sleeps", () => {
  const { pool } = new EggRunner(newStack(), "egg", egg);
  expect(pool).toMatchObject({ apexLimit: 3, totalLimit: 3 });
});

test("a serverless Egg is registered and has no machines", () => {
  const stack = newStack();
  const runner = new EggRunner(stack, "Default", { ...egg, type: "serverless" });
  const { resource, variable } = jsonOf(stack);
  expect(Object.keys(resource.terraform_data)).toEqual(["registration"]);
  expect(JSON.parse(resource.terraform_data["registration"]?.input.configuration ?? "")).toMatchObject({ type: "serverless", revision: runner.revision });
  expect(variable).toBeUndefined();
  expect(runner).toMatchObject({ pool: undefined, runners: undefined });
});

test("auto becomes serverless where nothing speaks against it", () => {
  expect(new EggRunner(newStack(), "egg", { ...egg, type: "auto" }).configuration.type).toBe("serverless");
  expect(new EggRunner(newStack(), "egg", { ...egg, type: "auto", runner: { ...egg.runner, executor: "docker" } }).configuration.type).toBe("vm");
});

test("a bucket's runners serve every repository", () => {
  const { configuration } = new EggsBucket(newStack(), "team", bucket);
  expect(configuration.repositories).toEqual([
    { name: "api", url: "https://gitlab.com", projectId: 1, runnerToken: "file://gitlab/gitlab.com/team/api/runner-token" },
    { name: "web", url: "https://gitlab.example.org:8443", groupId: 2, runnerToken: "env://WEB_TOKEN" },
  ]);
});

test("two in one stack don't meet, and others can refer to them", () => {
  const stack = newStack();
  const first = new EggRunner(stack, "first", egg);
  new EggsBucket(stack, "second", bucket);
  new TerraformOutput(stack, "machines", { value: `\${${first.runners}}` });
  const { resource, variable, output } = jsonOf(stack);
  const [process] = Object.keys(resource.terraform_data).filter((name) => name.startsWith("first_process"));
  const [runner] = Object.keys(resource.terraform_data).filter((name) => name.startsWith("first_runner_"));
  expect(Object.keys(resource.terraform_data)).toHaveLength(4);
  expect(Object.keys(variable)).toHaveLength(2);
  expect(resource.terraform_data[process ?? ""]?.input.id).toBe(`\${terraform_data.${runner}[each.key].input.id}`);
  expect(output["machines"]?.value).toContain(`in terraform_data.${runner} :`);
});

describe("the revision", () => {
  const revision = (changes: object): string => new EggRunner(newStack(), "egg", { ...egg, ...changes }).revision;

  test("is twelve hex digits that change with what runners are told", () => {
    expect(revision({})).toMatch(/^[0-9a-f]{12}$/);
    expect(revision({ environment: { A: "1" } })).not.toBe(revision({}));
    expect(revision({ runner: { ...egg.runner, timeout: "2h" } })).not.toBe(revision({}));
    expect(revision({ gitlab: { ...egg.gitlab, runnerToken: "env://OTHER" } })).not.toBe(revision({}));
  });

  test("does not change with the order of maps, with limits, or with words for people", () => {
    expect(revision({ environment: { A: "1", B: "2" } })).toBe(revision({ environment: { B: "2", A: "1" } }));
    expect(revision({ pool: { apex: { maxCount: 1 } } })).toBe(revision({}));
    expect(revision({ description: "other words" })).toBe(revision({}));
  });

  test("does not change with the name alone: a renamed Egg keeps its runners", () => {
    expect(revision({ name: "renamed", renamedFrom: "my-app" })).toBe(revision({}));
    const gitlab = { ...egg.gitlab, runnerToken: "file://gitlab/gitlab.com/my-app/runner-token" };
    expect(revision({ name: "renamed", renamedFrom: "my-app", gitlab })).toBe(revision({ gitlab }));
  });
});
