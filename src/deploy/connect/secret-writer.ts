import { isSecretError, type ResolveSecret, type SecretPlace } from "../../secrets";
import { GoslingError } from "../../vocabulary/error";
import { parseSecretReference } from "../../vocabulary/secret";

/** Gives the value behind a reference; `place`: where the unit's cloud keeps its secrets. */
export type ResolvePlaced = (reference: string, place?: SecretPlace) => Promise<string>;

/** Puts secrets where references point. */
export interface SecretWriter {
  /**
   * Writes the value that the reference gives from now on; what was there is replaced.
   * @throws GoslingError naming the reference, never the value
   */
  write(reference: string, value: string, place?: SecretPlace): Promise<void>;
}

/** The secret behind a reference; undefined where there is none yet. Every other reason is thrown. */
export async function secretOrNone(resolve: ResolveSecret, reference: string): Promise<string | undefined> {
  try {
    return await resolve(reference);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether there is no such secret yet, or no such key in it. */
export function isMissing(error: unknown): boolean {
  return isSecretError(error) && (error.code === "SECRET_MISSING" || error.code === "SECRET_KEY");
}

/**
 * Before anything is made whose secret could then not be kept.
 * @throws GoslingError `SECRET_READ_ONLY`
 */
export function checkWritable(reference: string, what: string): void {
  const parsed = parseSecretReference(reference);
  const why = !parsed.ok ? "it is no reference" : parsed.value.backend === "env" ? "an environment variable can only be read" : parsed.value.version !== undefined ? "it names one version" : undefined;
  if (why === undefined) return;
  throw new GoslingError("SECRET_READ_ONLY", `${what} can't be kept behind ${reference}: ${why}`, { hint: "Name a reference of a store without a version, or put the secret there yourself." });
}
