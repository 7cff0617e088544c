/** How long to wait before the next try. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/**
 * Doubling pauses with jitter: between half of the step and all of it, so that runners that failed
 * together don't come back together.
 * @param attempt 0 for the first pause.
 */
export function backoffMs(attempt: number, options: BackoffOptions): number {
  const step = Math.min(options.maxMs, options.firstMs * 2 ** Math.min(attempt, 30));
  return Math.round((step / 2) * (1 + options.random()));
}
