import { blocks } from "../src/vocabulary/blocks";
import { camelCase } from "../src/vocabulary/camel-case";
import { checkEggProps, checkEggsBucketProps } from "../src/vocabulary/check";
import { checkBlock, type Checked } from "../src/vocabulary/check-block";
import { withConventionalSecrets } from "../src/vocabulary/conventions";
import { GoslingError } from "../src/vocabulary/error";
import { parseName } from "../src/vocabulary/name";
import { decideRunners } from "../src/vocabulary/pool";
import { badName } from "../src/vocabulary/problems";
import type { Problem } from "../src/vocabulary/schema";
import type { EggProps, EggsBucketProps, EggsBucketValues, EggValues, GitlabValues } from "../src/vocabulary/types";
import { runnerConfiguration, type ServedRepository } from "./runner-configuration";
import type { RunnerUnitProps } from "./runner-unit";

/** What a construct has to know beside what stands in a Fly block. */
export interface UnitProps {
  /** Name of the Nest that the runners belong to: lower-case letters, digits and `-`; at most 20 characters. Part of every cloud name. */
  readonly nest: string;
  /** Name of the Egg or bucket: 1–63 letters, digits, `-` and `_`. Unique in the Nest. */
  readonly name: string;
  /** Which of the Egg's stacks this is, from 1; each holds the runners of its own shard, at most 100. Default: 1. */
  readonly shard?: number;
}

/** Checks an Egg's props as Fly checks an Egg. `path` is the construct's. */
export function checkedEgg(path: string, { nest, name, shard, ...props }: EggProps & UnitProps): RunnerUnitProps {
  const values = checkedValues(`${path}: the props of this Egg`, { nest, name, shard }, checkEggProps(props));
  return unitOf({ nest, name, shard }, values, [served(name, name, values.gitlab, values, true)]);
}

/** Checks a bucket's props as Fly checks an eggsbucket. `path` is the construct's. */
export function checkedBucket(path: string, { nest, name, shard, ...props }: EggsBucketProps & UnitProps): RunnerUnitProps {
  const values = checkedValues(`${path}: the props of this EggsBucket`, { nest, name, shard }, checkEggsBucketProps(props));
  return unitOf(
    { nest, name, shard },
    values,
    values.repositories.repo.map((repo) => served(repo.name, `${name}/${repo.name}`, repo.gitlab, values, false)),
  );
}

/** The values of props that were checked, with the names that go with them. @throws GoslingError `PROPS`, with all mistakes */
export function checkedValues<Values>(whose: string, unit: UnitProps, checked: Checked<Values>): Values {
  const problems = [...unitProblems(unit), ...checked.problems].filter(({ severity }) => severity === "error");
  if (problems.length > 0 || !checked.values) {
    const lines = problems.map((problem) => `\n  ${problem.path.length === 0 ? "" : `${propertyPath(problem.path)}: `}${problem.summary}${problem.detail === undefined ? "" : `. ${problem.detail}`}`);
    throw new GoslingError("PROPS", `${whose} have ${problems.length === 1 ? "a mistake" : `${problems.length} mistakes`}:${lines.join("")}`);
  }
  return checked.values;
}

function unitProblems({ nest, name, shard = 1 }: UnitProps): readonly Problem[] {
  const found: Problem[] = checkBlock("nest", blocks.nest, { attributes: { name: nest }, blocks: {} }).problems.map((problem) => ({ ...problem, path: ["nest"] }));
  const parsed = parseName(name);
  if (!parsed.ok) found.push(badName(["name"], name, parsed.message));
  if (!Number.isInteger(shard) || shard < 1) found.push({ severity: "error", code: "FLY112", path: ["shard"], summary: "shard must be a whole number from 1", detail: `Found ${shard}.` });
  return found;
}

function unitOf({ nest, name, shard = 1 }: UnitProps, values: EggValues | EggsBucketValues, repositories: readonly ServedRepository[]): RunnerUnitProps {
  const { runnerType, pool } = decideRunners(name, values, []);
  const { cloud, resources, runner, proxy, caCertificate, environment, secrets, renamedFrom } = values;
  const configuration = runnerConfiguration({
    nest,
    unit: name,
    cloud: cloud.provider,
    type: runnerType.type,
    repositories,
    runner,
    environment,
    secrets,
    ...(proxy && { proxy }),
    ...(caCertificate !== undefined && { caCertificate }),
  });
  return {
    unit: {
      configuration,
      cloud,
      resources,
      ...(runner.serverlessEngine !== undefined && { serverlessEngine: runner.serverlessEngine }),
      ...(renamedFrom !== undefined && { renamedFrom }),
    },
    limits: pool,
    shard,
  };
}

function served(name: string, owner: string, gitlab: GitlabValues, { cloud }: EggValues | EggsBucketValues, nameFollowsUnit: boolean): ServedRepository {
  return { name, gitlab: withConventionalSecrets(cloud.provider, owner, gitlab), nameFollowsUnit, tokenFollowsUnit: gitlab.runnerToken === undefined };
}

/** `["runner", "tags", 0]` as `runner.tags[0]`, `idle_timeout` as `idleTimeout`. */
function propertyPath(path: Problem["path"]): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${camelCase(step)}`)).join("");
}
