import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";

/**
 * A process that can't be mistaken: its number is used again after it has ended, so the moment of its
 * start belongs to its name.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal for the same process only. */
  readonly startedAt: string;
}

/** What we ask and tell the processes of this machine. */
export interface Processes {
  /** `startedAt` of each of these processes that is alive; ended ones and zombies are left out. */
  startTimes(pids: readonly number[]): Promise<ReadonlyMap<number, string>>;
  /** Sends a signal; false where the process is gone. */
  signal(pid: number, signal: NodeJS.Signals): boolean;
}

/** Whether exactly this process is alive. */
export async function isAlive(processes: Processes, identity: ProcessIdentity): Promise<boolean> {
  return (await processes.startTimes([identity.pid])).get(identity.pid) === identity.startedAt;
}

/** Who this or another living process is; undefined where it is gone. */
export async function identify(processes: Processes, pid: number): Promise<ProcessIdentity | undefined> {
  const startedAt = (await processes.startTimes([pid])).get(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Sends a signal to exactly this process; false where it is gone. */
export async function signalExactly(processes: Processes, identity: ProcessIdentity, signal: NodeJS.Signals): Promise<boolean> {
  return (await isAlive(processes, identity)) && processes.signal(identity.pid, signal);
}

/** The processes of this machine. */
export const machineProcesses: Processes = {
  startTimes: (pids) => (process.platform === "linux" ? startTimesFromProc(pids) : startTimesFromPs(pids)),
  signal(pid, signal) {
    try {
      return process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
      throw error;
    }
  },
};

async function startTimesFromProc(pids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  // Start times count from boot: without the boot's name two boots could be mixed up.
  const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const found = new Map<number, string>();
  await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
      if (stat === undefined) return;
      // The second field is the program's name in parentheses and may hold anything: count from its end.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [state, startTicks] = [fields[0], fields[19]];
      if (state === undefined || "ZX".includes(state) || startTicks === undefined) return;
      found.set(pid, `${boot}:${startTicks}`);
    }),
  );
  return found;
}

async function startTimesFromPs(pids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  if (pids.length === 0) return found;
  const text = await new Promise<string>((resolve) => {
    // ps answers with 1 where some of the processes are gone; what it prints counts.
    execFile("ps", ["-o", "pid=,stat=,lstart=", "-p", pids.join(",")], { env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" } }, (_error, stdout) => resolve(stdout));
  });
  for (const line of text.split("\n")) {
    const match = /^\s*(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    if (match?.[1] === undefined || match[2]?.startsWith("Z") || match[3] === undefined) continue;
    found.set(Number(match[1]), match[3]);
  }
  return found;
}
