import { GitlabProject, type GitlabPlace } from "./gitlab-http";
import { deploymentRunning } from "./store-errors";
import type { LockHolder, UnitLocks } from "./unit-locks";

export interface GitlabUnitLocksOptions extends GitlabPlace {
  /** As others are told: `ada@build-7`, or the pipeline's job. */
  readonly who: string;
  /** Unique for each holding. */
  readonly newId: () => string;
  /** Default: the machine's. */
  readonly now?: () => Date;
}

/**
 * Locks by GitLab's locks of states, each of a state that is never written: `gosling-lock.UNIT`. They have no lease: what
 * a killed process held is held until somebody breaks it.
 */
export function gitlabUnitLocks({ who, newId, now = () => new Date(), ...place }: GitlabUnitLocksOptions): UnitLocks {
  const project = new GitlabProject(place);
  const pathOf = (unit: string): string => `terraform/state/${encodeURIComponent(`gosling-lock.${unit}`)}/lock`;

  /** @returns who holds it where it isn't free. */
  const take = async (unit: string, lockId: string): Promise<Holding | undefined> => {
    const info = { ID: lockId, Operation: "gosling deploy", Info: who, Who: who, Version: "", Created: now().toISOString(), Path: "" };
    const { status, body } = await project.ask({ method: "POST", path: pathOf(unit), body: JSON.stringify(info), type: "application/json", authentication: "password", expected: [200, 409, 423] });
    if (status === 200) return undefined;
    const found = holdingIn(body);
    // The answer to an earlier attempt may have been lost: then it is ours.
    return found.lockId === lockId ? undefined : found;
  };

  const letGo = async (unit: string, lockId: string): Promise<void> => {
    await project.ask({ method: "DELETE", path: `${pathOf(unit)}?ID=${encodeURIComponent(lockId)}`, authentication: "password", expected: [200, 204, 404, 409, 423] });
  };

  const newLockId = (): string => `${newId()}${BEFORE_WHO}${who}`.slice(0, LONGEST_LOCK_ID);

  /** GitLab tells who holds a lock only to those who want it: for a moment it is ours where it is free. */
  const look = async (unit: string): Promise<Holding | undefined> => {
    const lockId = newLockId();
    const found = await take(unit, lockId);
    if (!found) await letGo(unit, lockId);
    return found;
  };

  return {
    lock: async (unit) => {
      const lockId = newLockId();
      const found = await take(unit, lockId);
      if (found) throw deploymentRunning(unit, found.holder);
      return {
        unit,
        // What can't be let go now is told to the next, with the way out.
        release: () => letGo(unit, lockId).catch(() => undefined),
      };
    },
    holder: async (unit) => (await look(unit))?.holder,
    unlock: async (unit) => {
      const found = await look(unit);
      if (found) await letGo(unit, found.lockId);
      return found?.holder;
    },
  };
}

/** GitLab keeps of a lock only its id, its time and the token's user: who it is for is part of the id. */
const BEFORE_WHO = " of ";
const LONGEST_LOCK_ID = 255;

interface Holding {
  readonly lockId: string;
  readonly holder: LockHolder;
}

function holdingIn(body: Buffer): Holding {
  let answer: { readonly ID?: string; readonly Who?: string; readonly Created?: string } = {};
  try {
    answer = JSON.parse(body.toString()) as typeof answer;
  } catch {
    // An older server: that it is held is known all the same.
  }
  const { ID: lockId = "", Who = "somebody", Created: since = "" } = answer;
  const [id = "", who = Who] = lockId.split(BEFORE_WHO, 2);
  return { lockId, holder: { id, who, since } };
}
