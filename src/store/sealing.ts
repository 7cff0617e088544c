import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { GoslingError } from "../vocabulary/error";

/**
 * Seals what must not be read by whoever can read the place where it is kept: AES-256-GCM, with the key's
 * id beside the value. `about` says what and where a value is; it is bound to the value, so that one can't be put
 * in another's place.
 */
export interface Sealing {
  seal(plain: Uint8Array, about: string): Promise<Buffer>;
  /** @throws GoslingError `STORE_SEALED` where the key for it isn't here, `STORE_TAMPERED` where it isn't what was sealed. */
  open(sealed: Uint8Array, about: string): Promise<Buffer>;
  /** Whether it is sealed as new values are; otherwise sealing it again ends the use of an old key. */
  isCurrent(sealed: Uint8Array): boolean;
}

/** First byte of a value: how it is sealed. */
export enum Form {
  Plain = 0,
  StateKey = 1,
  KmsKey = 2,
}

const KEY_BYTES = 32;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps values as they are: for a file that only its owner can read, or where `enabled = false` says so. */
export const noSealing: Sealing = {
  seal: async (plain) => Buffer.concat([Buffer.of(Form.Plain), plain]),
  open: async (value, about) => {
    if (value[0] !== Form.Plain) throw sealedOtherwise(about, "it was sealed with a key, and nest.state names none");
    return Buffer.from(value.subarray(1));
  },
  isCurrent: (value) => value[0] === Form.Plain,
};

export interface KeySealingOptions {
  /** 32 bytes in base64: the value of `nest.state.encryption.key`. */
  readonly key: string;
  /** Keys of before: they open what they sealed, and seal nothing any more. */
  readonly oldKeys?: readonly string[];
  /**
   * Whether values that were written before there was a key are accepted. Default: no, for whoever can write
   * where they are kept could put one there.
   */
  readonly acceptPlain?: boolean;
}

/**
 * Seals with the Nest's state key.
 * @throws GoslingError `STATE_KEY_MALFORMED`
 */
export function keySealing({ key, oldKeys = [], acceptPlain = false }: KeySealingOptions): Sealing {
  const own = readKey(key);
  const keys = new Map([...oldKeys.map(readKey), own].map((known) => [known.id.toString("hex"), known]));
  const isCurrent = (value: Uint8Array): boolean => value[0] === Form.StateKey && own.id.equals(value.subarray(1, 1 + KEY_ID_BYTES));
  return {
    seal: async (plain, about) => encrypt(Buffer.concat([Buffer.of(Form.StateKey), own.id]), own.bytes, plain, about),
    open: async (value, about) => {
      if (value[0] === Form.Plain && acceptPlain) return noSealing.open(value, about);
      if (value[0] !== Form.StateKey) throw sealedOtherwise(about, value[0] === Form.Plain ? "it was not sealed at all" : "it was sealed otherwise");
      const header = value.subarray(0, 1 + KEY_ID_BYTES);
      const found = keys.get(Buffer.from(header.subarray(1)).toString("hex"));
      if (!found) throw sealedOtherwise(about, "it was sealed with another key");
      return decrypt(value, header.length, found.bytes, about);
    },
    isCurrent,
  };
}

interface Key {
  readonly id: Buffer;
  readonly bytes: Buffer;
}

function readKey(text: string): Key {
  const bytes = Buffer.from(text.trim(), "base64");
  // Never says what was given: it is a secret.
  if (bytes.length !== KEY_BYTES || bytes.toString("base64").replace(/=+$/, "") !== text.trim().replace(/=+$/, "")) {
    throw new GoslingError("STATE_KEY_MALFORMED", "The state key is not 32 bytes in base64", {
      hint: "Make one with `openssl rand -base64 32` and put it where `key` in nest.state.encryption points.",
    });
  }
  return { id: createHash("sha256").update("gosling state key id").update(bytes).digest().subarray(0, KEY_ID_BYTES), bytes };
}

/** `header`, nonce, tag, and the sealed bytes. The header and what the value is about are authenticated. */
export function encrypt(header: Buffer, key: Uint8Array, plain: Uint8Array, about: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(bound(header, about));
  const sealed = [cipher.update(plain), cipher.final()];
  return Buffer.concat([header, nonce, cipher.getAuthTag(), ...sealed]);
}

export function decrypt(value: Uint8Array, headerLength: number, key: Uint8Array, about: string): Buffer {
  const body = headerLength + NONCE_BYTES + TAG_BYTES;
  if (value.length < body) throw tampered(about);
  const decipher = createDecipheriv("aes-256-gcm", key, value.subarray(headerLength, headerLength + NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(bound(value.subarray(0, headerLength), about));
  decipher.setAuthTag(value.subarray(headerLength + NONCE_BYTES, body));
  try {
    return Buffer.concat([decipher.update(value.subarray(body)), decipher.final()]);
  } catch {
    throw tampered(about);
  }
}

function bound(header: Uint8Array, about: string): Buffer {
  return Buffer.concat([header, Buffer.from(`gosling ${about}`)]);
}

export function sealedOtherwise(about: string, why: string): GoslingError {
  return new GoslingError("STORE_SEALED", `${named(about)} can't be opened: ${why}`, {
    hint: "Put `encryption` in nest.state back to what it was when this was recorded, or name the key of then as an old key.",
  });
}

export function tampered(about: string): GoslingError {
  return new GoslingError("STORE_TAMPERED", `${named(about)} is not what Gosling recorded: it was changed, moved or cut`, {
    hint: "Restore it from a backup or from an earlier version of the object. Find out who can write there.",
  });
}

/** `about` as a person is told; what follows its first line is only bound to the value. */
function named(about: string): string {
  return about.split("\n", 1)[0] as string;
}
