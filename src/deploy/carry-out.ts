import { existsSync } from "node:fs";
import { copyFile, rename, rm } from "node:fs/promises";
import { startRunner } from "../runner/launch";
import { drainRunner } from "../runner/records";
import { GoslingError } from "../vocabulary/error";
import { stackName } from "../vocabulary/unit-stacks";
import { openUnitStack, type EngineContext } from "./engine-context";
import type { FoundRunner } from "./observe";
import { putConfiguration } from "./put-configuration";
import { beginRecord, finishRecord, readRecords, type DeploymentRecord } from "./record";
import { named, type UnitPlan } from "./situation";
import { deploymentFolder, stackFolder, stateFile, type Workspace } from "./workspace";

/** Resource names of the local cloud's stacks (`constructs/clouds/local`). */
const PROCESS = "terraform_data.process";

/**
 * Does what was decided for one unit. Before anything changes the intention is written down, and it is
 * taken back only by success: whatever ends this half-way, the next deployment finds it.
 */
export async function carryOut(plan: UnitPlan, workspace: Workspace, context: EngineContext, at: string): Promise<void> {
  const { unit, wanted, found, decision, takesOver } = plan;
  for (const step of decision.steps) {
    const record = step.kind === "drain" ? found.runners.find((runner) => runner.id === step.id)?.record : undefined;
    if (record) await drainRunner(record);
  }
  switch (decision.action) {
    case "none":
    case "held":
      return;
    case "destroy": {
      await destroyStacks(takesOver ?? unit, decision.goneStacks, plan, workspace, context);
      await rm(deploymentFolder(workspace, unit), { recursive: true, force: true });
      return;
    }
    case "replace":
    case "apply": {
      if (!wanted) throw new Error(`${unit} is to be deployed and nothing is wanted of it`);
      if (decision.action === "replace") {
        const from = takesOver ?? unit;
        await destroyStacks(from, stackNames(found.records.pending ?? found.records.applied), plan, workspace, context);
        if (takesOver !== undefined) await rm(deploymentFolder(workspace, takesOver), { recursive: true, force: true });
      } else if (takesOver !== undefined) {
        await takeOver(takesOver, plan, workspace);
      }
      const record = newRecord(plan, wanted, context, at);
      await beginRecord(workspace, record);
      if (decision.action === "apply" && takesOver === undefined) await destroyStacks(unit, decision.goneStacks, plan, workspace, context);
      const settled = await Promise.allSettled(
        wanted.stacks.map(async (stack) => {
          await putConfiguration(workspace, stack.name, stack.file);
          await openUnitStack(workspace, stack.name, context).apply({ variables: variablesOf(plan), replace: restarts(plan, stack.name) });
        }),
      );
      for (const outcome of settled) if (outcome.status === "rejected") throw outcome.reason;
      await adoptAgents(plan, context);
      await finishRecord(workspace, record);
    }
  }
}

/** Value of the stacks' variables; a serverless unit has none. */
export function variablesOf({ wanted, decision }: UnitPlan): Readonly<Record<string, unknown>> {
  return wanted?.runnerType === "vm" ? { runners: decision.runners } : {};
}

/** Value of the variables that a unit's stacks were applied with last. */
export function lastVariables({ found }: UnitPlan): Readonly<Record<string, unknown>> {
  const { applied, pending } = found.records;
  const last = applied ?? pending;
  return last?.runnerType === "vm" ? { runners: last.runners } : {};
}

/** Addresses of one stack's processes that the engine starts again. */
export function restarts(plan: UnitPlan, stack: string): readonly string[] {
  return restarting(plan).flatMap(({ id, shard, orphaned }) => (!orphaned && stackName(plan.unit, shard) === stack ? [`${PROCESS}["${id}"]`] : []));
}

function restarting({ found, decision }: UnitPlan): readonly FoundRunner[] {
  const dead = new Set(decision.steps.flatMap((step) => (step.kind === "restart" ? [step.id] : [])));
  return found.runners.filter((runner) => dead.has(runner.id));
}

