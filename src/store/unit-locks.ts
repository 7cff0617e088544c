/** Who holds a lock, as others are told. */
export interface LockHolder {
  /** Unique for each holding. */
  readonly id: string;
  /** `ada@build-7`, or the pipeline's job. */
  readonly who: string;
  /** Since when, ISO 8601. */
  readonly since: string;
}

/** A unit that no other deployment touches until it is let go. */
export interface UnitLock {
  readonly unit: string;
  /** Never throws for a lock that is gone already. */
  release(): Promise<void>;
}

/** Locks of units, shared by all who deploy a Nest. */
export interface UnitLocks {
  /** @throws GoslingError `DEPLOYMENT_RUNNING` where somebody holds it; the message names who, since when, and the way out. */
  lock(unit: string): Promise<UnitLock>;
  /** Who holds it now. */
  holder(unit: string): Promise<LockHolder | undefined>;
  /** Breaks a lock that somebody left behind; answers with who held it. */
  unlock(unit: string): Promise<LockHolder | undefined>;
}
