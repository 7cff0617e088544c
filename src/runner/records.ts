import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readAgentRecord } from "./agent-record";
import { newestClaim } from "./claim";
import { isRunnerName, runnerFolder, runnersRoot, type RunnerFolder } from "./folder";
import { type Heartbeat, readHeartbeat } from "./heartbeat";
import { isAlive, machineProcesses, signalExactly, type ProcessIdentity, type Processes } from "./processes";
import { readRunnerFile, type RunnerFile } from "./runner-file";

/** All that this machine knows of one local runner. */
export interface RunnerRecord {
  /** Names of its folder: the Egg that it was made for, and its own id. */
  readonly egg: string;
  readonly id: string;
  /** Absolute path of its folder. */
  readonly folder: string;
  /** Absolute path of its log; the file may not be there yet. */
  readonly log: string;
  /** What it was told; absent where `runner.json` is missing or damaged. */
  readonly configuration?: RunnerFile;
  /** The configuration's revision. */
  readonly revision?: string;
  /** What it last said; of a process that is gone too, so look at `process` first. */
  readonly heartbeat?: Heartbeat;
  /** `none`: never started, or ended because it was asked to; `dead`: it ended by itself or was killed. */
  readonly process: "alive" | "dead" | "none";
  /** Number of the living process. */
  readonly pid?: number;
  /** Whether it has been asked to drain; with a process that is not alive: it has drained. */
  readonly draining: boolean;
  /**
   * Whether a job may be running. For a living process what it says itself, true where it has not
   * spoken yet; for a dead one whether its agent has outlived it.
   */
  readonly busy: boolean;
  /** An agent that has outlived its runner's process. */
  readonly orphan?: ProcessIdentity;
}

/** Every runner that has a folder in the Nest, sorted by Egg and id; with `eggs` those of these Eggs only. Nothing is written. */
export async function readRunners(nestRoot: string, processes: Processes = machineProcesses, eggs?: readonly string[]): Promise<RunnerRecord[]> {
  const root = runnersRoot(nestRoot);
  const records: RunnerRecord[] = [];
  for (const egg of eggs ?? (await foldersIn(root))) {
    // An Egg has at most some hundred runners: read together they open few files at once.
    records.push(...(await Promise.all((await foldersIn(join(root, egg))).map((id) => readRunner(runnerFolder(nestRoot, egg, id), processes)))));
  }
  return records;
}

/** One runner's record; its folder may be missing, then nothing is known of it. */
export async function readRunner(folder: RunnerFolder, processes: Processes = machineProcesses): Promise<RunnerRecord> {
  // The claim first: a process that starts meanwhile is seen with its next reading, never mixed up with an old heartbeat.
  const claim = await newestClaim(folder);
  const alive = claim !== undefined && (await isAlive(processes, claim));
  const [configuration, heartbeat, draining, agent] = await Promise.all([readRunnerFile(folder), readHeartbeat(folder), isDraining(folder), readAgentRecord(folder)]);
  const ended = claim === undefined || (heartbeat?.launch === claim.launch && heartbeat.state === "stopped");
  const orphan = !alive && agent !== undefined && (await isAlive(processes, agent)) ? agent : undefined;
  return {
    egg: folder.egg,
    id: folder.id,
    folder: folder.path,
    log: folder.log,
    ...(configuration === undefined ? {} : { configuration, revision: configuration.revision }),
    ...(heartbeat === undefined ? {} : { heartbeat }),
    process: alive ? "alive" : ended ? "none" : "dead",
    ...(alive ? { pid: claim.pid } : {}),
    draining,
    busy: alive ? heartbeat?.launch !== claim.launch || heartbeat.busy : orphan !== undefined,
    ...(orphan === undefined ? {} : { orphan }),
  };
}

/**
 * Asks a runner to finish its job, take no other and end; does not wait for it. The wish is written
 * down first, so that it outlives a crash. Asking again changes nothing.
 */
export async function drainRunner(record: Pick<RunnerRecord, "folder" | "egg" | "id">, processes: Processes = machineProcesses): Promise<void> {
  const folder = folderOf(record);
  try {
    await writeFile(folder.drainMarker, "", { mode: 0o600 });
  } catch (error) {
    // It has been removed meanwhile.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const claim = await newestClaim(folder);
  if (claim !== undefined && (await signalExactly(processes, claim, "SIGTERM"))) return;
  const agent = await readAgentRecord(folder);
  if (agent !== undefined) await signalExactly(processes, agent, "SIGQUIT");
}

/**
 * Lets a runner read its secrets anew, and give them to its agent.
 * @returns whether it was told; one that isn't up yet reads them by itself.
 */
export async function reloadRunner(record: Pick<RunnerRecord, "folder" | "egg" | "id" | "heartbeat">, processes: Processes = machineProcesses): Promise<boolean> {
  const claim = await newestClaim(folderOf(record));
  // Before its first heartbeat it may not listen to signals, and would end.
  return claim !== undefined && record.heartbeat?.launch === claim.launch && (await signalExactly(processes, claim, "SIGHUP"));
}

/** The folder of a record. */
export function folderOf(record: Pick<RunnerRecord, "folder" | "egg" | "id">): RunnerFolder {
  // NEST/.gosling/runners/EGG/ID
  return runnerFolder(join(record.folder, "..", "..", "..", ".."), record.egg, record.id);
}

async function isDraining(folder: RunnerFolder): Promise<boolean> {
  return (await namesIn(folder.path)).includes("drain");
}

async function foldersIn(path: string): Promise<string[]> {
  return (await namesIn(path)).filter(isRunnerName).sort();
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
