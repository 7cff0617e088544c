import type { Engine } from "../engine";
import { startRunner } from "../runner/launch";
import { drainRunner } from "../runner/records";
import { stopRunner } from "../runner/stop";
import type { DeploymentEnd, DeploymentRecord, Deployment, PlanSummary } from "../store/deployment";
import { GoslingError, messageOf } from "../vocabulary/error";
import { applyUnit } from "./apply-unit";
import { deployedStacks } from "./decide-unit";
import type { EngineContext } from "./engine-context";
import { failureOf, isInterruption } from "./failures";
import { endLost, endSurplus, isAdopted, NONE_LOST } from "./lost-machines";
import type { Origin } from "./origin";
import { removeStacks } from "./remove-stacks";
import { restarting } from "./restarts";
import type { DeploymentSite } from "./site";
import { machineUnit, named, type UnitPlan } from "./situation";
import { addSummaries, NOTHING } from "./summary";
import type { DeployableUnit } from "./wanted";
import { leaveOldName, moveStates } from "./take-over";

/** What was done to one unit. */
export interface Done {
  readonly summary: PlanSummary;
  readonly notes: readonly string[];
}

/**
 * Does what was decided for one unit. Before anything changes the intention is recorded, and afterwards how it
 * ended: whatever ends this half-way, the next deployment finds a record without a good end.
 */
export async function carryOut(plan: UnitPlan, site: DeploymentSite, shared: EngineContext, origin: Origin): Promise<Done> {
  const { decision, found } = plan;
  for (const step of decision.steps) {
    const record = step.kind === "drain" ? found.runners.find((runner) => runner.id === step.id)?.record : undefined;
    if (record) await drainRunner(record);
  }
  if (decision.action === "none" || decision.action === "held") return { summary: NOTHING, notes: [] };
  if (decision.action !== "replace") return recorded(plan, site, shared, origin);
  // Two deployments: as long as the first has not ended well, what is there is known to be what the old configuration made.
  const removed = await recorded(removal(plan), site, shared, origin);
  const made = await recorded(afresh(plan), site, shared, origin);
  return { summary: addSummaries(removed.summary, made.summary), notes: [...removed.notes, ...made.notes] };
}

/** The first half of a replacement: what is there goes, under the name that it was deployed under. */
function removal({ takesOver, ...plan }: UnitPlan): UnitPlan {
  const { found, decision } = plan;
  const unit = takesOver ?? plan.unit;
  return { ...plan, unit, decision: { ...decision, unit, action: "destroy", runners: {}, goneStacks: [...deployedStacks(found.records).keys()] } };
}

/** The second half: nothing is there any more. */
function afresh({ takesOver: _, lost: __, ...plan }: UnitPlan): UnitPlan {
  const { unit, decision } = plan;
  return { ...plan, found: { unit, records: { unit }, runners: [] }, decision: { ...decision, action: "apply", goneStacks: [] } };
}

/** One deployment of one unit, with its record. */
async function recorded(plan: UnitPlan, site: DeploymentSite, shared: EngineContext, origin: Origin): Promise<Done> {
  const { decision, takesOver } = plan;
  const context: EngineContext = { ...shared, engine: plan.engine ?? shared.engine };
  const deployment = newDeployment(plan, context.engine, origin);
  const configurations = new Map<string, string>();
  if (decision.action !== "destroy") for (const stack of plan.wanted?.stacks ?? []) configurations.set(stack.configurationHash, await stack.read());
  // The state first: until the old name's end is recorded, all of this is done again by whoever comes after a crash.
  const moves = takesOver !== undefined && decision.action === "apply";
  if (moves) await moveStates(takesOver, plan, configurations, site, context);
  await site.store.begin(deployment, configurations);
  const end = (rest: Omit<DeploymentEnd, "at">) => site.store.end(deployment.unit, deployment.id, { at: new Date(origin.now()).toISOString(), ...rest });
  let summary = NOTHING;
  const count = (done: PlanSummary) => void (summary = addSummaries(summary, done));
  let changed: Changed;
  try {
    if (moves) await leaveOldName(takesOver, site, origin);
    changed = await withMachinesHeld(plan, context, () => change(plan, site, context, configurations, count));
  } catch (error) {
    const reason = messageOf(error);
    throw await failureOf(error, () => recordEnd("That", () => end({ result: isInterruption(error) ? "interrupted" : "failed", summary, reason: shared.mask?.(reason) ?? reason })));
  }
  const { notes, runners } = changed;
  await recordEnd(`${deployment.unit} is as it was to be, and that`, () => end({ result: "succeeded", summary, ...(notes.length > 0 && { notes }), ...(runners && { runners }) }));
  return { summary, notes };
}

/** @throws GoslingError `END_UNRECORDED` */
async function recordEnd(what: string, end: () => Promise<void>): Promise<void> {
  try {
    await end();
  } catch (error) {
    const way = error instanceof GoslingError && error.hint !== undefined ? `${error.hint} ` : "";
    throw new GoslingError("END_UNRECORDED", `${what} could not be recorded: ${messageOf(error)}`, { hint: `${way}The next deploy looks at what is there and goes on.`, cause: error });
  }
}

