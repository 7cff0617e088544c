import type { Applied } from "../engine";
import type { DeploymentEnd, PlanSummary } from "../store/deployment";
import type { RunnerEntry } from "../vocabulary/runner-entry";
import { applySaved } from "./apply-saved";
import { elsewhere } from "./capacity";
import { openUnitStack, type EngineContext, type MachinePower } from "./engine-context";
import { isAdopted, type LostMachine, machineAddress } from "./lost-machines";
import { putConfiguration } from "./put-configuration";
import { restarts } from "./restarts";
import type { DeploymentSite } from "./site";
import type { UnitPlan } from "./situation";
import { applied } from "./summary";
import { applyTakingUp } from "./taken-names";
import type { DeployableUnit } from "./wanted";

/** What starts and stops machines on AWS, after the machines themselves. */
const AWS_POWER = "aws_ec2_instance_state.";

type Runners = Readonly<Record<string, RunnerEntry>>;

/**
 * Brings a unit's stacks to their configuration and its runners to what was decided. A machine for which a zone or an
 * instance type has no capacity is tried at the Egg's next place.
 */
export async function applyUnit(
  plan: UnitPlan,
  wanted: DeployableUnit,
  configurations: ReadonlyMap<string, string>,
  site: DeploymentSite,
  context: EngineContext,
  count: (done: PlanSummary) => void,
): Promise<Pick<DeploymentEnd, "runners"> & { readonly notes: readonly string[] }> {
  for (const { name, configurationHash } of wanted.stacks) await putConfiguration(site.workspace, name, configurations.get(configurationHash) as string);
  const notes: string[] = [];
  const work: UnitWork = { plan, wanted, configurations, site, context, count, tell: (note) => void notes.push(note) };
  let runners: Runners = plan.decision.runners;
  const taken = new Set<string>();
  for (;;) {
    try {
      await applyStacks(work, runners, taken);
      return { notes, ...(runners !== plan.decision.runners && { runners }) };
    } catch (error) {
      // A saved plan names its places.
      const moved = plan.plans ? undefined : elsewhere(error, runners, await placesOf(wanted, site, context, error));
      if (!moved) throw error;
      runners = moved.runners;
      notes.push(...moved.notes);
    }
  }
}

interface UnitWork {
  readonly plan: UnitPlan;
  readonly wanted: DeployableUnit;
  readonly configurations: ReadonlyMap<string, string>;
  readonly site: DeploymentSite;
  readonly context: EngineContext;
  count(done: PlanSummary): void;
  /** Takes a line for people. */
  tell(note: string): void;
}

/** Applies every stack; the first hands over what the others need. `taken`: lost machines that are in the state by now. */
async function applyStacks({ plan, wanted, configurations, site, context, count, tell }: UnitWork, runners: Runners, taken: Set<string>): Promise<void> {
  const apply = async ({ name: stack, configurationHash }: DeployableUnit["stacks"][number], more: Readonly<Record<string, unknown>> = {}): Promise<Applied> => {
    const variables = wanted.runnerType === "vm" ? { runners, ...more } : {};
    const opened = openUnitStack(site.workspace, stack, context);
    const saved = plan.plans?.get(stack);
    for (const machine of adopted(plan, wanted, stack)) {
      if (taken.has(machine.instance)) continue;
      taken.add(machine.instance);
      await opened.import(machineAddress(machine), machine.instance, { variables: { ...variables, runners: existing(plan, runners, taken) } });
    }
    const applyNow = () => (saved ? applySaved(opened, saved) : opened.apply({ variables, replace: restarts(plan, stack) }));
    // Only where a deployment before this one did not end well: else what is there is nobody's that we know.
    const mayTakeUp = plan.found.records.pending !== undefined && !saved && wanted.cloud === "aws";
    const done = !mayTakeUp
      ? await applyNow()
      : await applyTakingUp(
          applyNow,
          {
            name: stack,
            region: wanted.location,
            stack: opened,
            configuration: configurations.get(configurationHash) as string,
            variables: { ...variables, ...("runners" in variables && { runners: existing(plan, runners, taken) }) },
            context,
            reasons: () => reasonsOf(plan.unit, site),
          },
          (address) => tell(`${address} was there already, with the marks of this unit: it was taken up`),
        );
    count(applied(done));
    const power = powerOf(done.outputs["power"]);
    const switched = power.length > 0 ? await context.machines?.setPower(wanted.location, power) : done.resources.some(({ address, action }) => address.startsWith(AWS_POWER) && action !== "delete");
    // The machines' own resources learn of it, or it would look as if somebody else had done it.
    if (switched) await opened.apply({ variables, refreshOnly: true });
    return done;
  };
  const [first, ...rest] = wanted.stacks;
  if (!first) return;
  if (wanted.cloud === "local") {
    // They share nothing.
    await all(wanted.stacks.map((stack) => apply(stack)));
    return;
  }
  const done = await apply(first);
  await all(rest.map((stack) => apply(stack, { shared: done.outputs["shared"] })));
}

/** Machines that the state has lost and that belong to this stack. */
function adopted({ decision, lost }: UnitPlan, { stacks }: DeployableUnit, stack: string): readonly LostMachine[] {
  return [...(lost?.runners ?? [])].flatMap(([id, machine]) => {
    const entry = decision.runners[id];
    return isAdopted(machine, entry) && stacks[(entry?.shard ?? 1) - 1]?.name === stack ? [machine] : [];
  });
}

/** The runners whose machines are in the state, or come into it now: an import looks at outputs, too, which name each one's. */
function existing({ found, lost }: UnitPlan, runners: Runners, taken: ReadonlySet<string>): Runners {
  const there = new Set(found.runners.filter(({ id }) => taken.has(lost?.runners.get(id)?.instance ?? "") || !lost?.runners.has(id)).map(({ id }) => id));
  return Object.fromEntries(Object.entries(runners).filter(([id]) => there.has(id)));
}

/** Why the deployments of a unit since its last good one have failed, as far as they are looked at. */
async function reasonsOf(unit: string, { store }: DeploymentSite): Promise<readonly string[]> {
  const newest = await store.history({ unit, limit: 20 });
  const good = newest.findIndex(({ end }) => end?.result === "succeeded");
  return newest.slice(0, good < 0 ? newest.length : good).flatMap(({ end }) => end?.reason ?? []);
}

/** All of it is done before the first failure is told: what runs must not be left alone. */
async function all<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}

/** The output `power` of a stack on Yandex Cloud. */
function powerOf(output: unknown): readonly MachinePower[] {
  if (typeof output !== "object" || output === null) return [];
  return Object.entries(output as Readonly<Record<string, { readonly instance: string; readonly power: "on" | "off" }>>).map(([runner, { instance, power }]) => ({ runner, instance, power }));
}

/** How many places the Egg has; the first stack's output lists them. Asked only where an apply has failed. */
async function placesOf({ stacks, runnerType, cloud }: DeployableUnit, { workspace }: DeploymentSite, context: EngineContext, error: unknown): Promise<number> {
  const [first] = stacks;
  if (!first || runnerType !== "vm" || cloud === "local" || (context.interrupts?.count ?? 0) > 0 || !(error instanceof Error)) return 0;
  const places = (await openUnitStack(workspace, first.name, context).outputs().catch(() => undefined))?.["places"]?.value;
  return Array.isArray(places) ? places.length : 0;
}
