import { hostname } from "node:os";
import { EngineFailure, mapConcurrent, type StateLock } from "../engine";
import { identify, machineProcesses } from "../runner/processes";
import type { UnitRecords } from "../store/deployment";
import type { LockHolder } from "../store/unit-locks";
import { GoslingError } from "../vocabulary/error";
import { stackName } from "../vocabulary/unit-stacks";
import { copyStack } from "./copy-stack";
import { deployedStacks } from "./decide-unit";
import { openUnitStack, type EngineContext } from "./engine-context";
import { deployedConfiguration, restoreConfiguration, type DeployedStack } from "./put-configuration";
import { removalVariables } from "./remove-stacks";
import type { DeploymentSite } from "./site";
import type { Workspace } from "./workspace";

/** What a unit's states know. */
export interface UnitState {
  readonly unit: string;
  /** In the order in which they were deployed. */
  readonly stacks: readonly StackAddresses[];
  /** Why they could not be read. */
  readonly error?: unknown;
}

export interface StackAddresses {
  readonly stack: string;
  /** Addresses of everything that the state knows, data sources too. */
  readonly addresses: readonly string[];
}

/** Reads what the states of these units know. Nothing is changed or locked: the engine works in `scratch`. */
export async function listStates(units: readonly UnitRecords[], site: DeploymentSite, scratch: Workspace, context: EngineContext): Promise<readonly UnitState[]> {
  const settled = await mapConcurrent(units, async (records): Promise<UnitState> => {
    const stacks: StackAddresses[] = [];
    for (const stack of stacksOf(records)) {
      const there = await copyStack(site, stack, scratch);
      stacks.push({ stack: stack.name, addresses: there ? await openUnitStack(scratch, stack.name, context, { lock: false }).list() : [] });
    }
    return { unit: records.unit, stacks };
  });
  return settled.map((outcome, index) => (outcome.status === "fulfilled" ? outcome.value : { unit: (units[index] as UnitRecords).unit, stacks: [], error: outcome.reason }));
}

/** A lock that somebody holds, or held until it was broken. */
export type HeldLock = { readonly kind: "deployment"; readonly unit: string; readonly holder: LockHolder } | { readonly kind: "state"; readonly stack: string; readonly lock: StateLock };

/**
 * The locks of a unit that are held now: the deployment's, and the engine's of each of its stacks. To find the latter
 * the engine tries to take them, and lets go at once where one is free.
 */
export async function heldLocks(records: UnitRecords, site: DeploymentSite, scratch: Workspace, context: EngineContext): Promise<readonly HeldLock[]> {
  const { unit } = records;
  const holder = await site.locks.holder(unit);
  const held: HeldLock[] = holder ? [{ kind: "deployment", unit, holder }] : [];
  for (const stack of stacksOf(records)) {
    const lock = await stateLock(stack, records, site, scratch, context);
    if (lock) held.push({ kind: "state", stack: stack.name, lock });
  }
  return held;
}

/**
 * Breaks these locks of a unit. Answers with those that were broken: one that is gone or another's by now is left alone.
 * @param force Also a shared lock that names a process of this machine which seems to live.
 * @throws GoslingError `LOCK_ALIVE` for the lock of a process of this machine that lives.
 */
export async function breakLocks(records: UnitRecords, locks: readonly HeldLock[], site: DeploymentSite, scratch: Workspace, context: EngineContext, force = false): Promise<readonly HeldLock[]> {
  await refuseLiving(locks, site, force);
  const broken: HeldLock[] = [];
  for (const held of locks) {
    if (held.kind === "deployment") {
      if ((await site.locks.holder(held.unit))?.id !== held.holder.id) continue;
      await site.locks.unlock(held.unit);
    } else {
      const stack = stacksOf(records).find(({ name }) => name === held.stack);
      if (!stack || (await stateLock(stack, records, site, scratch, context))?.id !== held.lock.id) continue;
      await openUnitStack(scratch, held.stack, context).forceUnlock(held.lock.id);
    }
    broken.push(held);
  }
  return broken;
}

/** @throws GoslingError `LOCK_ALIVE` */
export async function refuseLiving(locks: readonly HeldLock[], site: DeploymentSite, force = false): Promise<void> {
  for (const held of locks) {
    if (held.kind === "state") {
      if (held.lock.endsWithProcess) throw new GoslingError("LOCK_ALIVE", `The state of ${held.stack} is locked by a process of this machine, which is alive`, { hint: "The lock ends with that process: stop it, with Ctrl-C where it runs." });
    } else if (site.state === "local" || (!force && (await livesHere(held.holder)))) {
      const forced = site.state === "local" ? "" : " Is that another program by now: gosling state unlock --force.";
      throw new GoslingError("LOCK_ALIVE", `The lock of ${held.unit} is held by ${held.holder.who}, which is alive`, { hint: `It ends with that process: stop the process, with Ctrl-C where it runs.${forced}` });
    }
  }
}

