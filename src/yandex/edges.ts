import { setTimeout } from "node:timers/promises";

/** Clock, chance and waiting: a test holds them. */
export interface Edges {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Waits; an abort of the signal rejects. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export const realEdges: Edges = {
  now: Date.now,
  random: Math.random,
  pause: (ms, signal) => setTimeout(ms, undefined, { signal }),
};
