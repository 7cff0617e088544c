import { type EngineDiagnostic, EngineFailure } from "../engine";
import type { RunnerEntry } from "../vocabulary/runner-entry";

/**
 * What the clouds say where a zone, or an instance type in it, has no room: EC2's error codes (`RunInstances`), and
 * what Yandex Compute answers.
 */
const NO_CAPACITY = /InsufficientInstanceCapacity|InsufficientHostCapacity|InsufficientReservedInstanceCapacity|SpotCapacityNotAvailable|capacity-not-available|Insufficient capacity|not supported in your requested Availability Zone|not enough (compute )?resources|(zone|platform) .*has no (available|free) resources/i;
/** A quota is the same at every place. */
const QUOTA = /quota|LimitExceeded|limit exceeded/i;

const MACHINE = /^(?:aws_instance|yandex_compute_instance)\.runner\["([^"]+)"\]$/;

/**
 * The runners with those elsewhere that found no capacity: each at its Egg's next place. Undefined where that is no
 * way out: nothing failed for capacity, something failed for another reason, or a runner has tried the last place.
 */
export function elsewhere(error: unknown, runners: Readonly<Record<string, RunnerEntry>>, places: number): { readonly runners: Readonly<Record<string, RunnerEntry>>; readonly notes: readonly string[] } | undefined {
  if (!(error instanceof EngineFailure)) return undefined;
  const errors = error.diagnostics.filter(({ severity }) => severity === "error");
  const failed = errors.map((diagnostic) => (isCapacity(diagnostic) ? MACHINE.exec(diagnostic.address ?? "")?.[1] : undefined));
  if (failed.length === 0 || failed.some((id) => id === undefined)) return undefined;
  const moved: Record<string, RunnerEntry> = {};
  for (const id of failed as readonly string[]) {
    const entry = runners[id];
    const next = Number(entry?.place) + 1;
    if (!entry || !(next < places)) return undefined;
    moved[id] = { ...entry, place: String(next) };
  }
  const notes = Object.entries(moved).map(([id, { place }]) => `runner ${id}: no capacity at place ${Number(place) - 1}; tried at place ${place}`);
  return { runners: { ...runners, ...moved }, notes };
}

function isCapacity({ summary, detail }: EngineDiagnostic): boolean {
  const text = `${summary}\n${detail}`;
  return NO_CAPACITY.test(text) && !QUOTA.test(text);
}
