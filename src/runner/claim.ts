import { randomBytes } from "node:crypto";
import { link, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readJson } from "./json-file";
import { isAlive, type ProcessIdentity, type Processes } from "./processes";

/** A folder that one process at a time may hold. */
export interface ClaimableFolder {
  /** Absolute path. */
  readonly path: string;
}

/** The process that a folder last had. */
export interface Claim extends ProcessIdentity {
  /** Random; the heartbeats of that process carry it. */
  readonly launch: string;
}

/**
 * A runner has one process at most. A process claims its runner by making `process.N.json`, where N is
 * one more than the newest claim, and may do so only when the newest claim's process is dead. Making
 * the file is one step that fails where it exists, so of two rivals one wins; no claim is ever taken
 * away to make room (which two could do at once, each believing to be the first).
 */
const CLAIM = /^process\.(\d+)\.json$/;

/** The newest claim; undefined where the runner has never had a process. */
export async function newestClaim(folder: ClaimableFolder): Promise<Claim | undefined> {
  const newest = (await generations(folder)).at(-1);
  return newest === undefined ? undefined : readClaim(folder, newest);
}

/**
 * Claims the runner for the process `own`.
 * @returns the living process that holds it already, or undefined where it is now ours.
 */
export async function claimRunner(folder: ClaimableFolder, own: Claim, processes: Processes): Promise<Claim | undefined> {
  const draft = join(folder.path, `process.${randomBytes(6).toString("hex")}.tmp`);
  await writeFile(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    for (;;) {
      const newest = (await generations(folder)).at(-1) ?? 0;
      const holder = newest === 0 ? undefined : await readClaim(folder, newest);
      if (holder !== undefined && (await isAlive(processes, holder))) return holder;
      const mine = newest + 1;
      if (!(await linked(draft, claimFile(folder, mine)))) continue;
      const all = await generations(folder);
      if (all.at(-1) === mine) {
        await Promise.all(all.filter((generation) => generation < mine).map((generation) => rm(claimFile(folder, generation), { force: true })));
        return undefined;
      }
      // Our number had been given away, and tidied up, before: a later claim exists.
      await rm(claimFile(folder, mine), { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** Lets go of a claim before the process ends. The number stays used, so that no rival can win it twice. */
export async function releaseClaim(folder: ClaimableFolder, own: Claim): Promise<void> {
  for (const generation of await generations(folder)) {
    const held = await readClaim(folder, generation);
    if (held?.launch !== own.launch) continue;
    const draft = join(folder.path, `process.${randomBytes(6).toString("hex")}.tmp`);
    await writeFile(draft, JSON.stringify({ ...own, startedAt: "released" }), { mode: 0o600 });
    await rename(draft, claimFile(folder, generation));
  }
}

async function generations(folder: ClaimableFolder): Promise<number[]> {
  const names = await readdir(folder.path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.flatMap((name) => CLAIM.exec(name)?.[1] ?? []).map(Number).sort((a, b) => a - b);
}

function claimFile(folder: ClaimableFolder, generation: number): string {
  return join(folder.path, `process.${generation}.json`);
}

async function readClaim(folder: ClaimableFolder, generation: number): Promise<Claim | undefined> {
  const value = await readJson(claimFile(folder, generation));
  return isClaim(value) ? value : undefined;
}

function isClaim(value: unknown): value is Claim {
  return typeof value === "object" && value !== null && "pid" in value && typeof value.pid === "number" && "startedAt" in value && "launch" in value;
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
