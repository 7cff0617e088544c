import { type BlockInput, checkBlock } from "../../src/vocabulary/check-block";
import type { BlockSpec } from "../../src/vocabulary/schema";
import { checkEgg, checkEggsBucket, checkJob, checkMotherGoose, checkNest, checkRift, checkUglyFox } from "../../src/vocabulary/check";
import { UNSETTLED } from "../../src/vocabulary/check-value";
import { block, bucket, condition, egg, job, line, uglyfox } from "./inputs";

describe("what is left out", () => {
  test("an Egg gets the defaults of its attributes, and no block that nobody asked for", () => {
    expect(checkEgg(egg()).values).toEqual({
      type: "vm",
      environment: {},
      secrets: {},
      cloud: { provider: "local", preemptible: false, tags: {}, network: { assignPublicIp: false } },
      resources: { cpu: 2, memory: 4096, disk: 20, architecture: "amd64" },
      runner: { tags: ["docker"], concurrent: 3, idleTimeout: "10m", timeout: "1h", executor: "shell", runUntagged: false, protected: false, locked: true, agentConfig: {} },
      gitlab: { server: "gitlab.com", projectId: 1 },
    });
  });

  test("a Nest's state is local", () => expect(checkNest(block({ name: "acme" })).values).toEqual({ name: "acme", state: { backend: "local" } }));

  test("a Job is small, runs where the rest allows and carries the tag nest", () => {
    expect(checkJob(job()).values).toMatchObject({ timezone: "UTC", timeout: "10m", enabled: true, runner: { type: "auto", tags: ["nest"] }, resources: { cpu: 1, memory: 1024, disk: 10, architecture: "amd64" } });
  });

  test("a Job without a cloud takes that of mothergoose whole", () => {
    const { cloud } = checkMotherGoose(block({}, { cloud: block({ provider: "yandex", region: "ru-central1", folder_id: "b1g" }) })).draft;
    const own = job();
    const checked = checkJob({ ...own, blocks: { runner: own.blocks["runner"] ?? [] } }, { mothergooseCloud: cloud });
    expect(checked.problems).toEqual([]);
    expect(checked.values?.cloud).toEqual(cloud);
  });

  test("an Egg on Yandex Cloud takes the folder of mothergoose", () => {
    const checked = checkEgg(egg({ cloud: { provider: "yandex", region: "ru-central1" } }), { mothergooseCloud: { folderId: "b1g" } });
    expect(checked.values?.cloud).toMatchObject({ provider: "yandex", folderId: "b1g" });
  });

  test("mothergoose gets the defaults of all its blocks", () => {
    expect(checkMotherGoose(block({}, { cloud: block({ provider: "local" }) })).values).toMatchObject({
      service: { memory: 512, timeout: "30s", minInstances: 0, maxInstances: 10 },
      workers: { memory: 1024, timeout: "15m", maxInstances: 20 },
      database: { deletionProtection: true },
      queue: { visibilityTimeout: "20m", maxReceives: 5, retention: "4d" },
      triggers: { gitSync: "*/5 * * * *", healthCheck: "*/10 * * * *" },
    });
  });

  test("null counts as not given", () => {
    expect(checkEgg(egg({ runner: { timeout: null }, egg: { description: null } })).values?.runner.timeout).toBe("1h");
  });
});

describe("what is given", () => {
  test("comes out in its normal form", () => {
    const { values } = checkEgg(egg({ resources: { memory: "4GiB", disk: "0.5TiB" }, gitlab: { server: "https://GitLab.com/" } }));
    expect(values?.resources).toMatchObject({ memory: 4096, disk: 512 });
    expect(values?.gitlab.server).toBe("gitlab.com");
    expect(checkJob(job({ schedule: "@daily" })).values?.schedule).toBe("0 0 * * *");
    expect(checkRift(block({}, { cloud: block({ provider: "local" }), resources: block({ cpu: 1, memory: 1024, disk: 100 }), registry: block({ mirror: ["https://docker.io"] }) })).values?.registry).toEqual({ mirror: ["docker.io"] });
  });

  test("keeps its words where they are more than their value", () => {
    const { values } = checkEgg(egg({ runner: { timeout: "60m" }, egg: { secrets: { TOKEN: "env://TOKEN" } } }));
    expect(values?.runner.timeout).toBe("60m");
    expect(values?.secrets).toEqual({ TOKEN: "env://TOKEN" });
  });

  test("labelled blocks keep their order, digits or not", () => {
    const rule = (label: string) => block({ condition: "config_stale", action: "recycle" }, {}, [label]);
    const { values } = checkUglyFox(uglyfox([condition("all", ["*"])], [rule("z"), rule("2"), rule("1")]));
    expect(values?.policies.rule.map(({ name }) => name)).toEqual(["z", "2", "1"]);
    expect(checkEggsBucket(bucket()).values?.repositories.repo.map(({ name, gitlab }) => [name, gitlab.server])).toEqual([["api", "gitlab.com"], ["web", "gitlab.example.org"]]);
  });
});

