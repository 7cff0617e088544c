import { GoslingError, messageOf } from "../vocabulary/error";

/**
 * What `error` is told as, once what has to be done after it is done: itself. Where that fails as well both are told,
 * in an `AggregateError`: the second is never the cause, and must not hide it.
 */
export async function failureOf(error: unknown, after: () => Promise<void>): Promise<unknown> {
  try {
    await after();
    return error;
  } catch (second) {
    return new AggregateError([error, second], `${messageOf(error)}\n${messageOf(second)}`);
  }
}

/** Whether somebody has asked for it; what went wrong afterwards changes nothing about that. */
export function isInterruption(error: unknown): boolean {
  if (error instanceof AggregateError) return isInterruption(error.errors[0]);
  return error instanceof GoslingError && error.code === "INTERRUPTED";
}
