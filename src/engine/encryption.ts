import { createHash } from "node:crypto";
import { GoslingError } from "../vocabulary/error";
import type { StateValues } from "../vocabulary/types";
import { encryptionBody, type Method } from "./encryption-body";
import type { Environment } from "./environment";
import type { Engine } from "./find";
import { compareVersions, PRODUCT } from "./version";

/** A key and where it came from. */
export interface StateKey {
  /** Secret reference, for messages. */
  readonly reference: string;
  /** 32 bytes, base64. Secret. */
  readonly value: string;
}

/** How the states of a Nest are encrypted: `nest.state.encryption`, with the keys behind its references. */
export interface EncryptionSettings {
  /** Where the states are, for people: `s3://acme-states/tofu-states`. */
  readonly place: string;
  /** False: states are written in clear; `key` and `kmsKey` still read what was encrypted before. */
  readonly enabled: boolean;
  readonly key?: StateKey;
  /** ARN of a key that AWS KMS holds. The engine asks with the credentials of its environment. */
  readonly kmsKey?: string;
  /** Reads what was written before `key` or `kmsKey` took its place. */
  readonly previousKey?: StateKey;
  /**
   * Whether a state in clear is read too, and encrypted by the next apply. Default: false. Right once, for states
   * that were never encrypted: afterwards it would let somebody put a state of their own in the place.
   */
  readonly acceptClear?: boolean;
}

/** What an engine is given so that it encrypts. */
export interface StateEncryption {
  /** Variables for the engine's environment; they hold the keys. Empty where nothing is encrypted. */
  readonly extra: Environment;
  /** What stays unprotected; to be shown once in a command. */
  readonly warnings: readonly string[];
  /** Secret references and ARNs of the keys that are in use, the one that writes first; for messages. */
  readonly keys: readonly string[];
}

/** The first OpenTofu that encrypts. Terraform never does. */
const ENCRYPTS_FROM = "1.7.0";
/** The first that takes a key from a program. */
const EXTERNAL_FROM = "1.10.0";

export function canEncrypt({ name, version }: Pick<Engine, "name" | "version">): boolean {
  return name === "tofu" && compareVersions(version, ENCRYPTS_FROM) >= 0;
}

/**
 * The environment that makes an engine encrypt state and plan files, or read what was encrypted. One `StateEncryption`
 * serves all stacks of a Nest.
 *
 * | settings | writes | reads |
 * |---|---|---|
 * | a key | with the key | with the key, then with the previous one |
 * | and `acceptClear` | with the key | these, and states in clear |
 * | `enabled: false` and a key | in clear | in clear, and with the key |
 *
 * @throws GoslingError `STATE_KEY_INVALID` for a key that is not 32 bytes in base64; it names the reference.
 * @throws GoslingError `STATE_ENCRYPTION_PLATFORM` where a key from a secret is to be used on Windows.
 */
export function stateEncryption(settings: EncryptionSettings, engine: Pick<Engine, "name" | "version">, platform: NodeJS.Platform = process.platform): StateEncryption {
  const { enabled, key, kmsKey, previousKey } = settings;
  if (!canEncrypt(engine)) return { extra: {}, warnings: enabled ? [unprotected(settings, engine)] : [], keys: [] };
  const named = [key, previousKey].filter((candidate) => candidate !== undefined);
  const keys = [...(key ? [key.reference] : kmsKey !== undefined ? [kmsKey] : []), ...(previousKey ? [previousKey.reference] : [])];
  if (keys.length === 0) return { extra: {}, warnings: [], keys };
  if (named.length > 0 && platform === "win32") {
    throw new GoslingError("STATE_ENCRYPTION_PLATFORM", "State can't be encrypted with a key from a secret on Windows: the engine gets it through /bin/sh.", {
      hint: "Use kms_key in nest.state.encryption, or run Gosling in WSL.",
    });
  }
  const external = compareVersions(engine.version, EXTERNAL_FROM) >= 0;
  const variables: Record<string, string> = {};
  const fast: Method[] = kmsKey !== undefined && !key ? [kmsMethod(kmsKey)] : [];
  const slow: Method[] = [];
  for (const candidate of named) {
    const value = checkedKey(candidate);
    const id = keyId(value);
    const variable = `GOSLING_STATE_KEY_${id.toUpperCase()}`;
    if (external && variables[variable] === undefined) {
      variables[variable] = value;
      fast.push({ kind: "external", id, variable });
    }
    // Last: what an OpenTofu before 1.10 has written is read once and then written anew.
    slow.push({ kind: "pbkdf2", id, passphrase: value });
  }
  const clear: Method = { kind: "unencrypted" };
  const [first, ...others] = [...fast, ...slow] as [Method, ...Method[]]; // there is a key
  const body = enabled
    ? encryptionBody({
        // The engine's `enforced` forbids to read in clear too.
        state: { methods: [first, ...others, ...(settings.acceptClear ? [clear] : [])], enforced: !settings.acceptClear },
        plan: { methods: [first], enforced: true },
      })
    : encryptionBody({ state: { methods: [clear, first, ...others], enforced: false } });
  return { extra: { ...variables, TF_ENCRYPTION: body }, warnings: [], keys };
}

