/** Whether a machine is to run. */
export type Power = "on" | "off";

/** How a machine is, in the words of Compute; `gone`: there is none of this id (any more). */
export type MachineStatus = "unknown" | "provisioning" | "running" | "stopping" | "stopped" | "starting" | "restarting" | "updating" | "error" | "crashed" | "deleting" | "gone";

/** A machine and how it is to be: what a stack's output `power` says of a runner. */
export interface WantedPower {
  /** Id of the runner, for whoever reads about it. */
  readonly runner: string;
  readonly instanceId: string;
  readonly power: Power;
}

/**
 * What is to be done with a machine now:
 * - `none`: it is as it is to be;
 * - `start`, `stop`;
 * - `wait`: it is between two states, and has to be looked at again;
 * - `report`: nothing that we do helps.
 */
export type PowerAction = "none" | "start" | "stop" | "wait" | "report";

export interface PowerStep extends WantedPower {
  readonly status: MachineStatus;
  readonly action: PowerAction;
}

const TRANSITIONAL: ReadonlySet<MachineStatus> = new Set(["unknown", "provisioning", "stopping", "starting", "restarting", "updating"]);

/**
 * What is to be done with each machine. A machine that was stopped by somebody else, or by the cloud, is started again
 * by the same step as one that has slept.
 * @param found Status by instance id; one that isn't there is gone.
 */
export function powerSteps(wanted: readonly WantedPower[], found: ReadonlyMap<string, MachineStatus>): readonly PowerStep[] {
  return wanted.map((machine) => {
    const status = found.get(machine.instanceId) ?? "gone";
    return { ...machine, status, action: powerAction(machine.power, status) };
  });
}

export function powerAction(power: Power, status: MachineStatus): PowerAction {
  if (status === "running") return power === "on" ? "none" : "stop";
  if (status === "stopped") return power === "on" ? "start" : "none";
  // Compute refuses to start or stop what is between two states.
  return TRANSITIONAL.has(status) ? "wait" : "report";
}
