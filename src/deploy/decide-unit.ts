import { decidePool, type PoolSizes, type PoolStep } from "../uglyfox/pool-size";
import type { DeploymentRecord, UnitKind, UnitRecords } from "../store/deployment";
import type { RunnerEntry } from "../vocabulary/runner-entry";
import type { FoundRunner, FoundUnit } from "./observe";

/** What the Nest wants of a unit: its synthesized stacks and what decides its pools. */
export interface WantedUnit {
  /** Egg's or bucket's name; `job.NAME` for a Job, `rift.NAME`, `service.mothergoose`. */
  readonly unit: string;
  readonly kind: UnitKind;
  readonly cloud: DeploymentRecord["cloud"];
  /** What its provider is bound to: a region, a folder; empty on this machine. */
  readonly location: string;
  readonly runnerType: "vm" | "serverless";
  readonly revision: string;
  readonly sizes: PoolSizes;
  readonly stacks: readonly { readonly name: string; readonly configurationHash: string }[];
  readonly place: string;
}

export interface UnitSituation {
  readonly found: FoundUnit;
  /** Absent: the Nest no longer has it, or it is to be destroyed. */
  readonly wanted?: WantedUnit;
  readonly engine: { readonly name: string; readonly version: string };
  /** Look at every unit, changed or not. */
  readonly refresh?: boolean;
}

/** A runner whose process died and is started again. */
export interface RestartStep {
  readonly kind: "restart";
  readonly id: string;
}

export type UnitStep = PoolStep | RestartStep;

/**
 * - `none`: all is as it should be; the engine is not asked.
 * - `apply`: bring the stacks to the wanted configuration with these runners.
 * - `replace`: what is there must go with the configuration that made it before the new one can come: the
 *   cloud or its region changed, or the kind of local runner, and with it the resources that end a process.
 * - `destroy`: nothing of it stays.
 * - `held`: busy runners stand in the way; they are drained, and a later deployment goes on.
 */
export interface UnitDecision {
  readonly unit: string;
  readonly action: "none" | "apply" | "replace" | "destroy" | "held";
  readonly steps: readonly UnitStep[];
  readonly runners: Readonly<Record<string, RunnerEntry>>;
  /** Stacks of the last deployment that the wanted one doesn't have any more. */
  readonly goneStacks: readonly string[];
  /** Busy runners that go when their jobs are over. */
  readonly waiting: readonly string[];
}

/** Decides one unit. Pure; a busy runner is never removed by it. */
export function decideUnit({ found, wanted, engine, refresh = false }: UnitSituation): UnitDecision {
  const { unit, records } = found;
  const last = records.pending ?? records.applied;
  const steps: UnitStep[] = [];
  const current = entries(found.runners);

  if (!wanted) {
    const busy = drainAll(found.runners, steps);
    if (busy.length > 0) return { unit, action: "held", steps, runners: current, goneStacks: [], waiting: ids(busy) };
    return { unit, action: "destroy", steps, runners: {}, goneStacks: [...deployedStacks(records).keys()], waiting: [] };
  }

  const moved = last !== undefined && (last.cloud !== wanted.cloud || last.location !== wanted.location);
  if (wanted.runnerType === "serverless" || moved) {
    const busy = drainAll(found.runners, steps);
    if (busy.length > 0) return { unit, action: "held", steps, runners: current, goneStacks: [], waiting: ids(busy) };
    const replaced = moved || (wanted.cloud === "local" && (found.runners.length > 0 || last?.runnerType === "vm"));
    if (replaced) {
      const fresh = wanted.runnerType === "vm" ? decidePool({ sizes: wanted.sizes, revision: wanted.revision, runners: [], demand: 0, place: wanted.place }) : undefined;
      return { unit, action: "replace", steps: [...steps, ...(fresh?.steps ?? [])], runners: fresh?.runners ?? {}, goneStacks: [], waiting: [] };
    }
    const changed = isChanged(wanted, {}, found, engine);
    return { unit, action: changed || refresh ? "apply" : "none", steps, runners: {}, goneStacks: goneStacks(wanted, records), waiting: [] };
  }

  // Runners of a stack that is not needed any more leave like those of an old configuration.
  const runners = found.runners.map((runner) => (runner.shard > wanted.stacks.length ? { ...runner, draining: true } : runner));
  const decision = decidePool({ sizes: wanted.sizes, revision: wanted.revision, runners, demand: 0, place: wanted.place });
  steps.push(...decision.steps);
  for (const runner of found.runners) {
    if (runner.dead && decision.runners[runner.id]?.power === "on") steps.push({ kind: "restart", id: runner.id });
  }
  const stuck = found.runners.filter((runner) => runner.shard > wanted.stacks.length && decision.runners[runner.id]);
  if (decision.overLimit.length > 0 || stuck.length > 0) {
    for (const runner of stuck) if (!runner.draining) steps.push({ kind: "drain", id: runner.id, reason: "over the limit" });
    const over = new Set([...decision.overLimit, ...stuck.map((runner) => runner.id)]);
    return { unit, action: "held", steps: steps.filter((step) => step.kind === "drain"), runners: current, goneStacks: [], waiting: [...over].sort() };
  }
  const waiting = ids(runners.filter((runner) => runner.activity === "busy" && (runner.draining || runner.revision !== wanted.revision)));
  const changed = isChanged(wanted, decision.runners, found, engine) || steps.some((step) => step.kind === "restart");
  return { unit, action: changed || refresh ? "apply" : steps.length > 0 ? "held" : "none", steps, runners: decision.runners, goneStacks: goneStacks(wanted, records), waiting };
}

