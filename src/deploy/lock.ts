import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { claimRunner, releaseClaim } from "../runner/claim";
import { identify, machineProcesses, type Processes } from "../runner/processes";
import { GoslingError } from "../vocabulary/error";
import { deploymentFolder, type Workspace } from "./workspace";

/** A unit that no other deployment touches until it is let go; the end of the process lets go too. */
export interface UnitLock {
  readonly unit: string;
  release(): Promise<void>;
}

/**
 * Takes the lock of one unit.
 * @throws GoslingError `DEPLOYMENT_RUNNING` where another process holds it.
 */
export async function lockUnit(workspace: Workspace, unit: string, processes: Processes = machineProcesses): Promise<UnitLock> {
  const folder = { path: deploymentFolder(workspace, unit) };
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  const self = await identify(processes, process.pid);
  if (!self) throw new Error(`process ${process.pid} can't find itself`);
  const claim = { ...self, launch: randomUUID() };
  const holder = await claimRunner(folder, claim, processes);
  if (holder) {
    throw new GoslingError("DEPLOYMENT_RUNNING", `Another deployment works on ${unit} (process ${holder.pid})`, {
      hint: "Wait until it has ended and run the same command again.",
    });
  }
  return { unit, release: () => releaseClaim(folder, claim) };
}