/**
 * `nest.state.encryption` with the keys behind its references. References are read only where the engine will need them.
 *
 * @param resolve Gives the value behind a secret reference.
 * @param more What the Nest does not say; see `EncryptionSettings.acceptClear`.
 * @throws GoslingError `STATE_UNENCRYPTED`, see `checkEncryption`; and whatever `resolve` throws.
 */
export async function encryptionSettings(
  state: StateValues,
  engine: Pick<Engine, "name" | "version">,
  resolve: (reference: string) => Promise<string>,
  more: Pick<EncryptionSettings, "acceptClear"> = {},
): Promise<EncryptionSettings> {
  checkEncryption(state, engine);
  const place = statePlace(state);
  // Without a word about it, a shared state is to be encrypted; one of this machine is not.
  const { enabled, key, kmsKey, previousKey } = state.encryption ?? { enabled: state.backend !== "local" };
  if (!canEncrypt(engine)) return { place, enabled };
  const read = async (reference: string | undefined): Promise<StateKey | undefined> => (reference === undefined ? undefined : { reference, value: await resolve(reference) });
  const [current, previous] = [await read(key), await read(previousKey)];
  return { place, enabled, ...(current && { key: current }), ...(kmsKey !== undefined && { kmsKey }), ...(previous && { previousKey: previous }), ...more };
}

/**
 * A shared state needs a key, or an explicit `enabled = false`, where the engine can encrypt.
 *
 * @param at Where `nest.state` stands, for the message.
 * @throws GoslingError `STATE_UNENCRYPTED`
 */
export function checkEncryption(state: StateValues, engine: Pick<Engine, "name" | "version">, at = "nest.fly"): void {
  const { backend, encryption } = state;
  if (backend === "local" || !canEncrypt(engine)) return;
  if (encryption && (!encryption.enabled || encryption.key !== undefined || encryption.kmsKey !== undefined)) return;
  throw new GoslingError("STATE_UNENCRYPTED", `${at}: state in ${statePlace(state)} would be in clear, and it holds what others must not read.`, {
    hint: `Make a key with \`gosling secrets generate REF\` and write encryption { key = "REF" } into nest.state; or say encryption { enabled = false }.`,
  });
}

/** Where a Nest's states are, for people. */
export function statePlace({ backend, bucket, endpoint }: StateValues): string {
  switch (backend) {
    case "local":
      return ".gosling/state";
    case "s3":
      return `s3://${bucket}/tofu-states${endpoint === undefined ? "" : ` at ${endpoint}`}`;
    case "gitlab":
      return "the Nest's GitLab project";
  }
}

/** Short name of a key that tells nothing about it: 32 of the 256 bits of a hash. */
export function keyId(key: string): string {
  return `k${createHash("sha256").update(`gosling state key\n${key}`).digest("hex").slice(0, 8)}`;
}

function checkedKey({ reference, value }: StateKey): string {
  const bytes = Buffer.from(value, "base64");
  // Node's decoder skips what is no base64.
  if (bytes.length === 32 && bytes.toString("base64") === value) return value;
  throw new GoslingError("STATE_KEY_INVALID", `The key of the state behind ${reference} is not 32 bytes in base64.`, {
    hint: `Make one with \`gosling secrets generate ${reference}\`. Where a state is encrypted already, it is read only with the key that it was written with.`,
  });
}

function kmsMethod(arn: string): Method {
  return { kind: "aws_kms", id: keyId(arn), arn, region: arn.split(":")[3] ?? "" };
}

function unprotected({ place }: EncryptionSettings, { name, version }: Pick<Engine, "name" | "version">): string {
  return `${PRODUCT[name]} ${version} can't encrypt: the states in ${place} and the plan files on this machine hold their content in clear. OpenTofu can: \`gosling engine install\`.`;
}
