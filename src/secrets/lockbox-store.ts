import { GoslingError } from "../vocabulary/error";
import { nearest } from "../vocabulary/nearest";
import { formatSecretReference, type SecretReference } from "../vocabulary/secret";
import { isSecretId, isYandexError, LOCKBOX_LIMITS, readPayload, type SecretAddress, type YandexCloud, type YandexError, type YandexErrorCode, writeEntry } from "../yandex";
import type { SecretStore } from "./secret-store";

export interface LockboxStoreOptions {
  /** Made by `yandexCloud`; whoever made it closes it. */
  readonly cloud: YandexCloud;
  /** The folder of secrets that are named, not given by id. Default: `YC_FOLDER_ID` of the cloud's environment. */
  readonly folderId?: string;
}

/** What a reference leaves open. */
export interface LockboxPlace {
  /** The folder of a secret that is named: that of an Egg. Default: the store's. */
  readonly folderId?: string;
  /** Not looked at: an installation has one Lockbox. */
  readonly region?: string;
}

/** Yandex Lockbox, which can be written too. */
export interface LockboxStore extends SecretStore {
  read(reference: SecretReference, place?: LockboxPlace): Promise<string>;
  /**
   * Sets the entry that the reference names, in a new version; the secret's other entries stay. A name that is not
   * there becomes a secret in the folder.
   * @throws GoslingError as `read` does, and `SECRET_EXISTS` where `replace` is false and there is such an entry.
   */
  write(reference: SecretReference, value: string, options: LockboxPlace & { readonly replace: boolean }): Promise<void>;
}

/**
 * `yc-lockbox://SECRET/KEY#VERSION`: an entry of a secret, which is named by its id or by its name in the folder;
 * VERSION is a version's id. Text and binary entries, as long as they are UTF-8; an empty one counts as missing.
 * Ten seconds at most for a reading and what it needs, each.
 */
export function lockboxStore(options: LockboxStoreOptions): LockboxStore {
  const { cloud } = options;

  const addressOf = (reference: SecretReference, doing: Doing, place: LockboxPlace | undefined): SecretAddress => {
    const { name } = reference;
    if (isSecretId(name)) return { secretId: name };
    if (name.length > LOCKBOX_LIMITS.name) throw failure("SECRET_REFERENCE", reference, doing, `the name of its secret has ${name.length} characters, and Lockbox takes ${LOCKBOX_LIMITS.name}`, "Take the secret's id, or name one with a shorter name in the Fly file.");
    const folderId = (place?.folderId ?? options.folderId) || cloud.env["YC_FOLDER_ID"];
    if (!folderId) throw failure("SECRET_SETTINGS", reference, doing, "it names its secret, and no folder is known", "Set YC_FOLDER_ID to the folder of the secret, or take the secret's id in the place of its name.");
    return { folderId, name };
  };

  return {
    backend: "yc-lockbox",
    async read(reference, place) {
      const address = addressOf(reference, "read", place);
      const entries = await readPayload(cloud, address, reference.version).catch((error: unknown) => {
        throw explained(error, reference, "read");
      });
      return textOf(entries, reference);
    },
    async write(reference, value, { replace, ...place }) {
      const { key = "", version } = reference;
      if (version !== undefined) throw failure("SECRET_READ_ONLY", reference, "written", "it names a version, and what is written becomes a new one", "Leave out what follows #.");
      if (!LOCKBOX_LIMITS.key.test(key)) throw failure("SECRET_REFERENCE", reference, "written", "Lockbox takes no such key", "It takes at most 256 letters, digits, and - _ . \\ @.");
      if (value === "") throw failure("SECRET_FORMAT", reference, "written", "the value is empty");
      const size = Buffer.byteLength(value);
      if (size > LOCKBOX_LIMITS.valueBytes) throw failure("SECRET_FORMAT", reference, "written", `the value has ${size} bytes, and Lockbox takes ${LOCKBOX_LIMITS.valueBytes}`);
      const outcome = await writeEntry(cloud, addressOf(reference, "written", place), key, value, { replace }).catch((error: unknown) => {
        throw explained(error, reference, "written");
      });
      if (outcome === "exists") throw new GoslingError("SECRET_EXISTS", `there is a value behind ${formatSecretReference(reference)} already`, { hint: "To replace it: --force" });
    },
  };
}

type Doing = "read" | "written";

/** @throws GoslingError `SECRET_KEY`, `SECRET_MISSING`, `SECRET_FORMAT` */
function textOf(entries: ReadonlyMap<string, Buffer>, reference: SecretReference): string {
  const named = formatSecretReference(reference);
  const { name, key = "" } = reference;
  const value = entries.get(key);
  if (value === undefined) {
    const similar = nearest(key, [...entries.keys()]);
    throw new GoslingError("SECRET_KEY", `${named}: the secret ${name} has no key ${key}`, { hint: similar === undefined ? "Add the entry to the secret in Lockbox, or correct the reference." : `Did you mean ${similar}?` });
  }
  if (value.length === 0) throw new GoslingError("SECRET_MISSING", `${named}: the value is empty`, { hint: "Give the entry a value in Lockbox." });
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw new GoslingError("SECRET_FORMAT", `${named}: the value is no UTF-8 text`, { hint: "Keep binary values in base64." });
  }
}

function failure(code: string, reference: SecretReference, doing: Doing, why: string, hint?: string): GoslingError {
  return new GoslingError(code, `${formatSecretReference(reference)} can't be ${doing}: ${why}`, hint === undefined ? {} : { hint });
}

const CODES: Readonly<Record<YandexErrorCode, string>> = {
  YANDEX_CREDENTIALS: "SECRET_CREDENTIALS",
  YANDEX_DENIED: "SECRET_DENIED",
  YANDEX_MISSING: "SECRET_MISSING",
  YANDEX_THROTTLED: "SECRET_UNREACHABLE",
  YANDEX_UNREACHABLE: "SECRET_UNREACHABLE",
  YANDEX_REFUSED: "SECRET_UNREADABLE",
  YANDEX_FAILED: "SECRET_UNREACHABLE",
  YANDEX_ENDPOINT: "SECRET_SETTINGS",
};

/** The error of a store. The server's own words are left out: nobody knows what they repeat. */
function explained(error: unknown, reference: SecretReference, doing: Doing): unknown {
  if (!isYandexError(error)) return error;
  if (error.code === "YANDEX_MISSING") {
    const version = reference.version === undefined ? "" : ", or no such version of it";
    return new GoslingError("SECRET_MISSING", `there is nothing behind ${formatSecretReference(reference)}: Lockbox has no such secret${version}`, { hint: wayToFind(reference) });
  }
  return failure(CODES[error.code], reference, doing, error.message, wayOut(error, doing));
}

function wayToFind({ name, version }: SecretReference): string {
  if (version !== undefined) return "Look at the ids of the secret's versions in Lockbox.";
  return isSecretId(name) ? "Look at the secret's id in Lockbox." : "Make the secret in the Egg's folder (without one: YC_FOLDER_ID), or correct the reference.";
}

function wayOut({ status, hint }: YandexError, doing: Doing): string | undefined {
  if (status === "PERMISSION_DENIED") {
    return doing === "read"
      ? "Give the service account lockbox.payloadViewer on the secret, and kms.keys.decrypter where it has a key of its own. Lockbox may say so of a secret that is not there, too."
      : "Give the service account lockbox.editor in the folder, and kms.keys.encrypterDecrypter where the secret has a key of its own.";
  }
  if (status === "FAILED_PRECONDITION") return "The secret is deactivated, or the version is destroyed: activate it, or name another version.";
  return hint;
}
