import { readFile } from "node:fs/promises";
import type { Key, Signature } from "openpgp" with { "resolution-mode": "import" };
import { GoslingError } from "../vocabulary/error";
import type { Environment } from "./environment";
import { OPENTOFU_KEY } from "./opentofu-key";

/** Names a file with the public key of a mirror that signs releases anew. */
export const KEY_VARIABLE = "GOSLING_ENGINE_KEY";

/** Something signed: what is signed, and the detached signature, in binary or in armoured form. */
export interface Signed {
  /** Name of the signed file, for messages. */
  readonly name: string;
  readonly content: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * The public keys that may sign a release: OpenTofu's own, or those of the file in `GOSLING_ENGINE_KEY`.
 *
 * @throws GoslingError `ENGINE_KEY_UNREADABLE` where that file holds no public key in armoured form.
 */
export async function trustedKeys(env: Environment): Promise<readonly Key[]> {
  const { readKeys } = await import("openpgp");
  const file = env[KEY_VARIABLE];
  if (!file) return readKeys({ armoredKeys: OPENTOFU_KEY });
  try {
    return await readKeys({ armoredKeys: await readFile(file, "utf8") });
  } catch (error) {
    throw new GoslingError("ENGINE_KEY_UNREADABLE", `${file}, which ${KEY_VARIABLE} names, holds no public key that can be read.`, {
      hint: `Export the key with \`gpg --armor --export\`, or unset ${KEY_VARIABLE} to check against OpenTofu's own.`,
      cause: error,
    });
  }
}

/**
 * Checks that one of `keys` has signed the content, and that this key is still in force.
 *
 * @param now milliseconds since 1970.
 * @returns the key's fingerprint, in lower-case hexadecimal.
 * @throws GoslingError `ENGINE_SIGNATURE_BAD` or `ENGINE_KEY_EXPIRED`.
 */
export async function verifySignature({ name, content, signature, keys, now }: Signed & { readonly keys: readonly Key[]; readonly now: number }): Promise<string> {
  const { createMessage, verify } = await import("openpgp");
  const message = await createMessage({ binary: content });
  const parsed = await parseSignature(name, signature);
  const { signatures } = await verify({ message, signature: parsed, verificationKeys: [...keys], date: new Date(now), format: "binary" });
  let reason = "holds no signature";
  // A mirror may have put its signature beside the project's: one good one is enough.
  for (const { keyID, verified } of signatures) {
    const id = keyID.toHex();
    const key = keys.find((candidate) => candidate.getKeys(keyID).length > 0);
    if (key === undefined) {
      reason = `is by the key ${id.toUpperCase()}, not by ${keys.map((known) => known.getFingerprint().toUpperCase()).join(" or ")}`;
      continue;
    }
    await refuseExpired(key, now);
    try {
      await verified;
      return key.getFingerprint();
    } catch (error) {
      reason = `does not fit (${(error as Error).message})`;
    }
  }
  throw bad(name, reason);
}

/** A key that is out of force vouches for nothing, however old the signature says that it is: its owner may have lost it since. */
async function refuseExpired(key: Key, now: number): Promise<void> {
  const end = await key.getExpirationTime();
  if (end === null || end === Infinity || end.valueOf() > now) return;
  const fingerprint = key.getFingerprint().toUpperCase();
  throw new GoslingError("ENGINE_KEY_EXPIRED", `The key ${fingerprint}, which signs this release, expired at ${new Date(end.valueOf()).toISOString()}. Nothing was installed.`, {
    hint: `Ask whoever runs the mirror for the renewed key and name its file in ${KEY_VARIABLE}. If it has not expired, this machine's clock is wrong.`,
  });
}

async function parseSignature(name: string, bytes: Uint8Array): Promise<Signature> {
  const { readSignature } = await import("openpgp");
  const text = Buffer.from(bytes).toString("latin1");
  try {
    return await (text.startsWith("-----BEGIN PGP SIGNATURE") ? readSignature({ armoredSignature: text }) : readSignature({ binarySignature: new Uint8Array(bytes) }));
  } catch (error) {
    throw bad(name, "cannot be read", error);
  }
}

function bad(name: string, reason: string, cause?: unknown): GoslingError {
  return new GoslingError("ENGINE_SIGNATURE_BAD", `The signature of ${name} ${reason}. Nothing was installed.`, {
    hint: `The release was damaged or changed on its way: ask whoever runs the mirror or proxy. If a mirror signs releases anew, name its public key's file in ${KEY_VARIABLE}.`,
    cause,
  });
}
