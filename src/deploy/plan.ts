import { join } from "node:path";
import { mapConcurrent, type Plan } from "../engine";
import type { PlanSummary } from "../store/deployment";
import { copyStack, copyState } from "./copy-stack";
import { deployedStacks } from "./decide-unit";
import { openUnitStack, type EngineContext } from "./engine-context";
import { deployedConfiguration, putConfiguration } from "./put-configuration";
import { removalVariables } from "./remove-stacks";
import { restarts } from "./restarts";
import type { DeploymentSite } from "./site";
import type { UnitPlan } from "./situation";
import { addSummaries, NOTHING, planned } from "./summary";
import type { DeployableUnit } from "./wanted";
import { stackFolder, type Workspace } from "./workspace";

/** What the engine would do to one unit. */
export interface PlannedUnit extends UnitPlan {
  /** Sum over all stacks; none where the engine needs not be asked. */
  readonly summary?: PlanSummary;
  /** The engine's plans that were asked for, in the order in which they are to be applied. */
  readonly stackPlans?: readonly StackPlan[];
  /** Its further stacks were planned with stand-ins for what the first one will hand over: right in number, not to be applied. */
  readonly provisional?: boolean;
}

/** A plan of the engine for one stack, kept in a file. */
export interface StackPlan {
  readonly stack: string;
  readonly configurationHash: string;
  readonly destroy: boolean;
  /** Absolute path. It may hold secrets. */
  readonly file: string;
}

/** Name of a plan's file in a stack's folder. */
const PLAN_FILE = "gosling.tfplan";

/**
 * Asks the engine what it would do, in a scratch workspace: local states are copied there, nothing of the Nest
 * is written, no lock is taken. One unit that can't be planned stops no other.
 *
 * @param keep Keep the engine's plans as files in the scratch workspace.
 */
export async function planUnits(units: readonly UnitPlan[], site: DeploymentSite, scratch: Workspace, context: EngineContext, keep = false): Promise<readonly PlannedUnit[]> {
  const settled = await mapConcurrent(units, async (plan) => ({ ...plan, ...(await planUnit(plan, site, scratch, { ...context, engine: plan.engine ?? context.engine }, keep)) }));
  return settled.map((outcome, index) => (outcome.status === "fulfilled" ? outcome.value : { ...(units[index] as UnitPlan), error: outcome.reason }));
}

async function planUnit(unit: UnitPlan, site: DeploymentSite, scratch: Workspace, context: EngineContext, keep: boolean): Promise<Pick<PlannedUnit, "summary" | "stackPlans" | "provisional">> {
  if (unit.error !== undefined) throw unit.error;
  const { wanted, found, decision, takesOver } = unit;
  const deployed = deployedStacks(found.records);
  const stackPlans: StackPlan[] = [];
  let summary = NOTHING;
  let provisional = false;
  const add = (plan: Plan, workspace: Workspace, stack: Omit<StackPlan, "file">) => {
    summary = addSummaries(summary, planned(plan));
    if (plan.file !== undefined) stackPlans.push({ ...stack, file: join(stackFolder(workspace, stack.stack), plan.file) });
  };
  const out = keep ? { out: PLAN_FILE } : {};

  const going = decision.action === "replace" ? [...deployed.keys()] : takesOver === undefined ? decision.goneStacks.filter((name) => deployed.has(name)) : [];
  // The first one goes last, or stays, and hands over what the removal of the others needs.
  const copied = new Set<string>();
  for (const name of going.length > 0 ? new Set([...[...deployed.keys()].slice(0, 1), ...going]) : []) {
    if (await copyStack(site, { name, configurationHash: deployed.get(name) as string }, scratch)) copied.add(name);
  }
  for (const name of going.filter((each) => copied.has(each)).reverse()) {
    const variables = await removalVariables(name, unit, { ...site, workspace: scratch }, context);
    const plan = await openUnitStack(scratch, name, context, { lock: false }).plan({ destroy: true, variables, ...out });
    add(plan, scratch, { stack: name, configurationHash: deployed.get(name) as string, destroy: true });
  }

  if (wanted && (decision.action === "apply" || decision.action === "replace")) {
    // After a removal the new stacks start from nothing: in a workspace of their own.
    const target = decision.action === "replace" ? { root: join(scratch.root, "after") } : scratch;
    let shared: unknown;
    for (const [index, { name, configurationHash, read }] of wanted.stacks.entries()) {
      const before = decision.action === "apply" ? [...deployed.keys()][takesOver === undefined ? [...deployed.keys()].indexOf(name) : index] : undefined;
      await putConfiguration(target, name, before === undefined || takesOver === undefined ? await read() : await withBackendOf(before, deployed, await read(), site));
      if (before !== undefined) await copyState(site, before, target, name);
      const stack = openUnitStack(target, name, context, { lock: false, ...(before !== undefined && { stateOf: before }) });
      const variables = wanted.runnerType === "vm" ? { runners: decision.runners, ...(shared !== undefined && { shared }) } : {};
      add(await stack.plan({ variables, replace: restarts(unit, name), ...out }), target, { stack: name, configurationHash, destroy: false });
      if (index === 0 && wanted.cloud !== "local" && wanted.stacks.length > 1) {
        shared = (await stack.outputs())["shared"]?.value;
        provisional = shared === undefined;
        shared ??= standIn(wanted);
      }
    }
  }
  return { summary, ...(keep && { stackPlans, provisional }) };
}

/** The new configuration over the state of the old name, which is where it is until a deployment moves it. */
async function withBackendOf(stack: string, deployed: ReadonlyMap<string, string>, text: string, site: DeploymentSite): Promise<string> {
  if (site.state === "local") return text;
  const old = JSON.parse(await deployedConfiguration(site, { name: stack, configurationHash: deployed.get(stack) as string })) as StackJson;
  const next = JSON.parse(text) as StackJson;
  return JSON.stringify({ ...next, terraform: { ...next.terraform, backend: old.terraform?.backend } });
}

interface StackJson {
  readonly terraform?: { readonly backend?: unknown };
}

/** What the first stack will hand over, before it was ever applied: a value of the right shape, which changes no count. */
function standIn({ cloud }: DeployableUnit): Readonly<Record<string, string>> {
  const names = cloud === "aws" ? ["instance_profile", "security_group_id", "log_group"] : ["service_account_id", "security_group_id", "log_group_id", "disk_key_id"];
  return Object.fromEntries(names.map((name) => [name, "known-after-apply"]));
}
