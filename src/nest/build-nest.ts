import { header } from "../fly/locate";
import { withConventionalSecrets } from "../vocabulary/conventions";
import { JOB_POOL } from "../vocabulary/pool";
import { decideRunnerType, demandOfJob } from "../vocabulary/runner-type";
import type { EggValues, EggsBucketValues, JobValues, NestValues } from "../vocabulary/types";
import { unitName } from "../vocabulary/unit-stacks";
import type { TopBlock } from "./blocks";
import type { CheckedBlock, CheckedEgg, CheckedNest } from "./check-nest";
import type { Egg, Job, Nest, Place, Repository } from "./model";

/** The model of a Nest that has passed all checks; undefined where a block has errors. Not frozen yet. */
export function buildNest(checked: CheckedNest, root: string): Nest | undefined {
  const { nest, uglyfox, mothergoose } = checked;
  const values = nest?.checked.values;
  if (!values) return undefined;
  const eggs = mapWhole(checked.eggs, eggOf);
  const jobs = mapWhole(checked.jobs, (job) => jobOf(job, values));
  const rifts = mapWhole(checked.rifts, ({ top, checked: rift }) => rift.values && { kind: "rift" as const, name: top.name, place: placeOf(top), values: rift.values });
  if (!eggs || !jobs || !rifts || (uglyfox && !uglyfox.checked.values) || (mothergoose && !mothergoose.checked.values)) return undefined;
  return {
    root,
    name: values.name,
    values,
    eggs: eggs.sort(byName),
    jobs: jobs.sort(byName),
    rifts: rifts.sort(byName),
    ...(uglyfox?.checked.values && { uglyfox: { kind: "uglyfox" as const, place: placeOf(uglyfox.top), values: uglyfox.checked.values } }),
    ...(mothergoose?.checked.values && { mothergoose: { kind: "mothergoose" as const, place: placeOf(mothergoose.top), values: mothergoose.checked.values } }),
  };
}

function eggOf({ top, checked, decision }: CheckedEgg): Egg | undefined {
  const { name } = top;
  if (!checked.values || !decision) return undefined;
  const shared = { name, place: placeOf(top), runnerType: decision.runnerType, pool: decision.pool };
  if (top.type === "egg") {
    const values = checked.values as EggValues;
    const repositories = [{ name, gitlab: withConventionalSecrets(values.cloud.provider, name, values.gitlab) }];
    return { kind: "egg", ...shared, repositories, values };
  }
  const values = checked.values as EggsBucketValues;
  const repositories = values.repositories.repo.map((repo): Repository => ({ name: repo.name, gitlab: withConventionalSecrets(values.cloud.provider, `${name}/${repo.name}`, repo.gitlab) }));
  return { kind: "eggsbucket", ...shared, repositories, values };
}

function jobOf({ top, checked }: CheckedBlock<JobValues>, nest: NestValues): Job | undefined {
  const { values } = checked;
  if (!values?.cloud) return undefined;
  const { name } = top;
  return { kind: "job", name, place: placeOf(top), runnerType: decideRunnerType(demandOfJob(values)), pool: JOB_POOL, repositories: nestRepository(name, values.cloud.provider, nest), values };
}

/** A Job's runner serves the Nest's own project, where the Nest says which one that is. */
function nestRepository(job: string, provider: "aws" | "yandex" | "local", { repository }: NestValues): readonly Repository[] {
  if (repository?.projectId === undefined) return [];
  const gitlab = { server: repository.server, projectId: repository.projectId };
  return [{ name: job, gitlab: withConventionalSecrets(provider, unitName("job", job), gitlab) }];
}

/** Lines and columns are worked out when someone asks: of most blocks nobody does. */
function placeOf(top: TopBlock): Place {
  let range: Place["range"] | undefined;
  return Object.freeze({
    file: top.source.file,
    get range() {
      return (range ??= top.source.range(header(top.block)));
    },
  });
}

function mapWhole<T, R>(items: readonly T[], map: (item: T) => R | undefined): R[] | undefined {
  const mapped: R[] = [];
  for (const item of items) {
    const result = map(item);
    if (result === undefined) return undefined;
    mapped.push(result);
  }
  return mapped;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** Freezes plain data all the way down; what is frozen already (shared defaults, places) is whole. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) if (typeof item === "object") deepFreeze(item);
  }
  return value;
}
