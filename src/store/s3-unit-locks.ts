import { GoslingError } from "../vocabulary/error";
import { S3Objects, type S3Place } from "./s3-client";
import { deploymentRunning } from "./store-errors";
import type { LockHolder, UnitLock, UnitLocks } from "./unit-locks";

export interface S3UnitLocksOptions extends S3Place {
  /** As others are told: `ada@build-7`. */
  readonly who: string;
  /** Unique for each holding. */
  readonly newId: () => string;
  /** How long a lock outlives its holder. Default: 5 minutes; it is renewed after a third of that. */
  readonly leaseMs?: number;
  /** Default: the machine's. */
  readonly clock?: LeaseClock;
}

export interface LeaseClock {
  now(): Date;
  /** Does `work` again and again, until what it answers with is called. Must not keep the process alive. */
  every(ms: number, work: () => void): () => void;
}

const LEASE_MS = 5 * 60 * 1000;
/** What the clocks of two machines may differ by. */
const CLOCKS_APART_MS = 30_000;

const machineClock: LeaseClock = {
  now: () => new Date(),
  every: (ms, work) => {
    const timer = setInterval(work, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

interface LockObject extends LockHolder {
  /** Until when it holds unless it is renewed, ISO 8601. */
  readonly until: string;
  readonly released?: true;
}

/**
 * Locks as objects `locks/UNIT/NUMBER`, counted down so that the last is listed first. Each holding is an object of its
 * own, made only where there is none (`If-None-Match`): of two who find a lock free or its lease run out, one makes
 * the next. Nothing else is asked of the service. A holder that was thought dead renews only its own object, which
 * no longer counts.
 */
export function s3UnitLocks({ who, newId, leaseMs = LEASE_MS, clock = machineClock, ...place }: S3UnitLocksOptions): UnitLocks {
  const objects = new S3Objects(place);

  const latest = async (unit: string): Promise<{ readonly key: string; readonly lock: LockObject } | undefined> => {
    for await (const key of objects.list(`locks/${unit}/`, 1)) {
      const content = await objects.get(key);
      // Removed since it was listed: by whoever took the next one.
      if (!content) return latest(unit);
      return { key, lock: readLock(content, key) };
    }
    return undefined;
  };

  const holds = ({ released, until }: LockObject): boolean => !released && Date.parse(until) + CLOCKS_APART_MS > clock.now().getTime();
  const until = (): string => new Date(clock.now().getTime() + leaseMs).toISOString();

  return {
    lock: async (unit) => {
      const last = await latest(unit);
      if (last && holds(last.lock)) throw deploymentRunning(unit, last.lock);
      const key = nextKey(unit, last?.key);
      const lock: LockObject = { id: newId(), who, since: clock.now().toISOString(), until: until() };
      if (!(await objects.create(key, pack(lock)))) {
        const winner = await latest(unit);
        throw deploymentRunning(unit, winner?.lock);
      }
      if (last) await objects.delete(last.key);
      return held(unit, key, lock);
    },
    holder: async (unit) => {
      const last = await latest(unit);
      return last && holds(last.lock) ? holderOf(last.lock) : undefined;
    },
    unlock: async (unit) => {
      const last = await latest(unit);
      if (!last || !holds(last.lock)) return undefined;
      // A new object, so that whoever held it can't renew it.
      await objects.create(nextKey(unit, last.key), pack({ ...last.lock, released: true }));
      await objects.delete(last.key);
      return holderOf(last.lock);
    },
  };

  function held(unit: string, key: string, lock: LockObject): UnitLock {
    let working: Promise<void> = Promise.resolve();
    let released = false;
    const stop = clock.every(leaseMs / 3, () => {
      working = working.then(async () => {
        // What fails now is tried again before the lease runs out.
        if (!released) await objects.put(key, pack({ ...lock, until: until() })).catch(() => undefined);
      });
    });
    return {
      unit,
      release: async () => {
        if (released) return;
        released = true;
        stop();
        await working;
        // Should this fail, the lease runs out.
        await objects.put(key, pack({ ...lock, until: lock.since, released: true })).catch(() => undefined);
      },
    };
  }
}

const DIGITS = 8;

function nextKey(unit: string, last: string | undefined): string {
  const number = last === undefined ? 10 ** DIGITS - 1 : Number(last.slice(last.lastIndexOf("/") + 1)) - 1;
  return `locks/${unit}/${String(number).padStart(DIGITS, "0")}`;
}

function pack(lock: LockObject): Buffer {
  return Buffer.from(`${JSON.stringify(lock)}\n`);
}

function readLock(content: Buffer, key: string): LockObject {
  try {
    const lock = JSON.parse(content.toString()) as LockObject;
    if (typeof lock.id === "string" && !Number.isNaN(Date.parse(lock.until))) return lock;
  } catch {
    // Told below.
  }
  throw new GoslingError("STORE_DAMAGED", `${key} is no lock that this version can read`, { hint: "Remove the object when no deployment runs." });
}

function holderOf({ id, who, since }: LockHolder): LockHolder {
  return { id, who, since };
}
