import { GoslingError } from "../vocabulary/error";
import { parseSecretReference } from "../vocabulary/secret";
import type { SecretStore } from "./secret-store";

/** Gives the value behind a reference. */
export type ResolveSecret = (reference: string) => Promise<string>;

/**
 * Resolves references through whichever of `stores` answers for them.
 * The function that it returns throws a GoslingError with one of `SECRET_ERRORS`; its message names the reference.
 */
export function secretResolver(stores: readonly SecretStore[]): ResolveSecret {
  return async (text) => {
    const reference = parseSecretReference(text);
    // The text may be a secret by mistake, so it isn't repeated.
    if (!reference.ok) throw new GoslingError("SECRET_REFERENCE", `this is no reference to a secret: ${reference.message}`);
    const store = stores.find(({ backend }) => backend === reference.value.backend);
    if (store === undefined) {
      throw new GoslingError("SECRET_BACKEND", `${text} can't be read here: there are ${stores.map(({ backend }) => `${backend}://`).join(" and ")} only`);
    }
    return store.read(reference.value);
  };
}
