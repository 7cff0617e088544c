/**
 * An error that a person can cause and mend. The command line prints its message and its way out,
 * without a stack trace, and exits with `exitCode`.
 */
export class GoslingError extends Error {
  /** Stable name of the error, such as `ENGINE_MISSING`: tests and `--json` use it. */
  readonly code: string;
  /** One way to mend it, as a sentence or a command. */
  readonly hint?: string;
  /** Exit code of the process: 1 failed, 64 wrong use, 130 interrupted. */
  readonly exitCode: number;

  constructor(code: string, message: string, options: { hint?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "GoslingError";
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** What to tell of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
