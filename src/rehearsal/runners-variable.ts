import { RUNNERS_PER_STACK } from "../vocabulary/unit-stacks";

/** The most runners that an Egg may have: on, and altogether. */
export interface RunnerLimits {
  readonly apex: number;
  readonly total: number;
}

/** One entry of the stack's variable `runners`. */
export interface RunnerEntry {
  readonly power: "on" | "off";
  readonly revision: string;
  readonly shard: number;
  readonly place: string;
}

export type Runners = Readonly<Record<string, RunnerEntry>>;

/** What of its own each entry carries. */
export type RunnerMark = Omit<RunnerEntry, "power">;

/** So many runners on, and so many asleep; the same ones stay as numbers grow. */
export function runners(on: number, off: number, mark: RunnerMark): Runners {
  const entry = (index: number): RunnerEntry => ({ power: index < on ? "on" : "off", ...mark });
  return Object.fromEntries(Array.from({ length: on + off }, (_, index) => [`rehearsal-${index + 1}`, entry(index)]));
}

/** How many runners a stack is scaled up to: at most `wanted`, within its Egg's limits and its own room. */
export function largest({ apex, total }: RunnerLimits, wanted: number): { readonly on: number; readonly off: number } {
  const size = Math.min(total, wanted, RUNNERS_PER_STACK);
  const on = Math.min(apex, size);
  return { on, off: size - on };
}

/** Maps that the stack has to refuse, and which limit each passes. */
export function overLimits({ apex, total }: RunnerLimits, mark: RunnerMark): readonly { readonly what: string; readonly runners: Runners }[] {
  return [
    { what: `${apex + 1} runners on, where ${apex} may be`, runners: runners(apex + 1, 0, mark) },
    { what: `${total + 1} runners altogether, where ${total} may be`, runners: runners(Math.min(apex, total + 1), total + 1 - Math.min(apex, total + 1), mark) },
  ];
}
