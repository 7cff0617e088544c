import { chmod, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { runnerFolder } from "./folder";
import { readRunner } from "./records";
import { lives } from "./stop";

/**
 * Removes a runner's folder, the file with its token first. One that is not there is fine.
 * @throws GoslingError `RUNNER_RUNS` while its process, or an agent that has outlived it, is alive;
 *   `RUNNER_FOLDER` where a job has left something that can't be removed
 */
export async function removeRunner(nestRoot: string, egg: string, id: string): Promise<void> {
  const folder = runnerFolder(nestRoot, egg, id);
  const record = await readRunner(folder);
  if (lives(record)) {
    throw new GoslingError("RUNNER_RUNS", `runner ${id} of ${egg} can't be removed while it runs (process ${record.pid ?? record.orphan?.pid})`, { hint: `gosling runner stop --egg ${egg} --id ${id}` });
  }
  await rm(folder.agentConfig, { force: true });
  try {
    await removeTree(folder.path);
  } catch (error) {
    throw new GoslingError("RUNNER_FOLDER", `the folder of runner ${id} of ${egg} can't be removed: ${(error as Error).message}`, { hint: `A job may have left files of another user there. Remove ${folder.path} by hand.`, cause: error });
  }
  // The Egg's folder goes with its last runner.
  await rmdir(dirname(folder.path)).catch(() => undefined);
}

async function removeTree(path: string): Promise<void> {
  const tryOnce = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 2 });
  try {
    await tryOnce();
  } catch (error) {
    if (!["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    // Some tools write-protect what they download, folders too.
    await makeWritable(path);
    await tryOnce();
  }
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
}
