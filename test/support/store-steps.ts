import fc from "fast-check";
import type { DeploymentStore } from "../../src/store";
import { foldEntries } from "../../src/store/current-records";
import type { DeploymentEntry, DeploymentKind } from "../../src/store/deployment";
import { deployment, now } from "./stores";

/** One write: a deployment of a unit is begun, or its last one ends, if it hasn't. */
export interface Step {
  readonly unit: string;
  readonly end?: "succeeded" | "failed" | "interrupted";
  readonly kind: DeploymentKind;
}

export const steps = (maxLength: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record(
      {
        unit: fc.constantFrom("app", "app-2", "job.nightly"),
        kind: fc.constantFrom<DeploymentKind>("deploy", "deploy", "rollback", "destroy", "move"),
        end: fc.constantFrom("succeeded", "succeeded", "failed", "interrupted"),
      },
      { requiredKeys: ["unit", "kind"] },
    ),
    { maxLength },
  );

/** Carries a step out. @returns all entries as they are then, oldest first; `entries` where there was nothing to end. */
export function take(step: Step, entries: readonly DeploymentEntry[]): { readonly after: readonly DeploymentEntry[]; write(store: DeploymentStore): Promise<void> } {
  const last = entries.findLast(({ unit }) => unit === step.unit);
  if (step.end !== undefined && last && !last.end) {
    const end = { result: step.end, at: now().toISOString(), notes: ["a note"] } as const;
    return {
      after: entries.map((entry) => (entry === last ? { ...entry, end } : entry)),
      write: (store) => store.end(last.unit, last.id, end),
    };
  }
  const begun = deployment(step.unit, step.kind);
  return { after: [...entries, begun], write: (store) => store.begin(begun, new Map([[`${begun.id.slice(-8)}`, "text"]])) };
}

/** What another process sees is what the entries come to. @returns those entries, oldest first */
export async function seenBy(store: DeploymentStore): Promise<readonly DeploymentEntry[]> {
  const entries = [...(await store.history({}))].reverse();
  const expected = foldEntries(entries);
  expect(await store.current()).toEqual(expected);
  for (const unit of new Set(entries.map((entry) => entry.unit))) expect(await store.currentOf(unit)).toEqual(expected.get(unit) ?? { unit });
  return entries;
}
