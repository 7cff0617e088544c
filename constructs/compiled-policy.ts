import { readCondition, type Condition } from "../src/vocabulary/condition";
import { durationSeconds } from "../src/vocabulary/duration";
import type { UglyFoxValues } from "../src/vocabulary/types";

/** What UglyFox goes by, ready to be evaluated: durations in seconds, conditions as trees. */
export interface CompiledPolicy {
  readonly format: 1;
  readonly nest: string;
  readonly pruning: {
    readonly failedThreshold: number;
    readonly maxAgeSeconds: number;
    readonly checkIntervalSeconds: number;
    readonly graceSeconds: number;
    readonly dryRun: boolean;
  };
  readonly pools: readonly CompiledPool[];
  /** In order: the first whose condition holds decides. */
  readonly rules: readonly CompiledRule[];
}

/** Sizes and thresholds of the Eggs that a `runners_condition` names. */
export interface CompiledPool {
  readonly name: string;
  /** Names, or `*`. */
  readonly eggs: readonly string[];
  readonly apex: { readonly minCount: number; readonly maxCount?: number; readonly cpuThreshold?: number; readonly memoryThreshold?: number };
  readonly nadir: { readonly minCount: number; readonly maxCount: number; readonly idleTimeoutSeconds: number };
}

export interface CompiledRule {
  readonly name: string;
  readonly action: UglyFoxValues["policies"]["rule"][number]["action"];
  /** A tree of `src/vocabulary/condition.ts` without places in the text. */
  readonly condition: unknown;
}

/** @param uglyfox Checked by the vocabulary, so every condition can be read. */
export function compilePolicy(nest: string, { pruning, runnersCondition, policies }: UglyFoxValues): CompiledPolicy {
  return {
    format: 1,
    nest,
    pruning: {
      failedThreshold: pruning.failedThreshold,
      maxAgeSeconds: durationSeconds(pruning.maxAge),
      checkIntervalSeconds: durationSeconds(pruning.checkInterval),
      graceSeconds: durationSeconds(pruning.grace),
      dryRun: pruning.dryRun,
    },
    pools: runnersCondition.map(({ name, eggsEntities, apex, nadir: { idleTimeout, ...nadir } }) => ({ name, eggs: eggsEntities, apex, nadir: { ...nadir, idleTimeoutSeconds: durationSeconds(idleTimeout) } })),
    rules: policies.rule.map(({ name, action, condition }) => ({ name, action, condition: withoutPlaces(conditionOf(condition)) })),
  };
}

function conditionOf(text: string): Condition {
  const read = readCondition(text);
  if (!read.ok) throw new TypeError(`The condition "${text}" was not checked.`);
  return read.condition;
}

/** Places are for messages; two texts that mean the same give the same policy. */
function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (key === "start" || key === "end" ? [] : [[key, withoutPlaces(item)]])));
}
