import type { Edges } from "../../src/yandex";

/** Edges that a test holds: waiting is done at once, and moves the clock. */
export interface HeldEdges extends Edges {
  /** How long was waited, each time. */
  readonly pauses: number[];
  pass(ms: number): void;
}

export function heldEdges(start = Date.UTC(2026, 10, 27)): HeldEdges {
  let clock = start;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => clock,
    random: () => 0.5,
    pass(ms) {
      clock += ms;
    },
    async pause(ms, signal) {
      signal?.throwIfAborted();
      pauses.push(ms);
      clock += ms;
    },
  };
}
