import { GoslingError } from "../src/vocabulary/error";

/** Does what a cloud may refuse; the error then names the construct that asked for it, and the error alone is its cause. */
export function atConstruct<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof GoslingError)) throw error;
    throw new GoslingError(error.code, `${path}: ${error.message}`, { ...(error.hint !== undefined && { hint: error.hint }), exitCode: error.exitCode, cause: error });
  }
}