/**
 * Gives agents that have outlived their runner's process a new one. Beside the engine: it would end the
 * old process first, which here means to wait for the agent's job.
 */
async function adoptAgents(plan: UnitPlan, { nestRoot, program, env }: EngineContext): Promise<void> {
  for (const { home, id, orphaned } of restarting(plan)) {
    if (orphaned) await startRunner({ nestRoot, egg: home, id, gosling: [process.execPath, program], env });
  }
}

export function stackNames(record: DeploymentRecord | undefined): readonly string[] {
  return record?.stacks.map((stack) => stack.name) ?? [];
}

/** Ends stacks by the configuration that was applied last: only that knows how their processes are ended. */
async function destroyStacks(unit: string, stacks: readonly string[], plan: UnitPlan, workspace: Workspace, context: EngineContext): Promise<void> {
  for (const stack of stacks) {
    if (existsSync(stateFile(workspace, stack))) {
      const pending = await readRecords(workspace, unit);
      if (!pending.pending && pending.applied) await beginRecord(workspace, pending.applied);
      await openUnitStack(workspace, stack, context).destroy({ variables: lastVariables(plan) });
    }
    await rm(stackFolder(workspace, stack), { recursive: true, force: true });
    for (const suffix of ["", ".backup"]) await rm(`${stateFile(workspace, stack)}${suffix}`, { force: true });
  }
}

/** Moves state and record to the new name. Each step may be done again, in this order: a crash in between loses nothing. */
async function takeOver(from: string, { unit, found, wanted }: UnitPlan, workspace: Workspace): Promise<void> {
  const before = stackNames(found.records.pending ?? found.records.applied).length;
  if (before > (wanted?.stacks.length ?? 0)) {
    throw new GoslingError("RENAME_AND_SHRINK", `${from} has ${before} stacks, and as ${unit} it would have fewer`, {
      hint: "Deploy the new name with the old limits first, then lower the limits.",
    });
  }
  for (const [index, stack] of stackNames(found.records.pending ?? found.records.applied).entries()) {
    const target = stateFile(workspace, stackName(unit, index + 1));
    if (existsSync(stateFile(workspace, stack))) {
      // The copy first, under the final name in one step; the original goes with the old record.
      await copyFile(stateFile(workspace, stack), `${target}.tmp`);
      await rename(`${target}.tmp`, target);
    }
  }
  const { applied, pending } = found.records;
  const renamed = (record: DeploymentRecord): DeploymentRecord => ({
    ...record,
    unit,
    stacks: record.stacks.map((stack, index) => ({ ...stack, name: stackName(unit, index + 1) })),
  });
  // Written as pending: the engine's state, and not the record, says from now on what is there.
  const last = pending ?? applied;
  if (last) await beginRecord(workspace, renamed(last));
  await rm(deploymentFolder(workspace, from), { recursive: true, force: true });
  for (const stack of stackNames(last)) {
    await rm(stackFolder(workspace, stack), { recursive: true, force: true });
    for (const suffix of ["", ".backup"]) await rm(`${stateFile(workspace, stack)}${suffix}`, { force: true });
  }
}

function newRecord({ unit, found, decision }: UnitPlan, wanted: NonNullable<UnitPlan["wanted"]>, { engine }: EngineContext, at: string): DeploymentRecord {
  const homes = Object.fromEntries(found.runners.flatMap(({ id, home }) => (home !== unit && decision.runners[id] ? [[id, home] as const] : [])));
  return {
    format: 1,
    unit,
    kind: wanted.kind,
    runnerType: wanted.runnerType,
    revision: wanted.revision,
    stacks: wanted.stacks.map(({ name, configurationHash }) => ({ name, configurationHash })),
    runners: decision.runners,
    ...(Object.keys(homes).length > 0 && { homes }),
    engine: named(engine),
    at,
  };
}
