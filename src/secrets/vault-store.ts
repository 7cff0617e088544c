import { GoslingError } from "../vocabulary/error";
import { formatSecretReference, type SecretReference } from "../vocabulary/secret";
import type { Doing } from "./failure";
import { entryOf, notEntries, type SecretEntries, unversioned, withEntry } from "./secret-entry";
import type { SecretStore } from "./secret-store";
import type { VaultAnswer } from "./vault-http";
import { encodedPath, type VaultOptions, vaultSession } from "./vault-session";

/** How often a write is begun anew because somebody else has written meanwhile. */
const WRITES = 5;

/**
 * `vault://MOUNT/PATH/KEY#VERSION`: the KV secrets engine, version 2, of HashiCorp Vault or OpenBao. The first
 * part is where the engine is mounted; `data/`, which its API puts behind that, is left out. VERSION is a number.
 *
 * A key is written with check-and-set: who writes another key of the same secret at the same moment loses nothing.
 */
export function vaultStore(options: VaultOptions): SecretStore {
  const session = vaultSession(options);

  const fetch = (reference: SecretReference, doing: Doing): Promise<VaultAnswer> => {
    const version = reference.version === undefined ? "" : `?version=${reference.version}`;
    return session.ask({ method: "GET", path: `${dataPath(reference)}${version}` }, { reference, doing });
  };

  return {
    backend: "vault",
    async read(reference) {
      const answer = await fetch(reference, "read");
      if (answer.status === 404) throw missing(reference, answer);
      return entryOf(entriesOf(answer, reference), reference);
    },
    async write(reference, value, { replace }) {
      const purpose = { reference, doing: "written" } as const;
      for (let writes = 1; writes <= WRITES; writes++) {
        const found = await fetch(reference, "written");
        const entries = found.status === 404 ? {} : entriesOf(found, reference);
        // The answer to the try before may have been lost.
        if (writes > 1 && entries[reference.key ?? ""] === value) return;
        const body = { options: { cas: versionOf(found) }, data: withEntry(entries, reference, value, replace) };
        const answer = await session.ask({ method: "POST", path: dataPath(reference), body }, purpose);
        if (answer.status < 300) return;
        if (!answer.errors.some((text) => /check-and-set/i.test(text))) throw refused(reference, answer, "written");
      }
      throw new GoslingError("SECRET_UNREADABLE", `${formatSecretReference(reference)} can't be written: others write to the secret all the time`, { hint: "Try again." });
    },
    close: () => session.close(),
  };
}

function dataPath(reference: SecretReference): string {
  const [mount = "", ...path] = reference.name.split("/");
  const wrong = (why: string): GoslingError => new GoslingError("SECRET_REFERENCE", `${formatSecretReference(reference)}: ${why}`, { hint: "Write vault://MOUNT/PATH/KEY, such as vault://secret/team/my-app/token." });
  if (path.length === 0) throw wrong("between the mount and the key there is no path");
  // A URL would take them for steps between folders.
  if ([mount, ...path].some((part) => part === "." || part === "..")) throw wrong("a path in Vault has no parts . and ..");
  return `${encodedPath(mount)}/data/${encodedPath(path.join("/"))}`;
}

interface Metadata {
  readonly version?: unknown;
  readonly deletion_time?: unknown;
  readonly destroyed?: unknown;
}

function dataOf({ body }: VaultAnswer): { readonly data?: unknown; readonly metadata?: Metadata } {
  return (body["data"] ?? {}) as { data?: unknown; metadata?: Metadata };
}

function entriesOf(answer: VaultAnswer, reference: SecretReference): SecretEntries {
  if (answer.status !== 200) throw refused(reference, answer, "read");
  const { data } = dataOf(answer);
  if (typeof data === "object" && data !== null && !Array.isArray(data)) return data as SecretEntries;
  throw notEntries(reference, "has no keys as KV version 2 has them");
}

/** The version that is there, deleted or not; 0: none was ever written. */
function versionOf(answer: VaultAnswer): number {
  const version = dataOf(answer).metadata?.version;
  return typeof version === "number" ? version : 0;
}

function missing(reference: SecretReference, answer: VaultAnswer): GoslingError {
  const named = formatSecretReference(reference);
  const { metadata } = dataOf(answer);
  const [mount = "", first] = reference.name.split("/");
  if (metadata !== undefined) {
    const what = metadata.destroyed === true ? "destroyed" : "deleted";
    const undelete = `vault kv undelete -mount=${mount} -versions=${String(metadata.version)} ${reference.name.slice(mount.length + 1)}`;
    return new GoslingError("SECRET_MISSING", `there is nothing behind ${named}: version ${String(metadata.version)} of it was ${what}`, { hint: what === "deleted" ? `Take it back: ${undelete}` : "Name another version, or write a new one." });
  }
  const noEngine = answer.errors.some((text) => /no handler for route/i.test(text));
  if (noEngine) return new GoslingError("SECRET_MISSING", `there is nothing behind ${named}: Vault has no secrets engine at ${mount}/`, { hint: "The first part is the mount of a KV engine, version 2: vault secrets list" });
  if (first === "data") return new GoslingError("SECRET_MISSING", `there is nothing behind ${named}`, { hint: `Leave out data/, which is part of the API's address only: ${named.replace("/data/", "/")}` });
  return new GoslingError("SECRET_MISSING", `there is nothing behind ${named}`, { hint: `Put it there: gosling secrets set ${unversioned(reference)}` });
}

function refused(reference: SecretReference, { status, errors }: VaultAnswer, doing: Doing): GoslingError {
  // Not what Vault says word by word: it may quote what it was sent.
  const invalid = errors.some((text) => /version/i.test(text)) ? " and speaks of versions: is this a KV engine of version 2?" : "";
  return new GoslingError("SECRET_UNREADABLE", `${formatSecretReference(reference)} can't be ${doing}: Vault answers with status ${status}${invalid}`, { hint: "The first part is the mount of a KV engine, version 2: vault secrets list -detailed" });
}
