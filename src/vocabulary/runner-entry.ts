/** One entry of a stack's `runners` variable (architecture.md, decision 4). */
export interface RunnerEntry {
  readonly power: "on" | "off";
  /** Revision of the configuration that the runner was made with. */
  readonly revision: string;
  /** Which of the Egg's stacks holds it, from 1. Never changes. */
  readonly shard: number;
  /** Which zone and instance type it got; `local` on this machine. */
  readonly place: string;
}
