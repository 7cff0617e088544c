import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { PlanSummary } from "../store/deployment";
import { deployedStacks } from "./decide-unit";
import { openUnitStack, type EngineContext } from "./engine-context";
import { applySaved } from "./apply-saved";
import { restoreConfiguration } from "./put-configuration";
import type { DeploymentSite } from "./site";
import type { UnitPlan } from "./situation";
import { applied } from "./summary";
import { stackFolder, stateFile } from "./workspace";

/**
 * Ends stacks by the configuration that they were deployed with last: only that knows how their processes are ended,
 * and in which region their machines are. Further stacks go before the first, which holds what they share.
 */
export async function removeStacks(stacks: readonly string[], plan: UnitPlan, site: DeploymentSite, context: EngineContext, count: (done: PlanSummary) => void): Promise<void> {
  const { workspace, state } = site;
  const deployed = deployedStacks(plan.found.records);
  for (const name of [...stacks].reverse()) {
    const configurationHash = deployed.get(name);
    if (configurationHash !== undefined && (state !== "local" || existsSync(stateFile(workspace, name)))) {
      await restoreConfiguration(site, { name, configurationHash });
      const stack = openUnitStack(workspace, name, context);
      const saved = plan.plans?.get(name);
      count(applied(saved ? await applySaved(stack, saved) : await stack.destroy({ variables: await removalVariables(name, plan, site, context) })));
    }
    await forgetStack(name, site);
  }
}

/** Removes what this machine keeps of a stack that is no more. */
export async function forgetStack(stack: string, { workspace, state }: DeploymentSite): Promise<void> {
  await rm(stackFolder(workspace, stack), { recursive: true, force: true });
  if (state === "local") for (const suffix of ["", ".backup"]) await rm(`${stateFile(workspace, stack)}${suffix}`, { force: true });
}

/** Values of the variables that a unit's stack was applied with last. */
export async function removalVariables(stack: string, { found }: Pick<UnitPlan, "found">, site: DeploymentSite, context: EngineContext): Promise<Readonly<Record<string, unknown>>> {
  const { applied: done, pending } = found.records;
  const last = done ?? pending;
  if (last?.runnerType !== "vm") return {};
  const first = (pending ?? done)?.stacks[0]?.name;
  if (last.cloud === "local" || stack === first || first === undefined) return { runners: last.runners };
  return { runners: last.runners, shared: (await sharedOutput(first, found, site, context)) ?? {} };
}

/** What the first of a unit's stacks hands over to the others, as its state has it. */
async function sharedOutput(first: string, found: UnitPlan["found"], site: DeploymentSite, context: EngineContext): Promise<unknown> {
  const configurationHash = deployedStacks(found.records).get(first);
  if (configurationHash === undefined) return undefined;
  await restoreConfiguration(site, { name: first, configurationHash });
  return (await openUnitStack(site.workspace, first, context).outputs())["shared"]?.value;
}
