import { GoslingError } from "../vocabulary/error";
import { newestClaim } from "./claim";
import { runnerFolder } from "./folder";
import { machineProcesses, signalExactly } from "./processes";
import { drainRunner, folderOf, readRunner, type RunnerRecord } from "./records";

export interface StopOptions {
  readonly nestRoot: string;
  readonly egg: string;
  readonly id: string;
  /** Abort the job that runs. */
  readonly now: boolean;
  /** Gets lines that tell what is waited for. */
  readonly progress: (line: string) => void;
  /** How long it may take; default: the longest job of the configuration, and a grace. */
  readonly deadlineMs?: number;
}

/** For the agent to upload what its job has left and to end. */
const GRACE_MS = 120_000;
/** An aborted agent ends within this, see the supervisor. */
const ABORT_MS = 60_000;
/** A runner that says nothing of its longest job: GitLab's own default for a job's timeout. */
const LONGEST_JOB_MS = 3600_000;
const LOOK_MS = 50;
const PROGRESS_MS = 10_000;

/**
 * Ends a runner: asks it to finish its job, and waits until it is gone, an agent that has outlived it
 * too. A runner that does not run is fine. At the deadline it fails and leaves the runner draining: a
 * job is never ended unless `now` is set.
 * @throws GoslingError `RUNNER_STILL_BUSY`
 */
export async function stopRunner(options: StopOptions): Promise<"stopped" | "not running"> {
  const folder = runnerFolder(options.nestRoot, options.egg, options.id);
  let record = await readRunner(folder);
  if (!lives(record)) return "not running";
  const longest = record.configuration === undefined ? LONGEST_JOB_MS : record.configuration.timeoutSeconds * 1000;
  const started = performance.now();
  const deadline = started + (options.deadlineMs ?? (options.now ? ABORT_MS : longest + GRACE_MS));
  await drainRunner(record);
  if (options.now) await abort(record);
  let told = started;
  for (;;) {
    record = await readRunner(folder);
    if (!lives(record)) return "stopped";
    const now = performance.now();
    if (now > deadline) {
      throw new GoslingError("RUNNER_STILL_BUSY", `runner ${options.id} of ${options.egg} has not ended after ${Math.round((now - started) / 1000)} s; it goes on draining`, {
        hint: options.now ? `Its log is ${record.log}` : `Wait for its job and try again, or abort the job: gosling runner stop --egg ${options.egg} --id ${options.id} --now`,
      });
    }
    if (now - told >= PROGRESS_MS) {
      told = now;
      options.progress(`runner ${options.id} of ${options.egg}: ${record.busy ? "a job runs" : "ending"} (${Math.round((now - started) / 1000)} s)`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Whether anything of the runner is alive. */
export function lives(record: RunnerRecord): boolean {
  return record.process === "alive" || record.orphan !== undefined;
}

async function abort(record: RunnerRecord): Promise<void> {
  const claim = await newestClaim(folderOf(record));
  if (claim !== undefined && (await signalExactly(machineProcesses, claim, "SIGINT"))) return;
  if (record.orphan !== undefined) await signalExactly(machineProcesses, record.orphan, "SIGTERM");
}
