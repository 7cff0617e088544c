import { closeSync, openSync, writeSync } from "node:fs";
import type { SecretBackend } from "../vocabulary/secret";
import { GoslingError } from "../vocabulary/error";
import type { SecretErrorCode } from "./secret-store";

/** One access to a secret, without its value. */
export interface SecretAccess {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly action: "read" | "write";
  readonly reference: string;
  readonly backend: SecretBackend;
  /** `failed`: with an error that is none of the secrets' own. */
  readonly outcome: "ok" | SecretErrorCode | "failed";
  /** Whether no store was asked. */
  readonly cached: boolean;
  readonly durationMs: number;
}

export interface AccessLog {
  write(access: SecretAccess): void;
  close(): void;
}

/**
 * Accesses as lines of JSON at the end of a file, which is made with mode 0600.
 * @throws GoslingError `SECRETS_LOG`: who wants a log of every access does not want one without it.
 */
export function openAccessLog(path: string): AccessLog {
  const refused = (error: unknown): GoslingError => new GoslingError("SECRETS_LOG", `the log of secrets ${path} can't be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { hint: "Set GOSLING_SECRETS_LOG to a file that can be written, or unset it." });
  let file: number;
  try {
    file = openSync(path, "a", 0o600);
  } catch (error) {
    throw refused(error);
  }
  return {
    write(access) {
      try {
        writeSync(file, `${JSON.stringify(access)}\n`);
      } catch (error) {
        throw refused(error);
      }
    },
    close: () => closeSync(file),
  };
}
