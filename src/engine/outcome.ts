import type { Action, EngineEvent } from "./events";

/** What became of one resource in an apply. */
export interface ResourceOutcome {
  readonly address: string;
  readonly action: Action;
  /** `unfinished`: begun, and no end was told (the engine was killed, or dropped it). */
  readonly outcome: "complete" | "errored" | "unfinished";
  readonly elapsedSeconds?: number;
}

/** One outcome for each resource and action that was begun, in the order of their beginning. */
export function resourceOutcomes(events: readonly EngineEvent[]): readonly ResourceOutcome[] {
  const outcomes = new Map<string, ResourceOutcome>();
  for (const event of events) {
    if (event.kind !== "apply_start" && event.kind !== "apply_complete" && event.kind !== "apply_errored") continue;
    const { resource, action, elapsedSeconds } = event;
    const outcome = event.kind === "apply_start" ? "unfinished" : event.kind === "apply_complete" ? "complete" : "errored";
    outcomes.set(`${action} ${resource.address}`, { address: resource.address, action, outcome, ...(elapsedSeconds === undefined ? {} : { elapsedSeconds }) });
  }
  return [...outcomes.values()];
}
