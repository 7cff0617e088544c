import { existsSync } from "node:fs";
import { copyFile, mkdir, rename } from "node:fs/promises";
import { moveState } from "../engine";
import type { UnitRecords } from "../store/deployment";
import { GoslingError } from "../vocabulary/error";
import { deployedStacks } from "./decide-unit";
import { openUnitStack, type EngineContext } from "./engine-context";
import type { Origin } from "./origin";
import { putConfiguration, restoreConfiguration, type DeployedStack } from "./put-configuration";
import { forgetStack } from "./remove-stacks";
import type { DeploymentSite } from "./site";
import type { UnitPlan } from "./situation";
import { stateFile, stateFolder } from "./workspace";

/** Gives the new name the state of the old one. It may be done again: a crash in between loses nothing. */
export async function moveStates(from: string, { unit, wanted }: UnitPlan, configurations: ReadonlyMap<string, string>, site: DeploymentSite, context: EngineContext): Promise<void> {
  const old = await site.store.currentOf(from);
  if (site.state !== "local" && old.pending) {
    // Its state alone says which machines there are, and it would have moved before anybody reads it again after a crash.
    throw new GoslingError("RENAME_UNFINISHED", `${from} can't become ${unit} yet: its last deployment did not end well`, { hint: `Deploy ${from} under its old name first, then rename it.` });
  }
  const before = oldStacks(old);
  const after = wanted?.stacks ?? [];
  if (before.length > after.length) {
    throw new GoslingError("RENAME_AND_SHRINK", `${from} has ${before.length} stacks, and as ${unit} it would have fewer`, {
      hint: "Deploy the new name with the old limits first, then lower the limits.",
    });
  }
  for (const [index, old] of before.entries()) {
    const next = after[index];
    if (!next) continue;
    if (site.state === "local") await copyLocalState(old.name, next.name, site);
    else await moveSharedState(old, next.name, configurations.get(next.configurationHash) as string, site, context);
  }
}

async function copyLocalState(from: string, to: string, { workspace }: DeploymentSite): Promise<void> {
  if (!existsSync(stateFile(workspace, from))) return;
  await mkdir(stateFolder(workspace), { recursive: true, mode: 0o700 });
  // Under the final name in one step.
  await copyFile(stateFile(workspace, from), `${stateFile(workspace, to)}.tmp`);
  await rename(`${stateFile(workspace, to)}.tmp`, stateFile(workspace, to));
}

/** The old place is empty afterwards, so that a new Egg of that name starts from nothing. */
async function moveSharedState(from: DeployedStack, to: string, configuration: string, site: DeploymentSite, context: EngineContext): Promise<void> {
  await restoreConfiguration(site, from);
  await putConfiguration(site.workspace, to, configuration);
  await moveState(openUnitStack(site.workspace, from.name, context), openUnitStack(site.workspace, to, context));
}

/** After that the old name has nothing of its own any more: a new Egg that is given it starts from nothing. */
export async function leaveOldName(from: string, site: DeploymentSite, origin: Origin): Promise<void> {
  for (const stack of oldStacks(await site.store.currentOf(from))) {
    await forgetStack(stack.name, site);
  }
  await recordMove(from, site, origin);
}

/** Records that what was the old name's is another one's now. */
async function recordMove(from: string, { store }: DeploymentSite, origin: Origin): Promise<void> {
  const records = await store.currentOf(from);
  const last = records.pending ?? records.applied;
  if (!last) return;
  const at = new Date(origin.now()).toISOString();
  const id = origin.newId();
  await store.begin({ id, unit: from, kind: "move", record: { ...last, at }, ...origin.facts }, new Map());
  await store.end(from, id, { result: "succeeded", at });
}

/** Stacks under the old name, in the order of their shards. */
function oldStacks(records: UnitRecords): readonly DeployedStack[] {
  return [...deployedStacks(records)].map(([name, configurationHash]) => ({ name, configurationHash }));
}