/** Whether a holder is a process of this machine, and there is one of that number. */
async function livesHere({ who }: LockHolder): Promise<boolean> {
  const [, host, pid] = HOLDER.exec(who) ?? [];
  return host === hostname() && (await identify(machineProcesses, Number(pid))) !== undefined;
}

/** Who holds a stack's state: asked by a plan that looks at nothing. */
async function stateLock(stack: DeployedStack, records: UnitRecords, site: DeploymentSite, scratch: Workspace, context: EngineContext): Promise<StateLock | undefined> {
  if (!(await copyStack(site, stack, scratch))) return undefined;
  try {
    const variables = await removalVariables(stack.name, foundAs(records), { ...site, workspace: scratch }, context);
    await openUnitStack(scratch, stack.name, { ...context, lockTimeoutSeconds: 0 }).plan({ refresh: false, variables });
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    if (error.lock) return error.lock;
    // Whatever the engine finds wrong with the plan itself, it had the lock by then.
    if (error.code !== "ENGINE_FAILED") throw error;
  }
  return undefined;
}

/** Which of a unit's stacks takes a resource. */
export interface ImportTarget {
  readonly records: UnitRecords;
  readonly address: string;
  /** Id of what exists, in the provider's form. */
  readonly id: string;
  /** Name of the stack. Default: the only one, or the only one whose configuration has the address. */
  readonly stack?: string;
}

/**
 * Takes what exists into a unit's state, under an address that its deployed configuration has. Nothing of it is changed;
 * the next deployment brings it to the configuration. The unit must be locked by the caller.
 *
 * @returns the stack that has it now.
 * @throws GoslingError `UNKNOWN_STACK`, `UNKNOWN_ADDRESS`
 */
export async function importResource(target: ImportTarget, site: DeploymentSite, context: EngineContext): Promise<string> {
  const { records, address, id } = target;
  const stack = await stackFor(target, site);
  await restoreConfiguration(site, stack);
  const variables = await removalVariables(stack.name, foundAs(records), site, context);
  await openUnitStack(site.workspace, stack.name, context).import(address, id, { variables });
  return stack.name;
}

/** The stack that is named, else the one that has the address. */
async function stackFor({ records, address, stack: named }: ImportTarget, site: DeploymentSite): Promise<DeployedStack> {
  const { unit } = records;
  const stacks = stacksOf(records);
  const listed = stacks.map(({ name }) => name).join(", ");
  if (named !== undefined) {
    const found = stacks.find(({ name }) => name === named);
    if (found) return found;
    throw new GoslingError("UNKNOWN_STACK", `${unit} has no stack ${named}`, { hint: `Its stacks: ${listed}`, exitCode: 64 });
  }
  const [, type = "", name = "", key] = ADDRESS.exec(address) ?? [];
  const having: DeployedStack[] = [];
  for (const stack of stacks) if (hasResource(await deployedConfiguration(site, stack), type, name)) having.push(stack);
  // Each shard's configuration has the resource of machines, and keeps only its own of them.
  const { applied, pending } = records;
  const runner = key === undefined ? undefined : (pending ?? applied)?.runners[key];
  const [only, ...more] = having.length > 1 && runner ? having.filter(({ name: each }) => each === stackName(unit, runner.shard)) : having;
  if (only && more.length === 0) return only;
  if (only) throw new GoslingError("UNKNOWN_STACK", `${address} may be in each of the stacks of ${unit}`, { hint: `Say which: --stack with one of ${listed}`, exitCode: 64 });
  throw new GoslingError("UNKNOWN_ADDRESS", `The deployed configuration of ${unit} has no resource ${address}`, {
    hint: `gosling state list ${unit} shows what is there; gosling synth writes what would be deployed.`,
    exitCode: 64,
  });
}

/** `TYPE.NAME`, with the key of an instance in brackets. */
const ADDRESS = /^([a-z][\w-]*)\.([\w-]+)(?:\["?([^"\]]+)"?\])?$/;
/** As `openSite` names a process to others. */
const HOLDER = /@(.+), process (\d+)$/;

function hasResource(configuration: string, type: string, name: string): boolean {
  const { resource } = JSON.parse(configuration) as { readonly resource?: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  return resource?.[type]?.[name] !== undefined;
}

function stacksOf(records: UnitRecords): readonly DeployedStack[] {
  return [...deployedStacks(records)].map(([name, configurationHash]) => ({ name, configurationHash }));
}

function foundAs(records: UnitRecords): Parameters<typeof removalVariables>[1] {
  return { found: { unit: records.unit, records, runners: [] } };
}
