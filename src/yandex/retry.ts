import type { Edges } from "./edges";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

export interface Retrying<T> {
  readonly edges: Edges;
  /** In the edges' clock: after it there is no further try. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
  /** One try, with the milliseconds that are left. */
  readonly attempt: (leftMs: number) => Promise<T>;
  /** Whether the same may work in a moment. */
  readonly passing: (error: unknown) => boolean;
}

/**
 * Tries until it works, with doubling pauses and jitter: between half of the step and all of it. An error that
 * doesn't pass, or that is there when time is up, is thrown as it is.
 */
export async function withRetries<T>({ edges, deadline, signal, attempt, passing }: Retrying<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt(Math.max(0, deadline - edges.now()));
    } catch (error) {
      if (!passing(error)) throw error;
      const step = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
      const pause = Math.round((step / 2) * (1 + edges.random()));
      if (edges.now() + pause >= deadline) throw error;
      await edges.pause(pause, signal);
    }
  }
}
