import type { UnitLock, UnitLocks } from "../store/unit-locks";
import { GoslingError } from "../vocabulary/error";

export interface LockWait {
  /** Seconds to wait for a unit that somebody else works on. Default: not at all. */
  readonly timeoutSeconds?: number;
  /** Waits before the next try. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Told once, where there is something to wait for. */
  readonly onWait?: (reason: string) => void;
}

const LOOK_MS = 1000;

/**
 * Locks a unit, and waits for whoever holds it as long as is allowed.
 * @throws GoslingError `DEPLOYMENT_RUNNING`
 */
export async function lockUnit(locks: UnitLocks, unit: string, { timeoutSeconds = 0, pause, onWait }: LockWait): Promise<UnitLock> {
  for (let waited = 0; ; waited += LOOK_MS) {
    try {
      return await locks.lock(unit);
    } catch (error) {
      const held = error instanceof GoslingError && error.code === "DEPLOYMENT_RUNNING";
      if (!held || waited >= timeoutSeconds * 1000) throw error;
      if (waited === 0) onWait?.(error.message);
    }
    await pause(LOOK_MS);
  }
}
