import { GoslingError } from "../vocabulary/error";

/** What the operating system refuses, and the way out. Everything else is a fault of the program. */
const REFUSALS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: ["No space is left on the disk", "Make room and run the same command again."],
  EDQUOT: ["The disk quota is used up", "Make room and run the same command again."],
  EROFS: ["The file system is read-only", "Run the command where the Nest can be written."],
  EACCES: ["Permission is denied", "Check who owns the file and its folder."],
  EPERM: ["The operation is not permitted", "Check who owns the file and its folder."],
  EMFILE: ["Too many files are open", "Raise the limit (ulimit -n) and run the same command again."],
};

/** The error as a person can use it; undefined where the operating system has not refused anything. */
export function explainSystemError(error: unknown): GoslingError | undefined {
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  const refusal = code === undefined ? undefined : REFUSALS[code];
  if (!refusal) return undefined;
  const [what, hint] = refusal;
  return new GoslingError(`SYSTEM_${code}`, path === undefined ? what : `${what}: ${path}`, { hint, cause: error });
}
