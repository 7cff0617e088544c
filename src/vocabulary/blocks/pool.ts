import type { AttributeSpec, NestedBlockSpec } from "../schema";

/** Sizes that a `pool` and a `runners_condition` share. */
export const apexSizes: Readonly<Record<string, AttributeSpec>> = {
  min_count: { type: { kind: "integer", min: 0 }, description: "Runners that are always on.", default: 0, example: "0" },
  max_count: {
    type: { kind: "integer", min: 0 },
    description: "At most this many runners on; not more than the Egg's `concurrent`.",
    defaultNote: "the Egg's `concurrent`",
    example: "3",
  },
};

export const nadirSizes: Readonly<Record<string, AttributeSpec>> = {
  min_count: { type: { kind: "integer", min: 0 }, description: "Runners that are always kept asleep.", default: 0, example: "0" },
  max_count: {
    type: { kind: "integer", min: 0 },
    description: "At most this many runners asleep; not more than the Egg's `concurrent`.",
    default: 0,
    example: "2",
  },
  idle_timeout: {
    type: { kind: "duration", minSeconds: 60 },
    description: "A runner that has slept this long without being woken is removed, down to `min_count`.",
    default: "30m",
    example: '"30m"',
  },
};

/** `pool { … }` of an Egg or a bucket. */
export const pool: NestedBlockSpec = {
  typeName: "Pool",
  description: "Sizes of the pools. Without it, those of UglyFox's `runners_condition` hold.",
  attributes: {},
  blocks: {
    apex: { typeName: "Apex", description: "Runners that are on: starting, waiting for a job, or running one.", assumed: true, attributes: apexSizes, blocks: {} },
    nadir: { typeName: "Nadir", description: "Runners that exist but sleep: stopped machines, cheap, quick to wake.", assumed: true, attributes: nadirSizes, blocks: {} },
  },
};
