import type { ReadNestResult } from "../../nest";
import type { Egg, Job, Nest, PoolLimits, RunnerType } from "../../nest/model";
import { describeRunnerSize } from "../../synth/runner-size";
import { blocks } from "../../vocabulary/blocks";
import type { BlockInput } from "../../vocabulary/check-block";
import { flyNames } from "../../vocabulary/props";
import type { BlockSpec } from "../../vocabulary/schema";

/** What Gosling decided for an Egg, a bucket or a Job, and where each decision comes from. */
export interface Explanation {
  readonly kind: "egg" | "eggsbucket" | "job";
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly runner_type: RunnerType;
  readonly pool: PoolLimits;
  /** What the cloud has for the resources that are asked for, where that is a choice. */
  readonly size?: string;
  readonly secrets: readonly ExplainedSecret[];
  /** Attributes that the file does not write, by Fly path, with the value that holds. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

export interface ExplainedSecret {
  /** `api_token`, or `api/api_token` for a repository of a bucket. */
  readonly name: string;
  readonly reference: string;
  /** Whether nobody wrote it and the convention gives it. */
  readonly byConvention: boolean;
}

/** Defaults that say nothing about the runners. */
const QUIET = new Set(["description", "renamed_from", "environment", "secrets", "enabled"]);
const TOKENS = [
  ["api_token", "apiToken"],
  ["runner_token", "runnerToken"],
  ["webhook_secret", "webhookSecret"],
] as const;

export function explain(nest: Nest, result: Pick<ReadNestResult, "written">): readonly Explanation[] {
  return [...nest.eggs, ...nest.jobs].map((owner) => {
    const spec = blocks[owner.kind];
    const runnerSize = describeRunnerSize(owner);
    return {
      kind: owner.kind,
      name: owner.name,
      file: owner.place.file,
      line: owner.place.range.start.line,
      runner_type: owner.runnerType,
      pool: owner.pool,
      ...(runnerSize !== undefined && { size: runnerSize }),
      secrets: secretsOf(owner),
      defaults: Object.fromEntries(defaultsOf(spec, flyNames(spec, owner.values), result.written.get(`${owner.kind} ${owner.name}`), "")),
    };
  });
}

function secretsOf(owner: Egg | Job): readonly ExplainedSecret[] {
  return owner.repositories.flatMap((repository) => {
    const written = owner.kind === "egg" ? owner.values.gitlab : owner.kind === "job" ? undefined : owner.values.repositories.repo.find(({ name }) => name === repository.name)?.gitlab;
    return TOKENS.map(([name, property]) => ({
      name: owner.kind === "eggsbucket" ? `${repository.name}/${name}` : name,
      reference: repository.gitlab[property],
      byConvention: written?.[property] === undefined,
    }));
  });
}

/** Attributes that hold and are not written, by their Fly paths. A block that repeats brings none that a person would miss. */
function defaultsOf(spec: BlockSpec, values: Readonly<Record<string, unknown>>, written: BlockInput | undefined, prefix: string): readonly [string, unknown][] {
  const own = Object.keys(spec.attributes)
    .filter((name) => values[name] !== undefined && (written?.attributes[name] ?? null) === null && !QUIET.has(prefix + name) && !isEmpty(values[name]))
    .map((name): [string, unknown] => [prefix + name, values[name]]);
  const nested = Object.entries(spec.blocks).flatMap(([name, block]) => {
    const inside = values[name];
    if (inside === undefined || block.many) return [];
    return defaultsOf(block, inside as Readonly<Record<string, unknown>>, written?.blocks[name]?.[0], `${prefix}${name}.`);
  });
  return [...own, ...nested];
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** The explanations as text, one paragraph each. */
export function renderExplanations(explanations: readonly Explanation[], color: boolean): string {
  const bold = (text: string): string => (color ? `\u001b[1m${text}\u001b[22m` : text);
  return explanations
    .map((explanation) => {
      const { runner_type, pool } = explanation;
      const lines = [
        `${bold(`${explanation.kind} "${explanation.name}"`)}  ${explanation.file}:${explanation.line}`,
        `  type      ${runner_type.type}${runner_type.reasons.length > 0 ? `: ${runner_type.reasons.join("; ")}` : ""}`,
        ...(explanation.size === undefined ? [] : [`  size      ${explanation.size}`]),
        `  pools     Apex ${size(pool.apex)}, Nadir ${size(pool.nadir)}: ${pool.source}`,
        ...explanation.secrets.map((secret, index) => `  ${index === 0 ? "secrets " : "        "}  ${secret.name} = ${secret.reference}${secret.byConvention ? " (by convention)" : ""}`),
        ...Object.entries(explanation.defaults).map(([path, value], index) => `  ${index === 0 ? "defaults" : "        "}  ${path} = ${JSON.stringify(value)}`),
      ];
      return lines.map((line) => `${line}\n`).join("");
    })
    .join("\n");
}

function size(pool: { readonly minCount: number; readonly maxCount: number }): string {
  return `${pool.minCount} to ${pool.maxCount}`;
}
