import type { GoslingError } from "../vocabulary/error";
import type { SecretBackend, SecretReference } from "../vocabulary/secret";

/**
 * A place that keeps secrets: this machine's environment and files now, the clouds' stores beside them.
 * A store's errors are GoslingErrors with one of `SECRET_ERRORS` as their code; neither they nor anything
 * else that a store says holds a value.
 */
export interface SecretStore {
  /** Which references it answers for. */
  readonly backend: SecretBackend;
  /**
   * The secret's value now.
   * @throws GoslingError `SECRET_MISSING`, `SECRET_UNREADABLE`
   */
  read(reference: SecretReference): Promise<string>;
}

/**
 * - `SECRET_REFERENCE`: the text is no reference;
 * - `SECRET_BACKEND`: nothing here reads references of this kind;
 * - `SECRET_MISSING`: there is no such secret (yet);
 * - `SECRET_UNREADABLE`: it is there, or may be, and can't be read.
 */
export const SECRET_ERRORS = ["SECRET_REFERENCE", "SECRET_BACKEND", "SECRET_MISSING", "SECRET_UNREADABLE"] as const;

export function isSecretError(error: unknown): error is GoslingError {
  return error instanceof Error && "code" in error && SECRET_ERRORS.some((code) => code === error.code);
}
