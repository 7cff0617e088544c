import type { DeploymentRecord, UnitRecords } from "../store/deployment";
import { GoslingError } from "../vocabulary/error";
import type { RunnerEntry } from "../vocabulary/runner-entry";
import type { CloudMachine, EngineContext, MachinePlace } from "./engine-context";
import type { StateRunner } from "./observe";

/** A machine that its cloud has and the engine's state doesn't know. */
export interface LostMachine extends CloudMachine {
  readonly place: MachinePlace;
}

/** What a crash has left in the cloud beside the engine's state. */
export interface LostMachines {
  /** By the runner's id: where the state has no machine of that id, this is the one. */
  readonly runners: ReadonlyMap<string, LostMachine>;
  /** Another machine has their id, or they are in a place that the unit has left: they can only go. */
  readonly surplus: readonly LostMachine[];
}

export const NONE_LOST: LostMachines = { runners: new Map(), surplus: [] };

/**
 * Looks for machines that were made while the engine could not write its state any more: it was killed, or the cloud's
 * answer was lost. Only after a deployment that did not end well; else the state is whole.
 */
export async function findLostMachines(records: UnitRecords, state: ReadonlyMap<string, StateRunner> | undefined, { machines }: EngineContext): Promise<LostMachines> {
  if (!records.pending || state === undefined || machines === undefined) return NONE_LOST;
  const last = [records.pending, records.applied].filter((record): record is DeploymentRecord => record?.runnerType === "vm");
  const places = new Map(last.flatMap((record) => placeOf(record) ?? []).map((place) => [`${place.cloud} ${place.location}`, place]));
  if (places.size === 0) return NONE_LOST;
  const names = [...new Set([records.unit, ...last.flatMap(({ unit, homes = {}, takesOver }) => [unit, ...Object.values(homes), ...(takesOver === undefined ? [] : [takesOver])])])];
  const found = await Promise.all([...places.values()].map(async (place) => (await machines.find(place, names)).map((machine) => ({ ...machine, place }))));
  return sortLost(found.flat(), state, placeOf(records.pending));
}

/** Which of the machines that were found are lost, and what can become of each. Pure. `here`: where the unit is now. */
export function sortLost(found: readonly LostMachine[], state: ReadonlyMap<string, StateRunner>, here: MachinePlace | undefined): LostMachines {
  const known = new Set([...state.values()].map(({ instance }) => instance));
  const runners = new Map<string, LostMachine>();
  const surplus: LostMachine[] = [];
  // The same one of two each time, whatever order the cloud tells them in.
  for (const machine of [...found].sort((a, b) => (a.instance < b.instance ? -1 : 1))) {
    if (known.has(machine.instance)) continue;
    const isHere = machine.place.cloud === here?.cloud && machine.place.location === here.location;
    if (isHere && !state.has(machine.runner) && !runners.has(machine.runner)) runners.set(machine.runner, machine);
    else surplus.push(machine);
  }
  return { runners, surplus };
}

/** The state as it will be when the lost machines are in it. */
export function withLost(state: ReadonlyMap<string, StateRunner> | undefined, { runners }: LostMachines, { pending, applied }: UnitRecords): ReadonlyMap<string, StateRunner> | undefined {
  if (runners.size === 0) return state;
  const found = [...runners].map(([id, { home, instance, power, revision }]): [string, StateRunner] => {
    const { shard = 1, place = "0" } = pending?.runners[id] ?? applied?.runners[id] ?? {};
    return [id, { home, instance, entry: { power, revision, shard, place } }];
  });
  return new Map([...(state ?? []), ...found]);
}

/**
 * Whether a lost machine is taken into the state. One that runs and is to be off is made anew where it is still wanted:
 * what can't be stopped and kept, as a spot machine, has no address in the configuration.
 */
export function isAdopted({ power }: LostMachine, wanted: RunnerEntry | undefined): boolean {
  return wanted !== undefined && (wanted.power === "on" || power === "off");
}

/** Ends lost machines, by the cloud's own API: the engine knows nothing of them. */
export async function endLost(lost: Iterable<LostMachine>, { machines }: EngineContext): Promise<void> {
  for (const { place, instance } of lost) await machines?.end(place, [instance]);
}

/**
 * Ends machines that nobody needs; of one that may run a job it says so, which keeps the deployment from ending well:
 * the next one looks at it again.
 * @throws GoslingError `MACHINES_LEFT`
 */
export async function endSurplus(unit: string, surplus: readonly LostMachine[], surelyIdle: (ids: readonly string[]) => Promise<readonly string[]>, context: EngineContext): Promise<readonly string[]> {
  if (surplus.length === 0) return [];
  // GitLab tells machines of one id apart as little as we do: it calls them idle when all of them are.
  const idle = new Set(await surelyIdle([...new Set(surplus.map(({ runner }) => runner))]));
  const ended = surplus.filter(({ runner }) => idle.has(runner));
  await endLost(ended, context);
  const left = surplus.filter(({ runner }) => !idle.has(runner));
  if (left.length > 0) {
    const several = left.length > 1;
    throw new GoslingError("MACHINES_LEFT", `${unit} has ${several ? "machines" : "a machine"} that the engine's state doesn't know and that may run a job: ${left.map(describe).join(", ")}`, {
      hint: "Deploy again when its jobs are over, or with --allow-destroy to end it now, whatever it does.",
    });
  }
  return ended.map((machine) => `a machine that nobody needed was ended: ${describe(machine)}`);
}

function describe({ instance, runner, place }: LostMachine): string {
  return `${instance} (runner ${runner}, in ${place.location})`;
}

function placeOf({ cloud, location }: Pick<DeploymentRecord, "cloud" | "location">): MachinePlace | undefined {
  return cloud === "local" ? undefined : { cloud, location };
}

/** Address of a runner's machine in its stack. */
export function machineAddress({ place, runner }: LostMachine): string {
  return `${place.cloud === "aws" ? "aws_instance" : "yandex_compute_instance"}.runner[${JSON.stringify(runner)}]`;
}
