import type { DeploymentEnd, DeploymentEntry, DeploymentRecord, UnitRecords } from "./deployment";

/** What a unit's entries come to. */
export interface UnitState {
  /** Record of the last success before `newest`; absent where `newest` succeeded itself, or nothing was there. */
  readonly applied?: DeploymentRecord;
  /** The deployment that was begun last. */
  readonly newest: DeploymentEntry;
}

/** A unit's state with one more deployment, newer than all before. */
export function withEntry(state: UnitState | undefined, entry: DeploymentEntry): UnitState {
  const applied = state && succeeded(state.newest) ? appliedBy(state.newest) : state?.applied;
  return { ...(applied && !succeeded(entry) && { applied }), newest: entry };
}

/** A unit's state when its newest deployment has ended. */
export function withEnd({ applied, newest }: UnitState, end: DeploymentEnd): UnitState {
  return withEntry(applied && { applied, newest }, { ...newest, end });
}

/** What is asked of a unit's state: what it is, and what is not known of it. */
export function recordsOf(unit: string, state: UnitState | undefined): UnitRecords {
  if (!state) return { unit };
  const { applied, newest } = state;
  if (!succeeded(newest)) return { unit, ...(applied && { applied }), pending: newest.record };
  const record = appliedBy(newest);
  return { unit, ...(record && { applied: record }) };
}

/** Of many units those of which something is there. */
export function currentRecords(states: Iterable<readonly [string, UnitState]>): ReadonlyMap<string, UnitRecords> {
  const records = [...states].map(([unit, state]) => recordsOf(unit, state));
  return new Map(records.filter(({ applied, pending }) => applied ?? pending).map((unit) => [unit.unit, unit]));
}

/** The same from a unit's whole history, oldest first. */
export function foldEntries(entries: Iterable<DeploymentEntry>): ReadonlyMap<string, UnitRecords> {
  const states = new Map<string, UnitState>();
  for (const entry of entries) states.set(entry.unit, withEntry(states.get(entry.unit), entry));
  return currentRecords(states);
}

export function succeeded({ end }: DeploymentEntry): boolean {
  return end?.result === "succeeded";
}

/** What a deployment that succeeded has left: nothing where it removed the unit or moved it away. */
export function appliedBy({ kind, record, end }: DeploymentEntry): DeploymentRecord | undefined {
  switch (kind) {
    case "deploy":
    case "rollback":
      return end?.runners ? { ...record, runners: end.runners } : record;
    case "destroy":
    case "move":
      return undefined;
  }
}
