import * as problems from "./problems";
import { type RunnerTypeDecision, decideRunnerType, demandOfEgg, serverlessObstacles } from "./runner-type";
import type { Problem } from "./schema";
import type { EggValues, EggsBucketValues, RunnersConditionValues } from "./types";

/** How many runners an Egg may have in each pool. */
export interface PoolSizes {
  readonly apex: { readonly minCount: number; readonly maxCount: number };
  readonly nadir: { readonly minCount: number; readonly maxCount: number; readonly idleTimeout: string };
  /** Where the sizes come from and what was cut, one sentence. */
  readonly source: string;
}

/** What an Egg's runners are and how many there may be. */
export interface RunnerDecision {
  readonly runnerType: RunnerTypeDecision;
  readonly pool: PoolSizes;
  /** What a `runners_condition` that names the Egg asks for and can't have; paths begin with `uglyfox`. */
  readonly problems: readonly Problem[];
}

const NADIR_IDLE_TIMEOUT = "30m";

/** The `runners_condition` that holds for an Egg: the one that names it, else the one with `"*"`. */
export function conditionFor<Condition extends Pick<RunnersConditionValues, "eggsEntities">>(
  name: string,
  conditions: readonly Condition[],
): { readonly condition: Condition; readonly byName: boolean } | undefined {
  const named = conditions.find((condition) => condition.eggsEntities.includes(name));
  if (named) return { condition: named, byName: true };
  const all = conditions.find((condition) => condition.eggsEntities.includes("*"));
  return all && { condition: all, byName: false };
}

/**
 * Decides what the runners of an Egg or bucket are and how large its pools: its own `pool`, else the condition that
 * names it, else the one with `"*"`, else Apex 0 to `concurrent` and no Nadir. What can't be had is an error where the
 * Egg is meant by name, and cut where it is only meant by `"*"`. The Egg's own `pool` has been checked by its rules.
 */
export function decideRunners(name: string, egg: EggValues | EggsBucketValues, conditions: readonly RunnersConditionValues[]): RunnerDecision {
  const { concurrent } = egg.runner;
  if (egg.pool) {
    const { apex, nadir } = egg.pool;
    const pool = { apex: { minCount: apex?.minCount ?? 0, maxCount: apex?.maxCount ?? concurrent }, nadir: nadirSizes(nadir), source: "pool of the Egg itself" };
    return { runnerType: decideRunnerType(demandOfEgg(egg)), pool, problems: [] };
  }
  const found = conditionFor(name, conditions);
  if (!found) {
    const pool = { apex: { minCount: 0, maxCount: concurrent }, nadir: nadirSizes(undefined), source: `default: Apex 0 to concurrent (${concurrent}), no Nadir` };
    return { runnerType: decideRunnerType(demandOfEgg(egg)), pool, problems: [] };
  }
  const { condition } = found;
  if (found.byName) {
    const demand = demandOfEgg(egg, condition.nadir.maxCount);
    const runnerType = decideRunnerType(demand);
    const apex = { minCount: condition.apex.minCount, maxCount: condition.apex.maxCount ?? concurrent };
    const pool = { apex, nadir: nadirSizes(condition.nadir), source: `runners_condition "${condition.name}", which names it` };
    return { runnerType, pool, problems: namedProblems(name, egg, runnerType.type, condition) };
  }
  const runnerType = decideRunnerType(demandOfEgg(egg));
  return { runnerType, pool: cutToFit(egg, runnerType.type, condition), problems: [] };
}

/** A Job has one runner at a time, and none that sleeps. */
export const JOB_POOL: PoolSizes = { apex: { minCount: 0, maxCount: 1 }, nadir: { minCount: 0, maxCount: 0, idleTimeout: NADIR_IDLE_TIMEOUT }, source: "a Job has one runner" };

function nadirSizes(nadir: { readonly minCount: number; readonly maxCount: number; readonly idleTimeout: string } | undefined): PoolSizes["nadir"] {
  return { minCount: nadir?.minCount ?? 0, maxCount: nadir?.maxCount ?? 0, idleTimeout: nadir?.idleTimeout ?? NADIR_IDLE_TIMEOUT };
}

function namedProblems(name: string, egg: EggValues | EggsBucketValues, type: "vm" | "serverless", condition: RunnersConditionValues): readonly Problem[] {
  const found: Problem[] = [];
  const path = ["uglyfox", "runners_condition", condition.name];
  const { concurrent } = egg.runner;
  const { apex, nadir } = condition;
  if (apex.maxCount !== undefined && apex.maxCount > concurrent) found.push(problems.poolOverConcurrent([...path, "apex", "max_count"], "Apex", apex.maxCount, name, concurrent));
  if (apex.maxCount === undefined && apex.minCount > concurrent) found.push(problems.poolOverConcurrent([...path, "apex", "min_count"], "Apex", apex.minCount, name, concurrent));
  if (nadir.maxCount > concurrent) found.push(problems.poolOverConcurrent([...path, "nadir", "max_count"], "Nadir", nadir.maxCount, name, concurrent));
  if (type === "serverless" && nadir.maxCount > 0) {
    const obstacle = serverlessObstacles({ ...demandOfEgg(egg, nadir.maxCount) }).find((problem) => problem.code === "FLY134");
    if (obstacle) found.push({ ...obstacle, path: [...path, "nadir", "max_count"] });
  }
  if (type === "vm" && egg.cloud.provider === "aws" && egg.cloud.preemptible && nadir.maxCount > 0) found.push(problems.spotNadir([...path, "nadir", "max_count"]));
  return found;
}

function cutToFit(egg: EggValues | EggsBucketValues, type: "vm" | "serverless", condition: RunnersConditionValues): PoolSizes {
  const { concurrent } = egg.runner;
  const cuts: string[] = [];
  const cut = (pool: string, count: number, most: number, why: string): number => {
    if (count <= most) return count;
    cuts.push(`${pool} cut from ${count} to ${most}: ${why}`);
    return most;
  };
  const apexMax = cut("Apex", condition.apex.maxCount ?? concurrent, concurrent, "concurrent");
  const noNadir = type === "serverless" ? "serverless runners can't sleep" : egg.cloud.provider === "aws" && egg.cloud.preemptible ? "spot machines can't sleep" : undefined;
  const nadirMax = cut("Nadir", condition.nadir.maxCount, noNadir === undefined ? concurrent : 0, noNadir ?? "concurrent");
  return {
    apex: { minCount: Math.min(condition.apex.minCount, apexMax), maxCount: apexMax },
    nadir: { minCount: Math.min(condition.nadir.minCount, nadirMax), maxCount: nadirMax, idleTimeout: condition.nadir.idleTimeout },
    source: [`runners_condition "${condition.name}", which is for all`, ...cuts].join("; "),
  };
}
