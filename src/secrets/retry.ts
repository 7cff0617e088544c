/** Clock, chance and patience of everything that asks servers; tests bring their own. */
export interface Timing {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/** How long one request may take. */
export const TIMEOUT_MS = 10_000;
/** How often a request is tried where trying again may help. */
const TRIES = 3;
/** The pause before the second try is half of this to all of it, before the third twice as much. */
const FIRST_PAUSE_MS = 400;

/** A request that took too long. */
export class TimedOut extends Error {
  constructor(readonly timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`);
    this.name = "TimedOut";
  }
}

/**
 * Tries `work` up to three times, while `isPassing` says of its error that trying again may help.
 * @param work is told by its signal when its time is over, and is not waited for any longer.
 * @throws the last error of `work`, or TimedOut
 */
export async function withRetries<T>(work: (signal: AbortSignal) => Promise<T>, isPassing: (error: unknown) => boolean, timing: Timing, timeoutMs = TIMEOUT_MS): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await withDeadline(work, timeoutMs);
    } catch (error) {
      if (tries === TRIES || !(error instanceof TimedOut || isPassing(error))) throw error;
    }
    const longest = FIRST_PAUSE_MS * 2 ** (tries - 1);
    await timing.pause(longest / 2 + (timing.random() * longest) / 2);
  }
}

function withDeadline<T>(work: (signal: AbortSignal) => Promise<T>, timeoutMs: number): Promise<T> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // First the verdict, then the abort: what the abort makes of the request is not the reason.
      reject(new TimedOut(timeoutMs));
      stop.abort();
    }, timeoutMs);
  });
  return Promise.race([work(stop.signal), late]).finally(() => clearTimeout(timer));
}
