import { type EggProps, type EggsBucketProps, blocks, checkEgg, checkEggProps, checkEggsBucketProps, checkUglyFoxProps, flyNames, inputOfProps } from "../../src/vocabulary";
import { egg, line } from "./inputs";

const props: EggProps = {
  type: "vm",
  cloud: { provider: "local" },
  resources: { cpu: 2, memory: "4GiB", disk: 20 },
  runner: { tags: ["docker"], concurrent: 3, agentConfig: { builds_dir: "/b", camelCase: 1 } },
  gitlab: { server: "https://gitlab.com", projectId: 1 },
};

describe("props of a construct", () => {
  test("give the values of the same Fly block", () => {
    const fly = checkEgg(egg({ runner: { agent_config: { builds_dir: "/b", camelCase: 1 } } }));
    expect(checkEggProps(props).values).toEqual(fly.values);
  });

  test("give the messages of the same Fly block", () => {
    const wrong = { ...props, type: "serverless", resources: { ...props.resources, cpu: "2" }, runner: { ...props.runner, idleTimeout: 5, executor: "docker" } } as unknown as EggProps;
    const fly = checkEgg(egg({ egg: { type: "serverless" }, resources: { cpu: "2" }, runner: { idle_timeout: 5, executor: "docker" } }));
    expect(checkEggProps(wrong).problems).toEqual(fly.problems);
    expect(fly.problems.map(({ code }) => code)).toEqual(["FLY111", "FLY111", "FLY133"]);
  });

  test("undefined counts as not given", () => expect(checkEggProps({ ...props, description: undefined, pool: undefined }).values).toEqual(checkEggProps(props).values));

  test("unknown ones are told", () => {
    const wrong = { ...props, runner: { ...props.runner, idleTimeuot: "5m" } } as EggProps;
    expect(checkEggProps(wrong).problems.map(line)).toEqual(['FLY101 runner.idleTimeuot: runner has no attribute "idleTimeuot" | Did you mean "idle_timeout"?']);
  });

  test("a value where a block belongs is told", () => {
    expect(checkEggProps({ ...props, cloud: "local" } as unknown as EggProps).problems.map(({ code }) => code)).toEqual(["FLY110"]);
  });

  test("labelled blocks are lists with names", () => {
    const { gitlab, ...shared } = props;
    const bucket: EggsBucketProps = { ...shared, repositories: { repo: [{ name: "api", gitlab }, { name: "web", gitlab: { server: "gitlab.com", groupId: 2 } }] } };
    expect(checkEggsBucketProps(bucket).values?.repositories.repo.map(({ name }) => name)).toEqual(["api", "web"]);
    expect(checkEggsBucketProps({ ...bucket, repositories: { repo: [{ gitlab } as never] } }).problems.map(({ code }) => code)).toEqual(["FLY107"]);
    expect(checkUglyFoxProps({ pruning: {}, runnersCondition: [{ name: "all", eggsEntities: ["*"] }] }).values?.policies).toEqual({ rule: [] });
  });
});

describe("Fly names of values", () => {
  test("come back from camelCase, and maps keep their keys", () => {
    const values = checkEggProps(props).values;
    expect(values && flyNames(blocks.egg, values)).toMatchObject({ runner: { idle_timeout: "10m", run_untagged: false, agent_config: { builds_dir: "/b", camelCase: 1 } }, gitlab: { project_id: 1 } });
  });

  test("labelled blocks go by their labels", () => {
    const fox = { pruning: {}, policies: { rule: [{ name: "a", condition: "config_stale", action: "recycle" as const }] }, runnersCondition: [{ name: "all", eggsEntities: ["*"] }] };
    expect(flyNames(blocks.uglyfox, fox)).toEqual({ pruning: {}, policies: { rule: { a: { condition: "config_stale", action: "recycle" } } }, runners_condition: { all: { eggs_entities: ["*"] } } });
  });

  test("what is checked can be checked again, with the same result", () => {
    const values = checkEggProps(props).values;
    expect(values && checkEgg(inputOfProps(blocks.egg, values)).values).toEqual(values);
  });
});
