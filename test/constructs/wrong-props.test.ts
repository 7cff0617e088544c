import { type EggRunnerProps, EggRunner, EggsBucket, EggStack } from "../../constructs";
import { bucket, egg, newApp, newStack } from "./egg-props";

/** Props as a program without types could pass them. */
const wrong = (changes: object): EggRunnerProps => ({ ...egg, ...changes }) as EggRunnerProps;

describe("wrong props are told with the construct's path and the words of Fly", () => {
  const cases: [string, EggRunnerProps, string][] = [
    ["an unknown property", wrong({ runer: {} }), 'runer: egg has no attribute "runer"'],
    ["a missing block", wrong({ gitlab: undefined }), "egg lacks its gitlab block"],
    ["a value of the wrong type", wrong({ runner: { tags: ["a"], concurrent: "3" } }), "runner.concurrent: concurrent must be an integer, not a string"],
    ["a list for a string", wrong({ runner: { tags: "docker", concurrent: 1 } }), "runner.tags: tags must be"],
    ["a malformed duration", wrong({ runner: { ...egg.runner, idleTimeout: "10 minutes" } }), "runner.idleTimeout: idle_timeout is no duration"],
    ["a value that is none of the choices", wrong({ type: "machine" }), 'type: type must be "vm", "serverless" or "auto"'],
    ["both of two alternatives", wrong({ gitlab: { server: "gitlab.com", projectId: 1, groupId: 2 } }), "gitlab.groupId: gitlab has both project_id and group_id"],
    ["a serverless job that lasts too long", wrong({ type: "serverless", runner: { ...egg.runner, timeout: "2h" } }), "runner.timeout: a timeout of 2h is over the 60m of serverless runners"],
    ["a pool over concurrent", wrong({ pool: { apex: { maxCount: 9 } } }), "pool.apex.maxCount:"],
    ["a key of agent_config that is Gosling's", wrong({ runner: { ...egg.runner, agentConfig: { token: "x" } } }), "runner.agentConfig.token:"],
    ["a secret's value in place of its reference", wrong({ secrets: { TOKEN: "hunter2" } }), "secrets.TOKEN:"],
    ["a name that is none", wrong({ name: "my app" }), 'name: "my app" is no name'],
    ["a Nest's name that is none", wrong({ nest: "Acme Corp" }), 'nest: name must hold only lower-case letters, digits and "-"'],
    ["a shard that is none", wrong({ shard: 0 }), "shard: shard must be a whole number from 1"],
  ];
  test.each(cases)("%s", (_, props, message) => {
    expect(() => new EggRunner(newStack("acme"), "runners", props)).toThrow(expect.objectContaining({ code: "PROPS", message: expect.stringContaining(message) as string }));
    expect(() => new EggRunner(newStack("acme"), "runners", props)).toThrow(/^acme\/runners: the props of this Egg have a mistake:\n/);
  });

  test("all at once", () => {
    expect(() => new EggRunner(newStack("acme"), "runners", wrong({ type: "machine", colour: "red", name: "" }))).toThrow(/have 3 mistakes/);
  });

  test("of a bucket and of a stack too", () => {
    expect(() => new EggsBucket(newStack("acme"), "team", { ...bucket, repositories: { repo: [] } })).toThrow(/^acme\/team: the props of this EggsBucket have a mistake/);
    expect(() => new EggStack(newApp(), "my-app", { egg: wrong({ type: "machine" }) })).toThrow(/^my-app: the props of this Egg have a mistake/);
  });

  test("a secret's value appears in no message", () => {
    expect(() => new EggRunner(newStack(), "egg", wrong({ secrets: { TOKEN: "hunter2" } }))).toThrow(expect.objectContaining({ message: expect.not.stringContaining("hunter2") as string }));
  });
});

test("what a cloud refuses is told with the construct's path", () => {
  const yandex = { ...egg, cloud: { provider: "yandex" as const, region: "ru-central1", folderId: "b1g" }, resources: { ...egg.resources, architecture: "arm64" as const } };
  expect(() => new EggRunner(newStack("acme"), "runners", yandex)).toThrow(expect.objectContaining({ code: "NO_INSTANCE_TYPE", message: "acme/runners: Yandex Cloud has no arm64 machines, and my-app asks for one" }));
});

test("a configuration that no process could be told is refused", () => {
  expect(() => new EggRunner(newStack(), "egg", { ...egg, runner: { ...egg.runner, startupScript: "x".repeat(140_000) } })).toThrow(expect.objectContaining({ code: "CONFIGURATION_TOO_LARGE" }));
});
