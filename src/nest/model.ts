import type { Range } from "../fly/source";
import type { EggValues, EggsBucketValues, GitlabValues, JobValues, MotherGooseValues, NestValues, RiftValues, UglyFoxValues } from "../vocabulary/types";

/**
 * A Nest as read from disk: plain, deeply frozen, checked. Every rule of the language holds for it,
 * defaults are filled in, and nothing in it is a secret's value.
 */
export interface Nest {
  /** Absolute path of the folder. Never part of what is synthesized. */
  readonly root: string;
  readonly name: string;
  readonly values: NestValues;
  /** Eggs and buckets, sorted by name. */
  readonly eggs: readonly Egg[];
  readonly jobs: readonly Job[];
  readonly rifts: readonly Rift[];
  readonly uglyfox?: UglyFox;
  readonly mothergoose?: MotherGoose;
}

/** Where a block stands. */
export interface Place {
  /** Relative to the Nest, `/` between folders. */
  readonly file: string;
  /** Of the block's header: type and labels. */
  readonly range: Range;
}

/** What Eggs, buckets and Jobs have in common: a name, a place, runners with limits. */
interface RunnerOwner {
  readonly name: string;
  readonly place: Place;
  /** `vm` or `serverless`, after `auto` has been decided. */
  readonly runnerType: RunnerType;
  readonly pool: PoolLimits;
  /** One for an Egg, all of a bucket's, the Nest's own project for a Job. At least one, except for a Job of a Nest without `repository`. */
  readonly repositories: readonly Repository[];
}

/** An Egg, or an EggsBucket: the same but for its repositories. */
export type Egg = SingleEgg | EggsBucket;

export interface SingleEgg extends RunnerOwner {
  readonly kind: "egg";
  readonly values: EggValues;
}

export interface EggsBucket extends RunnerOwner {
  readonly kind: "eggsbucket";
  readonly values: EggsBucketValues;
}

/** A self-management task; its runner serves the Nest's own project. `values.cloud` and `values.resources` are filled in. */
export interface Job extends RunnerOwner {
  readonly kind: "job";
  readonly values: JobValues;
}

export interface Rift {
  readonly kind: "rift";
  readonly name: string;
  readonly place: Place;
  readonly values: RiftValues;
}

export interface UglyFox {
  readonly kind: "uglyfox";
  readonly place: Place;
  readonly values: UglyFoxValues;
}

export interface MotherGoose {
  readonly kind: "mothergoose";
  readonly place: Place;
  readonly values: MotherGooseValues;
}

export interface RunnerType {
  readonly type: "vm" | "serverless";
  /** Why, one sentence each; `validate --explain` and the plan show them. */
  readonly reasons: readonly string[];
}

/** Sizes of an Egg's pools, from its own `pool`, a `runners_condition`, or the default. */
export interface PoolLimits {
  readonly apex: { readonly minCount: number; readonly maxCount: number };
  readonly nadir: { readonly minCount: number; readonly maxCount: number; readonly idleTimeout: string };
  /** Where the sizes come from and what was cut, as `--explain` says it. */
  readonly source: string;
}

/** A GitLab project or group with the secret references that Gosling uses for it (conventions applied). */
export interface Repository {
  readonly name: string;
  readonly gitlab: GitlabValues & { readonly apiToken: string; readonly runnerToken: string; readonly webhookSecret: string };
}
