import { randomUUID } from "node:crypto";
import { mkdir, rm, stat } from "node:fs/promises";
import { claimRunner, newestClaim, releaseClaim } from "../runner/claim";
import { identify, isAlive, machineProcesses, type Processes } from "../runner/processes";
import type { UnitLocks } from "../store/unit-locks";
import { GoslingError } from "../vocabulary/error";
import { lockFolder, type Workspace } from "./workspace";

/** Locks of one machine: the end of the process that holds one lets go of it, so that none is ever left behind. */
export function localUnitLocks(workspace: Workspace, processes: Processes = machineProcesses): UnitLocks {
  const holder: UnitLocks["holder"] = async (unit) => {
    const folder = { path: lockFolder(workspace, unit) };
    const claim = await newestClaim(folder);
    if (claim === undefined || !(await isAlive(processes, claim))) return undefined;
    const { mtime } = await stat(folder.path);
    return { id: claim.launch, who: `process ${claim.pid}`, since: mtime.toISOString() };
  };
  return {
    holder,
    async lock(unit) {
      const folder = { path: lockFolder(workspace, unit) };
      await mkdir(folder.path, { recursive: true, mode: 0o700 });
      const self = await identify(processes, process.pid);
      if (!self) throw new Error(`process ${process.pid} can't find itself`);
      const claim = { ...self, launch: randomUUID() };
      const other = await claimRunner(folder, claim, processes);
      if (other) {
        throw new GoslingError("DEPLOYMENT_RUNNING", `Another deployment works on ${unit} (process ${other.pid})`, {
          hint: "Wait until it has ended and run the same command again.",
        });
      }
      return { unit, release: () => releaseClaim(folder, claim) };
    },
    async unlock(unit) {
      const held = await holder(unit);
      if (held) {
        throw new GoslingError("LOCK_ALIVE", `The lock of ${unit} is held by ${held.who}, which is alive`, { hint: "It ends with that process: stop the process, with Ctrl-C where it runs." });
      }
      await rm(lockFolder(workspace, unit), { recursive: true, force: true });
      return undefined;
    },
  };
}
