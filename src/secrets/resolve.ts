import { GoslingError } from "../vocabulary/error";
import { formatSecretReference, parseSecretReference, type SecretReference } from "../vocabulary/secret";
import type { SecretStore } from "./secret-store";

/** Gives the value behind a reference. */
export type ResolveSecret = (reference: string) => Promise<string>;

/**
 * Resolves references through whichever of `stores` answers for them, each time anew.
 * The function that it returns throws a GoslingError with one of `SECRET_ERRORS`; its message names the reference.
 */
export function secretResolver(stores: readonly SecretStore[]): ResolveSecret {
  return async (text) => {
    const reference = readReference(text);
    return storeOf(stores, reference).read(reference);
  };
}

/** @throws GoslingError `SECRET_REFERENCE` */
export function readReference(text: string): SecretReference {
  const reference = parseSecretReference(text);
  if (reference.ok) return reference.value;
  // The text may be a secret by mistake, so it isn't repeated.
  throw new GoslingError("SECRET_REFERENCE", `this is no reference to a secret: ${reference.message}`);
}

/** @throws GoslingError `SECRET_BACKEND` */
export function storeOf(stores: readonly SecretStore[], reference: SecretReference): SecretStore {
  const store = stores.find(({ backend }) => backend === reference.backend);
  if (store !== undefined) return store;
  throw new GoslingError("SECRET_BACKEND", `${formatSecretReference(reference)} can't be read here: there are ${stores.map(({ backend }) => `${backend}://`).join(" and ")} only`);
}
