import { drainRunner, type RunnerRecord } from "../runner/records";
import { removeRunner } from "../runner/remove";
import { stopRunner } from "../runner/stop";

/** Ends a runner that the engine doesn't know; one that runs a job is drained and goes the next time. */
export async function clearOrphan(record: RunnerRecord, nestRoot: string): Promise<void> {
  const { egg, id } = record;
  if (record.busy) return drainRunner(record);
  await stopRunner({ nestRoot, egg, id, now: false, progress: () => undefined });
  await removeRunner(nestRoot, egg, id);
}
