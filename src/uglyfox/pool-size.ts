import type { RunnerEntry } from "../vocabulary/runner-entry";
import { RUNNERS_PER_STACK } from "../vocabulary/unit-stacks";

/**
 * The one place that decides how many runners an Egg has, which of them are on, and which go
 * (architecture.md, decision 7). Pure: it sees a situation and answers with what should be.
 */

/** Limits of an Egg's two pools. */
export interface PoolSizes {
  readonly apex: { readonly minCount: number; readonly maxCount: number };
  readonly nadir: { readonly minCount: number; readonly maxCount: number };
}

/** A runner as it is found. */
export interface ObservedRunner extends RunnerEntry {
  readonly id: string;
  /**
   * `busy`: runs a job, or may run one (when that can't be known). `idle`: surely runs none.
   * `ended`: it was drained and has ended, or its process died: nothing of it can be interrupted.
   */
  readonly activity: "idle" | "busy" | "ended";
  /** It takes no new jobs and goes when its job is over. */
  readonly draining: boolean;
}

export interface PoolSituation {
  readonly sizes: PoolSizes;
  /** Revision that new runners are made with. */
  readonly revision: string;
  readonly runners: readonly ObservedRunner[];
  /** How many runners the waiting and running jobs ask for; 0 where nothing raises demand. */
  readonly demand: number;
  /** Where a new runner goes. */
  readonly place: string;
}

export type PoolStep =
  | { readonly kind: "create"; readonly id: string; readonly power: "on" | "off" }
  | { readonly kind: "wake"; readonly id: string }
  | { readonly kind: "sleep"; readonly id: string }
  /** Ask it to finish its job and take no other; it stays until then. */
  | { readonly kind: "drain"; readonly id: string; readonly reason: DrainReason }
  | { readonly kind: "remove"; readonly id: string; readonly reason: RemoveReason };

export type DrainReason = "old configuration" | "over the limit" | "no longer wanted";
export type RemoveReason = DrainReason | "drained";

export interface PoolDecision {
  /** The wanted value of the `runners` variable, ids sorted. */
  readonly runners: Readonly<Record<string, RunnerEntry>>;
  readonly steps: readonly PoolStep[];
  /**
   * Busy runners that exceed the limits: they can't go before their jobs are over, so the stack
   * can't take its new limits yet.
   */
  readonly overLimit: readonly string[];
}

/**
 * Decides an Egg's runners. It holds for every situation:
 * - no busy runner is removed or put to sleep;
 * - Apex is never raised over `apex.maxCount`, nor all that exists over the sum of both limits;
 * - draining runners count, since their machines are there;
 * - a runner of an older configuration, or one that drains, is never woken: it goes as soon as it is idle.
 */
export function decidePool(situation: PoolSituation): PoolDecision {
  const { sizes, revision, place } = situation;
  const kept = new Map<string, RunnerEntry>();
  const steps: PoolStep[] = [];
  const entry = (runner: ObservedRunner, power = runner.power): RunnerEntry => ({ power, revision: runner.revision, shard: runner.shard, place: runner.place });
  const keep = (runner: ObservedRunner, power = runner.power) => kept.set(runner.id, entry(runner, power));
  const runners = [...situation.runners].sort(byId);

  // Those that leave: older configuration, or already draining.
  for (const runner of runners.filter((r) => isLeaving(r, revision))) {
    const reason = runner.revision === revision ? ("drained" as const) : ("old configuration" as const);
    if (runner.power === "on" && runner.activity === "busy") {
      keep(runner);
      if (!runner.draining) steps.push({ kind: "drain", id: runner.id, reason: "old configuration" });
    } else {
      steps.push({ kind: "remove", id: runner.id, reason });
    }
  }
  const current = runners.filter((r) => !isLeaving(r, revision));

  // Busy ones stay on, whatever the limits are; those over the limit take no further job.
  const leavingOn = kept.size;
  const busy = current.filter((r) => r.power === "on" && r.activity === "busy");
  busy.forEach((runner, index) => {
    keep(runner);
    if (index >= sizes.apex.maxCount) steps.push({ kind: "drain", id: runner.id, reason: "over the limit" });
  });

  // Apex: idle ones that are on, then sleeping ones, then new ones, up to what is wanted.
  const apexTarget = Math.min(Math.max(situation.demand, sizes.apex.minCount), sizes.apex.maxCount);
  const total = sizes.apex.maxCount + sizes.nadir.maxCount;
  const on = () => count(kept, "on");
  const wanting = () => on() - leavingOn < apexTarget && on() < sizes.apex.maxCount;
  const surplus: ObservedRunner[] = [];
  for (const runner of current.filter((r) => r.power === "on" && r.activity !== "busy")) {
    if (wanting()) keep(runner);
    else surplus.push(runner);
  }
  const asleep = current.filter((r) => r.power === "off");
  while (wanting() && asleep.length > 0) {
    const runner = asleep.shift() as ObservedRunner;
    keep(runner, "on");
    steps.push({ kind: "wake", id: runner.id });
  }

  // Nadir: sleeping ones stay while there is room, idle surplus joins them, the rest goes.
  const nadirRoom = () => count(kept, "off") < sizes.nadir.maxCount && kept.size < total;
  for (const runner of asleep) {
    if (nadirRoom()) keep(runner);
    else steps.push({ kind: "remove", id: runner.id, reason: "over the limit" });
  }
  for (const runner of surplus) {
    if (nadirRoom()) {
      keep(runner, "off");
      steps.push({ kind: "sleep", id: runner.id });
    } else {
      steps.push({ kind: "remove", id: runner.id, reason: "over the limit" });
    }
  }

  // New ones. Ids of runners that go now are not used again: their folders and records may still be there.
  const taken = new Set(runners.map((r) => r.id));
  const create = (power: "on" | "off") => {
    const id = newRunnerId(revision, taken);
    taken.add(id);
    kept.set(id, { power, revision, shard: freeShard(kept), place });
    steps.push({ kind: "create", id, power });
  };
  while (wanting() && kept.size < total) create("on");
  while (count(kept, "off") < sizes.nadir.minCount && nadirRoom()) create("off");

  return {
    runners: Object.fromEntries([...kept].sort(([a], [b]) => compareIds(a, b))),
    steps,
    overLimit: [...kept].filter(([, { power }]) => power === "on").map(([id]) => id).slice(sizes.apex.maxCount),
  };
}

/** Deterministic and telling: the first six digits of the revision and the lowest free number. */
export function newRunnerId(revision: string, taken: ReadonlySet<string>): string {
  const prefix = revision.slice(0, 6);
  let number = 1;
  while (taken.has(`${prefix}-${number}`)) number++;
  return `${prefix}-${number}`;
}

function isLeaving(runner: ObservedRunner, revision: string): boolean {
  return runner.revision !== revision || runner.draining;
}

function count(runners: ReadonlyMap<string, RunnerEntry>, power: "on" | "off"): number {
  let n = 0;
  for (const runner of runners.values()) if (runner.power === power) n++;
  return n;
}

/** The first stack with room. */
function freeShard(runners: ReadonlyMap<string, RunnerEntry>): number {
  const used = new Map<number, number>();
  for (const { shard } of runners.values()) used.set(shard, (used.get(shard) ?? 0) + 1);
  let shard = 1;
  while ((used.get(shard) ?? 0) >= RUNNERS_PER_STACK) shard++;
  return shard;
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return compareIds(a.id, b.id);
}

/** `ab12cd-2` before `ab12cd-10`, the same in every locale. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
