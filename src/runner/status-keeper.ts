import type { RunnerFolder } from "./folder";
import { type Heartbeat, writeHeartbeat } from "./heartbeat";
import type { RunnerFile } from "./runner-file";

/** The part of a heartbeat that changes. */
export type Status = Pick<Heartbeat, "state" | "reason" | "missing" | "busy" | "jobs" | "agent" | "draining">;

/** Writes heartbeats, one after another, so that an older one never replaces a newer one. */
export interface StatusKeeper {
  /** Writes the new status; what it doesn't name is as at the start: nothing missing, not busy. */
  report(status: Partial<Status> & Pick<Status, "state">): Promise<void>;
}

/**
 * @param failed gets errors of writing: a full disk must not end a runner.
 */
export function createStatusKeeper(folder: RunnerFolder, runner: RunnerFile, process: { readonly pid: number; readonly launch: string }, now: () => number, failed: (error: NodeJS.ErrnoException) => void): StatusKeeper {
  let since = now();
  let last: Status["state"] | undefined;
  let writing = Promise.resolve();
  return {
    report(status) {
      const at = now();
      if (status.state !== last) since = at;
      last = status.state;
      const heartbeat: Heartbeat = {
        format: 1,
        egg: folder.egg,
        id: folder.id,
        revision: runner.revision,
        pid: process.pid,
        launch: process.launch,
        missing: [],
        busy: false,
        draining: false,
        ...status,
        since: new Date(since).toISOString(),
        at: new Date(at).toISOString(),
      };
      writing = writing.then(() => writeHeartbeat(folder, heartbeat)).catch(failed);
      return writing;
    },
  };
}
