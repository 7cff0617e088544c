import type { GoslingError } from "../vocabulary/error";
import type { SecretBackend, SecretReference } from "../vocabulary/secret";

/**
 * A place that keeps secrets: this machine's environment and files, the clouds' stores, Vault.
 * A store's errors are GoslingErrors with one of `SECRET_ERRORS` as their code; neither they nor anything
 * else that a store says holds a value.
 */
export interface SecretStore {
  /** Which references it answers for. */
  readonly backend: SecretBackend;
  /**
   * The secret's value now; a store keeps no values.
   * @throws GoslingError with one of `SECRET_ERRORS`; a `StoreFailure` where every other reference would fail, too.
   */
  read(reference: SecretReference, place?: SecretPlace): Promise<string>;
  /**
   * Puts a value behind the reference: as a new version where the store keeps versions, and with the secret's
   * other keys as they are. The secret is made where there is none. Absent: the store can only be read.
   * @throws GoslingError as `read` does, and `SECRET_EXISTS` where `replace` is false and there is a value.
   */
  write?(reference: SecretReference, value: string, options: WriteOptions): Promise<void>;
  /** How a person writes to a store that has no `write`: one sentence. */
  readonly howToWrite?: (reference: SecretReference) => string;
  /** Lets go of connections. */
  close?(): Promise<void>;
}

/** What a reference leaves open. */
export interface SecretPlace {
  /** Region of the store on AWS. Default: that of the environment. */
  readonly region?: string;
  /** Folder of a secret in Yandex Lockbox that is named, not given by id. Default: that of the environment. */
  readonly folderId?: string;
}

export interface WriteOptions extends SecretPlace {
  /** Whether a value that is there already may be replaced. */
  readonly replace: boolean;
  /** Whether a secret that is made on AWS gets the Nest's tag, by which MotherGoose may read it. Default: true. */
  readonly tagged?: boolean;
}

/**
 * - `SECRET_REFERENCE`: the text is no reference, or none that this store can have;
 * - `SECRET_BACKEND`: nothing here reads references of this kind;
 * - `SECRET_MISSING`: there is no such secret (yet), or no such version of it;
 * - `SECRET_KEY`: the secret is there and has no such key;
 * - `SECRET_FORMAT`: what is there is not what is expected: no JSON object, no text, no key of 32 bytes;
 * - `SECRET_DENIED`: the store does not let us;
 * - `SECRET_CREDENTIALS`: the store does not know us: no credentials, wrong or expired ones;
 * - `SECRET_SETTINGS`: it is not said where the store is (region, address);
 * - `SECRET_UNREACHABLE`: no answer, or none that can be used, after several tries;
 * - `SECRET_UNREADABLE`: it is there, or may be, and can't be read;
 * - `SECRET_READ_ONLY`: nothing can be written there;
 * - `SECRET_EXISTS`: there is a value, and it was not to be replaced.
 */
export const SECRET_ERRORS = [
  "SECRET_REFERENCE",
  "SECRET_BACKEND",
  "SECRET_MISSING",
  "SECRET_KEY",
  "SECRET_FORMAT",
  "SECRET_DENIED",
  "SECRET_CREDENTIALS",
  "SECRET_SETTINGS",
  "SECRET_UNREACHABLE",
  "SECRET_UNREADABLE",
  "SECRET_READ_ONLY",
  "SECRET_EXISTS",
] as const;

export type SecretErrorCode = (typeof SECRET_ERRORS)[number];

export function isSecretError(error: unknown): error is GoslingError & { readonly code: SecretErrorCode } {
  return error instanceof Error && "code" in error && SECRET_ERRORS.some((code) => code === error.code);
}
