import { GoslingError } from "../vocabulary/error";
import { formatSecretReference, isLocalSecret, type SecretReference } from "../vocabulary/secret";
import type { SecretAccess } from "./access-log";
import { createCache, createOutages } from "./cache";
import { StoreFailure } from "./failure";
import { environmentStore, fileStore } from "./local-stores";
import { createMasker, type Masker } from "./masking";
import { readReference, storeOf } from "./resolve";
import type { Timing } from "./retry";
import { isSecretError, type SecretPlace, type SecretStore, type WriteOptions } from "./secret-store";

export interface SecretsOptions {
  /** The environment: where the stores are and how they know us. See `awsStore` and `readVaultSettings`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that `file://` starts from. */
  readonly nestRoot: string;
  readonly timing: Timing;
  /** Name of the Nest: secrets that are made on AWS carry it as a tag, by which MotherGoose may read them. */
  readonly nest?: string;
  /** How long a value from a cloud or Vault counts. Default: 5 minutes. */
  readonly ttlMs?: number;
  /** How long an error counts before the store is asked again. Default: 10 seconds. */
  readonly errorTtlMs?: number;
  /** For one request. Default: 10 seconds; each is tried up to three times. */
  readonly timeoutMs?: number;
  /** Told of every access, before its value is given to anybody. */
  readonly onAccess?: (access: SecretAccess) => void;
  /** Every value that is read is added to it, and what we sign in with. Default: one of its own. */
  readonly masker?: Masker;
  /** Stores instead of those for `env://`, `file://`, `aws-sm://`, `yc-lockbox://` and `vault://`. */
  readonly stores?: readonly SecretStore[];
}

/** All secrets that a program uses: the stores behind references, with one cache, one masker and one log. */
export interface Secrets {
  /**
   * The value behind a reference. A cloud's or Vault's is kept in memory for a while; `env://` and `file://`
   * are read each time.
   * @throws GoslingError with one of `SECRET_ERRORS`; its message names the reference.
   */
  read(reference: string, place?: SecretPlace): Promise<string>;
  /**
   * Puts a value behind a reference. What is kept of the same secret is forgotten.
   * @throws GoslingError with one of `SECRET_ERRORS`, such as `SECRET_READ_ONLY`; `SECRET_EXISTS` unless `replace`
   */
  write(reference: string, value: string, options: WriteOptions): Promise<void>;
  /** Says of a value that it is none, though it is kept like one: from now on it is not masked when it is read or written. */
  expose(value: string): void;
  /** Forgets what is kept, so that the next reading asks the stores: after a rotation, or when told to reload. */
  forget(): void;
  readonly masker: Masker;
  /** Lets go of connections. */
  close(): Promise<void>;
}

const TTL_MS = 5 * 60_000;
const ERROR_TTL_MS = 10_000;

/** Opens secrets; no store is asked before the first reading. */
export function openSecrets(options: SecretsOptions): Secrets {
  const { env, timing, errorTtlMs = ERROR_TTL_MS } = options;
  const { now } = timing;
  const masker = options.masker ?? createMasker();
  const stores = openStores(options, masker);
  const exposed = new Set<string>();
  const hide = (value: string): void => {
    if (!exposed.has(value)) masker.add([value]);
  };
  const cache = createCache({ ttlMs: options.ttlMs ?? TTL_MS, errorTtlMs, now });
  const outages = createOutages<StoreFailure>(errorTtlMs, now);
  masker.add(credentialsIn(env));

  const load = async (reference: SecretReference, place: SecretPlace | undefined): Promise<string> => {
    const store = storeOf(stores, reference);
    // A thousand references don't each wait for the same server that is down.
    const outage = outages.of(storeKey(reference, place));
    if (outage) throw outage.of(reference);
    try {
      const value = await store.read(reference, place);
      // No program can be given it, and Node's error would quote it.
      if (value.includes("\0")) throw new GoslingError("SECRET_UNREADABLE", `${formatSecretReference(reference)} can't be read: its value holds a zero byte`, { hint: "Keep binary values in base64." });
      hide(value);
      return value;
    } catch (error) {
      if (error instanceof StoreFailure) outages.add(storeKey(reference, place), error);
      throw error;
    }
  };

  /** Writes down how it ended; a value reaches nobody before that. */
  const logged = async <T>(action: SecretAccess["action"], reference: SecretReference, result: Promise<T>, cached = false): Promise<T> => {
    const start = now();
    const log = (outcome: SecretAccess["outcome"]): void =>
      options.onAccess?.({ time: new Date(start).toISOString(), action, reference: formatSecretReference(reference), backend: reference.backend, outcome, cached, durationMs: now() - start });
    try {
      await result;
    } catch (error) {
      log(isSecretError(error) ? error.code : "failed");
      throw error;
    }
    log("ok");
    return result;
  };

  const write = async (reference: SecretReference, value: string, writeOptions: WriteOptions): Promise<void> => {
    const store = storeOf(stores, reference);
    checkWritable(reference, store);
    await store.write?.(reference, value, writeOptions);
    const secret = secretKey(reference);
    cache.forget((key) => key.startsWith(secret));
    outages.clear();
  };

  return {
    masker,
    async read(text, place) {
      const reference = readReference(text);
      if (isLocalSecret(reference)) return logged("read", reference, load(reference, place));
      const { value, cached } = cache.get(cacheKey(reference, place), () => load(reference, place));
      return logged("read", reference, value, cached);
    },
    async write(text, value, writeOptions) {
      const reference = readReference(text);
      hide(value);
      return logged("write", reference, write(reference, value, writeOptions));
    },
    expose: (value) => void exposed.add(value),
    forget() {
      cache.forget(() => true);
      outages.clear();
    },
    async close() {
      for (const store of stores) await store.close?.();
    },
  };
}