type Changed = Pick<DeploymentEnd, "runners"> & { readonly notes: readonly string[] };

async function change(plan: UnitPlan, site: DeploymentSite, context: EngineContext, configurations: ReadonlyMap<string, string>, count: (done: PlanSummary) => void): Promise<Changed> {
  const { unit, wanted, found, decision, takesOver, allowDestroy, lost = NONE_LOST } = plan;
  const surelyIdle = async (ids: readonly string[]) => (allowDestroy ? ids : ((await context.machines?.surelyIdle(machineUnit(found), ids)) ?? []));
  const leaveNone = () => endSurplus(unit, lost.surplus, surelyIdle, context);
  await abortRemoved(plan, context);
  if (plan.plans && lost.runners.size + lost.surplus.length > 0) {
    throw new GoslingError("PLAN_STALE", `${unit} has machines that the engine's state doesn't know, and a saved plan can't take them over`, { hint: "Deploy it without a saved plan." });
  }
  // Before the engine: what a machine uses can't go while it is there, and its name is taken.
  await endLost([...lost.runners].flatMap(([id, machine]) => (isAdopted(machine, decision.runners[id]) ? [] : [machine])), context);
  if (decision.action === "destroy") {
    const notes = await leaveNone();
    await removeStacks(decision.goneStacks, plan, site, context, count);
    return { notes };
  }
  if (!wanted) throw new Error(`${unit} is to be deployed and nothing is wanted of it`);
  if (takesOver === undefined) await removeStacks(decision.goneStacks, plan, site, context, count);
  const { notes, ...applied } = await applyUnit(plan, wanted, configurations, site, context, count);
  await adoptAgents(plan, context);
  return { ...applied, notes: [...notes, ...(await leaveNone())] };
}

/** Machines that are on and go take no job meanwhile, and are asked for once more before they do. */
async function withMachinesHeld<T>(plan: UnitPlan, { machines }: EngineContext, work: () => Promise<T>): Promise<T> {
  const { found, decision } = plan;
  const leaving = found.runners.filter(({ id, power }) => power === "on" && decision.runners[id]?.power !== "on").map(({ id }) => id);
  const inCloud = (found.records.applied ?? found.records.pending)?.cloud !== "local";
  if (!inCloud || leaving.length === 0 || machines === undefined || plan.allowDestroy === true) return work();
  const unit = machineUnit(found);
  await machines.pause(unit);
  let done: T;
  try {
    const idle = new Set(await machines.surelyIdle(unit, leaving));
    const busy = leaving.filter((id) => !idle.has(id));
    if (busy.length > 0) {
      throw new GoslingError("RUNNER_BUSY", `${unit.unit} was not changed: ${busy.join(", ")} took a job in the last moment`, { hint: "Run the same command again: it decides anew." });
    }
    done = await work();
  } catch (error) {
    throw await failureOf(error, () => machines.resume(unit));
  }
  await machines.resume(unit);
  return done;
}

/** Ends jobs of local runners that were meant to go whatever they do; the engine would wait for them. */
async function abortRemoved({ found, decision, allowDestroy }: UnitPlan, { nestRoot }: EngineContext): Promise<void> {
  if (!allowDestroy) return;
  const leaving = found.runners.filter(({ id, record }) => record?.busy === true && decision.runners[id]?.power !== "on");
  await Promise.all(leaving.map(({ home, id }) => stopRunner({ nestRoot, egg: home, id, now: true, progress: () => undefined })));
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

function newDeployment(plan: UnitPlan, engine: Engine, origin: Origin): Deployment {
  const { unit, wanted, found, takesOver } = plan;
  const last = found.records.pending ?? found.records.applied;
  const at = new Date(origin.now()).toISOString();
  const leaves = plan.decision.action === "destroy" || !wanted;
  const record = leaves ? last && { ...last, at } : wantedRecord(plan, wanted, engine, at);
  if (!record) throw new Error(`${unit} is to be removed and nothing is recorded of it`);
  return {
    id: origin.newId(),
    unit,
    kind: leaves ? "destroy" : wanted.restores === undefined ? "deploy" : "rollback",
    record,
    ...origin.facts,
    ...(takesOver !== undefined && { takesOver }),
    ...(!leaves && wanted.restores !== undefined && { restores: wanted.restores }),
  };
}

function wantedRecord({ unit, found, decision, takesOver }: UnitPlan, wanted: DeployableUnit, engine: Engine, at: string): DeploymentRecord {
  const homes = Object.fromEntries(found.runners.flatMap(({ id, home }) => (home !== unit && decision.runners[id] ? [[id, home] as const] : [])));
  return {
    format: 1,
    unit,
    kind: wanted.kind,
    cloud: wanted.cloud,
    location: wanted.location,
    runnerType: wanted.runnerType,
    revision: wanted.revision,
    pool: wanted.sizes,
    ...(wanted.repositories.length > 0 && { repositories: wanted.repositories }),
    stacks: wanted.stacks.map(({ name, configurationHash }) => ({ name, configurationHash })),
    runners: decision.runners,
    ...(Object.keys(homes).length > 0 && { homes }),
    ...(takesOver !== undefined && { takesOver }),
    engine: named(engine),
    at,
  };
}
