import type { KMSClientConfig } from "@aws-sdk/client-kms";
import { sdkHandler } from "../network/sdk-handler";
import { GoslingError } from "../vocabulary/error";
import { Form, decrypt, encrypt, noSealing, sealedOtherwise, tampered, type Sealing } from "./sealing";

export interface KmsSealingOptions {
  /** ARN of the key: `nest.state.encryption.kms_key`. */
  readonly kmsKey: string;
  /** Default: the SDK's own; the region is that of the ARN. */
  readonly client?: KMSClientConfig;
  /** For proxies and certificates. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether values that were written before there was a key are accepted. Default: no. */
  readonly acceptPlain?: boolean;
}

/** Bound to each data key by KMS: one that was made for something else opens nothing here. */
const PURPOSE = { purpose: "gosling deployments" };

/**
 * Seals with a data key that AWS KMS made and wrapped; the wrapped key stands in front of each value. A data key
 * that opened something seals what comes after it, so a process rarely asks KMS more than once.
 */
export function kmsSealing({ kmsKey, client: config = {}, env = {}, acceptPlain = false }: KmsSealingOptions): Sealing {
  const known = new Map<string, Promise<Uint8Array>>();
  let current: { readonly wrapped: Buffer; readonly key: Promise<Uint8Array> } | undefined;

  const ask = async <T>(work: (kms: typeof import("@aws-sdk/client-kms"), client: import("@aws-sdk/client-kms").KMSClient) => Promise<T>): Promise<T> => {
    const kms = await import("@aws-sdk/client-kms");
    const client = new kms.KMSClient({ region: kmsKey.split(":")[3], requestHandler: sdkHandler(env), ...config });
    try {
      return await work(kms, client);
    } catch (error) {
      throw toGoslingError(kmsKey, error);
    } finally {
      client.destroy();
    }
  };

  const unwrap = (wrapped: Buffer): Promise<Uint8Array> => {
    const name = wrapped.toString("base64");
    const opening = known.get(name) ?? ask(async (kms, client) => (await client.send(new kms.DecryptCommand({ CiphertextBlob: wrapped, KeyId: kmsKey, EncryptionContext: PURPOSE }))).Plaintext as Uint8Array);
    known.set(name, opening);
    opening.catch(() => known.delete(name));
    return opening;
  };

  let making: Promise<{ readonly wrapped: Buffer; readonly key: Promise<Uint8Array> }> | undefined;
  const make = () =>
    (making ??= ask(async (kms, client) => {
      const made = await client.send(new kms.GenerateDataKeyCommand({ KeyId: kmsKey, NumberOfBytes: 32, EncryptionContext: PURPOSE }));
      return { wrapped: Buffer.from(made.CiphertextBlob as Uint8Array), key: Promise.resolve(made.Plaintext as Uint8Array) };
    }).finally(() => (making = undefined)));

  return {
    seal: async (plain, about) => {
      current ??= await make();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(current.wrapped.length);
      return encrypt(Buffer.concat([Buffer.of(Form.KmsKey), length, current.wrapped]), await current.key, plain, about);
    },
    open: async (value, about) => {
      if (value[0] === Form.Plain && acceptPlain) return noSealing.open(value, about);
      if (value[0] !== Form.KmsKey) throw sealedOtherwise(about, value[0] === Form.Plain ? "it was not sealed at all" : "it was sealed with another key");
      if (value.length < 3) throw tampered(about);
      const header = 3 + Buffer.from(value).readUInt16BE(1);
      const wrapped = Buffer.from(value.subarray(3, header));
      const key = unwrap(wrapped);
      const plain = decrypt(value, header, await key, about);
      current ??= { wrapped, key };
      return plain;
    },
    isCurrent: (value) => value[0] === Form.KmsKey,
  };
}

function toGoslingError(kmsKey: string, cause: unknown): GoslingError {
  const name = (cause as Error).name;
  if (name === "InvalidCiphertextException" || name === "IncorrectKeyException") {
    return new GoslingError("STORE_SEALED", `What was recorded was not sealed with the KMS key ${kmsKey}`, { hint: "Name the key of then as kms_key in nest.state.encryption.", cause });
  }
  if (name === "AccessDeniedException") {
    return new GoslingError("STORE_DENIED", `AWS KMS does not let us use ${kmsKey}`, { hint: "Grant kms:GenerateDataKey and kms:Decrypt on this key.", cause });
  }
  return new GoslingError("STORE_UNREACHABLE", `AWS KMS did not answer for ${kmsKey}: ${(cause as Error).message}`, { hint: "Check that the key is there and enabled, the credentials, and the network.", cause });
}
