import { type Action, type Change, mapConcurrent } from "../engine";
import { readRunners } from "../runner/records";
import type { UnitRecords } from "../store/deployment";
import { stackName } from "../vocabulary/unit-stacks";
import { copyStack } from "./copy-stack";
import { deployedStacks } from "./decide-unit";
import { type EngineContext, openUnitStack } from "./engine-context";
import { observeUnit } from "./observe";
import { removalVariables } from "./remove-stacks";
import { inScratch } from "./scratch";
import type { DeploymentSite } from "./site";
import type { Workspace } from "./workspace";

/** What differs from what was deployed last. */
export interface UnitDrift {
  readonly unit: string;
  readonly changes: readonly DriftedResource[];
  /** Why it could not be looked at. */
  readonly error?: unknown;
}

export interface DriftedResource {
  readonly stack: string;
  readonly address: string;
  /** `changed` or `gone`: behind our back. `pending`: an apply of what was deployed last would still do something. */
  readonly drift: "changed" | "gone" | "pending";
  /** What an apply would do about it. */
  readonly action?: Action;
}

/**
 * Compares what is there with what was deployed last, unit by unit: the engine looks at every resource. Nothing is
 * changed or locked, and the state stays as it is.
 */
export async function findDrift(site: DeploymentSite, context: EngineContext, units: readonly UnitRecords[]): Promise<readonly UnitDrift[]> {
  const settled = await inScratch((scratch) => mapConcurrent(units, (records) => driftOf(records, site, scratch, context)));
  return settled.map((outcome, index) => (outcome.status === "fulfilled" ? outcome.value : { unit: (units[index] as UnitRecords).unit, changes: [], error: outcome.reason }));
}

async function driftOf(records: UnitRecords, site: DeploymentSite, scratch: Workspace, context: EngineContext): Promise<UnitDrift> {
  const { unit } = records;
  const changes: DriftedResource[] = [];
  for (const [name, configurationHash] of deployedStacks(records)) {
    if (!(await copyStack(site, { name, configurationHash }, scratch))) continue;
    const variables = await removalVariables(name, { found: { unit, records, runners: [] } }, { ...site, workspace: scratch }, context);
    const plan = await openUnitStack(scratch, name, context, { lock: false }).plan({ variables });
    changes.push(...drifted(name, plan.drift, plan.changes));
  }
  return { unit, changes: [...changes, ...(await deadRunners(records, context))] };
}

/** Local runners whose process is gone: the engine doesn't look after it. */
async function deadRunners(records: UnitRecords, { nestRoot }: EngineContext): Promise<readonly DriftedResource[]> {
  const { unit, applied, pending } = records;
  if ((applied ?? pending)?.cloud !== "local") return [];
  const machine = await readRunners(nestRoot, undefined, [unit, ...Object.values(applied?.homes ?? {})]);
  return observeUnit(unit, records, undefined, machine).runners.filter(({ dead }) => dead).map(({ id, shard }) => ({ stack: stackName(unit, shard), address: `the process of runner ${id}`, drift: "gone" }));
}

/** Pure. */
export function drifted(stack: string, drift: readonly Change[], planned: readonly Change[]): readonly DriftedResource[] {
  const actions = new Map(planned.map(({ resource, action }) => [resource.address, action]));
  const behind = drift.map(({ resource: { address }, action }): DriftedResource => {
    const answer = actions.get(address);
    return { stack, address, drift: action === "delete" ? "gone" : "changed", ...(answer !== undefined && { action: answer }) };
  });
  const told = new Set(behind.map(({ address }) => address));
  const pending = planned.filter(({ resource }) => !told.has(resource.address)).map(({ resource: { address }, action }): DriftedResource => ({ stack, address, drift: "pending", action }));
  return [...behind, ...pending];
}
