import { GoslingError } from "../vocabulary/error";

const KEY_BYTES = 32;

/** A new key as `nest.state.encryption.key` wants it: 32 random bytes, base64. */
export function generateKey(randomBytes: (size: number) => Buffer): string {
  return randomBytes(KEY_BYTES).toString("base64");
}

/**
 * The bytes of a key that is 32 bytes in base64.
 * @throws GoslingError `SECRET_FORMAT`, which names the reference
 */
export function decodeKey(reference: string, value: string): Buffer {
  const bytes = /^[A-Za-z0-9+/]{43}=$/.test(value) ? Buffer.from(value, "base64") : undefined;
  if (bytes?.length === KEY_BYTES) return bytes;
  throw new GoslingError("SECRET_FORMAT", `${reference} is no key of 32 bytes in base64`, { hint: `Make one: gosling secrets generate ${reference}` });
}