describe("what could not be evaluated", () => {
  test("is neither missing nor wrong, and nothing follows from it", () => {
    const checked = checkEgg(egg({ egg: { type: UNSETTLED, environment: { A: UNSETTLED } }, cloud: { provider: "aws", region: UNSETTLED }, resources: { cpu: UNSETTLED }, gitlab: { project_id: UNSETTLED }, runner: { tags: ["a", UNSETTLED], agent_config: { docker: { image: UNSETTLED } } } }));
    expect(checked.problems).toEqual([]);
    expect(checked.values).toBeUndefined();
    expect([...checked.unsettled].sort()).toEqual(["cloud.region", "environment", "gitlab.project_id", "resources.cpu", "runner.agent_config", "runner.tags", "type"]);
  });

  test("hides no mistake beside it", () => {
    expect(checkEgg(egg({ runner: { tags: [UNSETTLED, 1] } })).problems.map(line)).toEqual(['FLY111 runner.tags.1: tags[1] must be a string, not a number | Expected string, found number 1. Write "1".']);
  });
});

test("all mistakes of a block are told at once", () => {
  const checked = checkEgg(
    block(
      { type: "serverles", colour: 1, cloud: 3 },
      { resources: block({ cpu: "2", memory: 1.5, disk: "1.5GB" }), runner: block({ tags: "docker", timeout: 60, concurrent: 0 }), gitlab: block({ server: "http://x.example", project_id: 1, group_id: 2 }), clod: block({}) },
    ),
  );
  expect(checked.problems.map(({ code, path }) => `${code} ${path.join(".")}`)).toEqual([
    "FLY113 type",
    "FLY101 colour",
    "FLY110 cloud",
    "FLY111 resources.cpu",
    "FLY111 resources.memory",
    "FLY114 resources.disk",
    "FLY111 runner.tags",
    "FLY112 runner.concurrent",
    "FLY111 runner.timeout",
    "FLY114 gitlab.server",
    "FLY105 gitlab.group_id",
    "FLY102 clod",
  ]);
});

test("a warning leaves the values as they are", () => {
  const checked = checkEgg(egg({ cloud: { provider: "aws", region: "eu-central-1" }, runner: { serverless_engine: "fargate" } }));
  expect(checked.problems.map(({ severity }) => severity)).toEqual(["warning"]);
  expect(checked.values?.runner.serverlessEngine).toBe("fargate");
});

describe("a name that is mistyped", () => {
  const spec: BlockSpec = {
    typeName: "Egg",
    description: "",
    attributes: {
      tags: { type: { kind: "string" }, description: "", required: true, example: '"x"' },
      project_id: { type: { kind: "integer" }, description: "", example: "1" },
      group_id: { type: { kind: "integer" }, description: "", example: "1" },
    },
    blocks: { cloud: { typeName: "Cloud", description: "", attributes: {}, blocks: {}, required: true } },
    exactlyOne: [["project_id", "group_id"]],
  };
  const codes = (input: BlockInput) => checkBlock("egg", spec, input).problems.map(({ code, suggestion }) => `${code} ${suggestion ?? ""}`.trim());

  test("is one mistake: what it was meant for is not called missing too", () => {
    expect(codes({ attributes: { tag: "x", projectid: 1 }, blocks: { clouds: [{ attributes: {}, blocks: {} }] } })).toEqual(["FLY101 tags", "FLY101 project_id", "FLY102 cloud"]);
  });
  test("but what is missing beside a strange name is", () => {
    expect(codes({ attributes: { zzzzzz: "x", project_id: 1 }, blocks: { cloud: [{ attributes: {}, blocks: {} }] } })).toEqual(["FLY103", "FLY101"]);
  });
});