/** Variables that hold what signs somebody in somewhere, by the names that everybody gives them. */
const CREDENTIAL = /(^|_)(TOKEN|PASSWORD|SECRET|SECRET_KEY|SECRET_ACCESS_KEY|SECRET_ID|PRIVATE_KEY)$|^TF_TOKEN_/;
/** What is shorter is none, but a word that would be masked wherever it stands. */
const SHORTEST_CREDENTIAL = 8;

/** Engines, their providers and scripts see the environment, too, and may repeat what they see. */
function credentialsIn(env: SecretsOptions["env"]): readonly string[] {
  return Object.entries(env).flatMap(([name, value = ""]) => (CREDENTIAL.test(name) && value.trim().length >= SHORTEST_CREDENTIAL ? [value] : []));
}

function openStores({ env, nestRoot, timing, timeoutMs, nest, stores = [] }: SecretsOptions, masker: Masker): readonly SecretStore[] {
  const patience = { timing, ...(timeoutMs !== undefined && { timeoutMs }) };
  return [
    ...stores,
    environmentStore(env),
    fileStore(nestRoot),
    lateStore("aws-sm", async () => (await import("./aws-store.js")).awsStore({ env, ...patience, ...(nest !== undefined && { tags: { "gosling:nest": nest, "gosling:managed-by": "gosling" } }) })),
    lateStore("vault", async () => (await import("./vault-store.js")).vaultStore({ env, ...patience, onCredential: (value) => masker.add([value]) })),
    lateStore("yc-lockbox", async () => {
      const [{ yandexCloud }, { lockboxStore }] = await Promise.all([import("../yandex/index.js"), import("./lockbox-store.js")]);
      const cloud = yandexCloud(env);
      return { ...lockboxStore({ cloud }), close: async () => cloud.close() };
    }),
  ];
}

/** A store that can write, of which nothing is loaded or looked for before one of its secrets is wanted. */
function lateStore(backend: SecretStore["backend"], open: () => Promise<SecretStore>): SecretStore {
  let opened: Promise<SecretStore> | undefined;
  const store = (): Promise<SecretStore> =>
    (opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
  return {
    backend,
    read: async (reference, place) => (await store()).read(reference, place),
    write: async (reference, value, options) => (await store()).write?.(reference, value, options),
    close: async () => (await opened)?.close?.(),
  };
}

/** @throws GoslingError `SECRET_READ_ONLY` */
function checkWritable(reference: SecretReference, store: SecretStore): void {
  const named = formatSecretReference(reference);
  if (reference.version !== undefined) throw new GoslingError("SECRET_READ_ONLY", `${named} names a version, and what is written becomes a new one`, { hint: `Leave it out: ${formatSecretReference({ ...reference, version: undefined })}` });
  if (store.write === undefined) throw new GoslingError("SECRET_READ_ONLY", `${named} can't be written by Gosling`, { hint: store.howToWrite?.(reference) ?? "Write it with the store's own tools." });
}

/** No reference holds a control character. */
const PART = "\0";

/** Begins the cache keys of all that one secret holds. */
function secretKey({ backend, name }: SecretReference): string {
  return [backend, name, ""].join(PART);
}

function cacheKey(reference: SecretReference, place: SecretPlace | undefined): string {
  return `${secretKey(reference)}${[reference.key, reference.version, place?.region, place?.folderId].join(PART)}`;
}

function storeKey({ backend }: SecretReference, place: SecretPlace | undefined): string {
  return [backend, place?.region].join(PART);
}