function isChanged(wanted: WantedUnit, runners: Readonly<Record<string, RunnerEntry>>, { records }: FoundUnit, engine: UnitSituation["engine"]): boolean {
  const { applied, pending } = records;
  if (pending || !applied) return true;
  return (
    hashes(applied.stacks) !== hashes(wanted.stacks) ||
    canonical(applied.runners) !== canonical(runners) ||
    applied.engine.name !== engine.name ||
    applied.engine.version !== engine.version
  );
}

function hashes(stacks: WantedUnit["stacks"]): string {
  return stacks.map(({ name, configurationHash }) => `${name} ${configurationHash}`).join("\n");
}

/**
 * All stacks that may hold something of a unit, with the configuration that each was deployed with last: a deployment
 * that failed may not have removed what the one before it had made.
 */
export function deployedStacks({ applied, pending }: UnitRecords): ReadonlyMap<string, string> {
  return new Map([applied, pending].flatMap((record) => record?.stacks.map(({ name, configurationHash }) => [name, configurationHash] as const) ?? []));
}

function goneStacks(wanted: WantedUnit, records: UnitRecords): readonly string[] {
  const names = new Set(wanted.stacks.map((stack) => stack.name));
  return [...deployedStacks(records).keys()].filter((name) => !names.has(name));
}

/** Steps that empty a unit; answers with the runners that can't go yet. */
function drainAll(runners: readonly FoundRunner[], steps: UnitStep[]): readonly FoundRunner[] {
  const busy = runners.filter((runner) => runner.activity === "busy");
  for (const runner of runners) {
    if (runner.activity !== "busy") steps.push({ kind: "remove", id: runner.id, reason: runner.draining ? "drained" : "no longer wanted" });
    else if (!runner.draining) steps.push({ kind: "drain", id: runner.id, reason: "no longer wanted" });
  }
  return busy;
}

function entries(runners: readonly FoundRunner[]): Readonly<Record<string, RunnerEntry>> {
  return Object.fromEntries(runners.map(({ id, power, revision, shard, place }) => [id, { power, revision, shard, place }]));
}

function ids(runners: readonly FoundRunner[]): readonly string[] {
  return runners.map((runner) => runner.id);
}

function canonical(runners: Readonly<Record<string, RunnerEntry>>): string {
  return JSON.stringify(Object.entries(runners).sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, r]) => [id, r.power, r.revision, r.shard, r.place]));
}
