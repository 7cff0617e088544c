import type { Draft } from "../check-block";
import { durationSeconds } from "../duration";
import * as problems from "../problems";
import { demandOfEgg, serverlessObstacles } from "../runner-type";
import type { Problem } from "../schema";
import { LAMBDA_TIMEOUT_SECONDS } from "../serverless-limits";
import type { EggValues, EggsBucketValues, RunnerValues } from "../types";
import { type InheritedCloud, cloudRules } from "./cloud";
import { environmentRules, gitlabSecretsByPath, localSecretRules, secretsByPath } from "./secrets";

type EggDraft = Draft<EggValues> | Draft<EggsBucketValues>;

/** Rules across the attributes of an Egg. */
export function eggRules(egg: Draft<EggValues>, unsettled: ReadonlySet<string>, inherited: InheritedCloud): readonly Problem[] {
  return [...sharedRules(egg, unsettled, inherited), ...localSecretRules(egg.cloud?.provider, gitlabSecretsByPath(["gitlab"], egg.gitlab))];
}

/** Rules across the attributes of a bucket. */
export function eggsBucketRules(bucket: Draft<EggsBucketValues>, unsettled: ReadonlySet<string>, inherited: InheritedCloud): readonly Problem[] {
  const references = (bucket.repositories?.repo ?? []).flatMap((repo) => gitlabSecretsByPath(["repositories", "repo", repo.name ?? "", "gitlab"], repo.gitlab));
  return [...sharedRules(bucket, unsettled, inherited), ...localSecretRules(bucket.cloud?.provider, references)];
}

function sharedRules(egg: EggDraft, unsettled: ReadonlySet<string>, inherited: InheritedCloud): readonly Problem[] {
  return [
    ...cloudRules(egg.cloud, unsettled, inherited),
    ...runnerRules(egg.runner, unsettled),
    ...serverlessRules(egg),
    ...poolRules(egg),
    ...environmentRules(egg),
    ...localSecretRules(egg.cloud?.provider, secretsByPath(egg.secrets)),
  ];
}

/** Keys of `[[runners]]` that Gosling writes, and what sets them. */
const OWNED_AGENT_KEYS: Readonly<Record<string, string>> = {
  url: "it comes from gitlab.server",
  token: "it comes from gitlab.runner_token",
  name: "it comes from the names of the Nest and the Egg",
  limit: "each runner takes one job; runner.concurrent says how many runners there may be",
  executor: "use runner.executor",
  environment: "use environment and secrets of the Egg",
};

function runnerRules(runner: Draft<RunnerValues> | undefined, unsettled: ReadonlySet<string>): readonly Problem[] {
  if (!runner) return [];
  const found: Problem[] = [];
  for (const key of Object.keys(runner.agentConfig ?? {})) {
    const instead = Object.hasOwn(OWNED_AGENT_KEYS, key) ? OWNED_AGENT_KEYS[key] : undefined;
    if (instead !== undefined) found.push(problems.ownedAgentKey(["runner", "agent_config", key], instead));
  }
  if (runner.tags?.length === 0 && runner.runUntagged === false && !unsettled.has("runner.run_untagged")) found.push(problems.noJobCouldRun(["runner", "tags"]));
  return found;
}

function serverlessRules(egg: EggDraft): readonly Problem[] {
  const found: Problem[] = [];
  const provider = egg.cloud?.provider;
  const engine = egg.runner?.serverlessEngine;
  const timeout = egg.runner?.timeout;
  if (engine !== undefined && provider !== undefined && provider !== "aws") found.push(problems.engineWithoutAws(["runner", "serverless_engine"], provider));
  else if (engine !== undefined && egg.type === "vm") found.push(problems.noEffect(["runner", "serverless_engine"], 'The runners are machines (type = "vm").'));
  const overSixty = egg.type === "serverless" ? serverlessObstacles(demandOfEgg(egg)) : [];
  const lambda = engine === "lambda" && egg.type !== undefined && egg.type !== "vm";
  if (lambda && timeout !== undefined && durationSeconds(timeout) > LAMBDA_TIMEOUT_SECONDS) {
    // The narrower limit is the one to name.
    return [...found, problems.lambdaTimeout(["runner", "timeout"], timeout), ...overSixty.filter((problem) => problem.code !== "FLY130")];
  }
  return [...found, ...overSixty];
}

function poolRules(egg: EggDraft): readonly Problem[] {
  const { pool } = egg;
  if (!pool) return [];
  const found: Problem[] = [];
  const concurrent = egg.runner?.concurrent;
  for (const [name, title] of [
    ["apex", "Apex"],
    ["nadir", "Nadir"],
  ] as const) {
    const sizes = pool[name];
    found.push(...sizeRules(["pool", name], sizes));
    if (concurrent === undefined) continue;
    if ((sizes?.maxCount ?? 0) > concurrent) found.push(problems.poolOverConcurrent(["pool", name, "max_count"], title, sizes?.maxCount ?? 0, undefined, concurrent));
    else if (name === "apex" && sizes?.maxCount === undefined && (sizes?.minCount ?? 0) > concurrent) {
      found.push(problems.minOverMax(["pool", "apex", "min_count"], sizes?.minCount ?? 0, "max_count", concurrent));
    }
  }
  if (egg.type === "vm" && egg.cloud?.provider === "aws" && egg.cloud.preemptible && (pool.nadir?.maxCount ?? 0) > 0) found.push(problems.spotNadir(["pool", "nadir", "max_count"]));
  return found;
}

/** `min_count` over `max_count`, in a `pool` or a `runners_condition`. */
export function sizeRules(path: problems.Path, sizes: { readonly minCount?: number; readonly maxCount?: number } | undefined): readonly Problem[] {
  if (sizes?.minCount === undefined || sizes.maxCount === undefined || sizes.minCount <= sizes.maxCount) return [];
  return [problems.minOverMax([...path, "min_count"], sizes.minCount, "max_count", sizes.maxCount)];
}
