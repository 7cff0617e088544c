import { mkdir, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { mapConcurrent } from "../engine/concurrency";
import type { RunnerEntry } from "../vocabulary/runner-entry";
import { GoslingError } from "../vocabulary/error";
import { writeFileAtomically } from "../runner/atomic-file";
import { deploymentFolder, deploymentsFolder, type Workspace } from "./workspace";

/** What is deployed together: an Egg, a bucket or a Job, with its one or more stacks. */
export interface DeploymentRecord {
  readonly format: 1;
  /** Egg's or bucket's name; `job.NAME` for a Job. */
  readonly unit: string;
  readonly kind: "egg" | "eggsbucket" | "job";
  readonly runnerType: "vm" | "serverless";
  /** Revision that new runners were made with. */
  readonly revision: string;
  readonly stacks: readonly { readonly name: string; readonly configurationHash: string }[];
  /** The value of the `runners` variable. */
  readonly runners: Readonly<Record<string, RunnerEntry>>;
  /** Egg under whose name a runner was made, where a `renamed_from` took it over. */
  readonly homes?: Readonly<Record<string, string>>;
  readonly engine: { readonly name: string; readonly version: string };
  /** Start of the deployment, ISO 8601. */
  readonly at: string;
}

/**
 * A unit's records: `applied` is the last deployment that succeeded; `pending` one that was begun and has
 * not succeeded, so that only the engine's state knows which runners are there.
 */
export interface UnitRecords {
  readonly unit: string;
  readonly applied?: DeploymentRecord;
  readonly pending?: DeploymentRecord;
}

/** Every unit that has ever been deployed and not been destroyed, by name. */
export async function readAllRecords(workspace: Workspace): Promise<ReadonlyMap<string, UnitRecords>> {
  const names = await readdir(deploymentsFolder(workspace)).catch(ignoreMissing<string[]>([]));
  // Some at once: a thousand units must not open two thousand files.
  const settled = await mapConcurrent(names.sort(), (unit) => readRecords(workspace, unit), 32);
  const records = settled.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
  return new Map(records.filter((r) => r.applied ?? r.pending).map((r) => [r.unit, r]));
}

export async function readRecords(workspace: Workspace, unit: string): Promise<UnitRecords> {
  const [applied, pending] = await Promise.all([readRecord(workspace, unit, "applied.json"), readRecord(workspace, unit, "pending.json")]);
  return { unit, ...(applied && { applied }), ...(pending && { pending }) };
}

async function readRecord(workspace: Workspace, unit: string, file: string): Promise<DeploymentRecord | undefined> {
  const path = join(deploymentFolder(workspace, unit), file);
  const text = await readFile(path, "utf8").catch(ignoreMissing(undefined));
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as DeploymentRecord;
    if (record.format === 1 && record.unit === unit) return record;
  } catch {
    // Told below: a damaged record and one of another format are mended alike.
  }
  throw new GoslingError("RECORD_DAMAGED", `${path} is not a deployment record that this version can read`, {
    hint: "Restore the file from a backup. Without one, remove it: the next deploy then looks into the engine's state for what is there.",
  });
}

/** Before anything is changed: whoever comes after a crash sees what was under way. */
export async function beginRecord(workspace: Workspace, record: DeploymentRecord): Promise<void> {
  const folder = deploymentFolder(workspace, record.unit);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileAtomically(join(folder, "pending.json"), `${JSON.stringify(record, null, 2)}\n`);
}

/** After success: what was pending is what is applied. */
export async function finishRecord(workspace: Workspace, record: DeploymentRecord): Promise<void> {
  const folder = deploymentFolder(workspace, record.unit);
  await writeFileAtomically(join(folder, "applied.json"), `${JSON.stringify(record, null, 2)}\n`);
  await rm(join(folder, "pending.json"), { force: true });
}

function ignoreMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === "ENOENT") return instead;
    throw error;
  };
}
