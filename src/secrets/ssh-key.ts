import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { GoslingError } from "../vocabulary/error";

/** A pair of SSH keys, each as OpenSSH writes it. */
export interface SshKey {
  /** `-----BEGIN OPENSSH PRIVATE KEY-----` …, without a passphrase. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA… comment` */
  readonly publicKey: string;
}

const ED25519 = "ssh-ed25519";
const SEED_BYTES = 32;
/** PKCS #8 of an Ed25519 key, up to its 32 bytes (RFC 8410). */
const PKCS8_HEADER = Buffer.from("302e020100300506032b657004220420", "hex");
/** First bytes of OpenSSH's format, `PROTOCOL.key` in its sources. */
const MAGIC = Buffer.from("openssh-key-v1\0");
const BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
const END = "-----END OPENSSH PRIVATE KEY-----";
const LINE_LENGTH = 70;
/** Without a cipher the private part fills blocks of this size. */
const BLOCK_BYTES = 8;

/** Makes an Ed25519 key from 36 random bytes: its seed, and the number by which OpenSSH sees that it was decrypted. */
export function generateSshKey(randomBytes: (size: number) => Buffer, comment: string): SshKey {
  const seed = randomBytes(SEED_BYTES);
  const check = randomBytes(4);
  const point = pointOf(seed);
  const blob = Buffer.concat([field(ED25519), field(point)]);
  const secret = padded(Buffer.concat([check, check, blob, field(Buffer.concat([seed, point])), field(comment)]));
  const content = Buffer.concat([MAGIC, field("none"), field("none"), field(""), uint32(1), field(blob), field(secret)]).toString("base64");
  const lines = content.match(new RegExp(`.{1,${LINE_LENGTH}}`, "g")) ?? [];
  return { privateKey: [BEGIN, ...lines, END, ""].join("\n"), publicKey: `${ED25519} ${blob.toString("base64")} ${comment}` };
}

/**
 * The public half of a private key in OpenSSH's format, of whatever algorithm: `ssh-ed25519 AAAA…`, without a comment.
 * @param reference Where the key is kept: messages name it.
 * @throws GoslingError `SECRET_FORMAT`; its message holds nothing of the key
 */
export function publicKeyOf(reference: string, privateKey: string): string {
  const bad = (what: string): GoslingError => new GoslingError("SECRET_FORMAT", `${reference} ${what}`, { hint: `Put one there that ssh-keygen -t ed25519 -N "" has made, or remove it and let gosling init make one.` });
  const text = /^\s*-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----\s*$/.exec(privateKey)?.[1];
  if (text === undefined) throw bad("is no private key in OpenSSH's format");
  const read = reader(Buffer.from(text, "base64"));
  try {
    if (!read.bytes(MAGIC.length).equals(MAGIC)) throw new RangeError("another format");
    const cipher = read.field().toString("latin1");
    read.field();
    read.field();
    if (cipher !== "none") throw bad("is a key with a passphrase, which nobody is there to type");
    if (read.uint32() !== 1) throw new RangeError("several keys");
    const blob = read.field();
    const secret = reader(read.field());
    if (secret.uint32() !== secret.uint32()) throw new RangeError("the check numbers differ");
    const algorithm = reader(blob).field().toString("latin1");
    if (!/^[a-z0-9@.-]+$/.test(algorithm) || secret.field().toString("latin1") !== algorithm) throw new RangeError("no algorithm");
    if (algorithm === ED25519) {
      secret.field();
      const seed = secret.field().subarray(0, SEED_BYTES);
      if (seed.length < SEED_BYTES || !Buffer.concat([field(ED25519), field(pointOf(seed))]).equals(blob)) throw new RangeError("the halves don't fit each other");
    }
    return `${algorithm} ${blob.toString("base64")}`;
  } catch (error) {
    if (error instanceof RangeError) throw bad("is no whole private key in OpenSSH's format");
    throw error;
  }
}

/** `SHA256:…`, as `ssh-keygen -l` and GitLab show it. */
export function sshFingerprint(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** The same key, whatever its comment. */
export function isSameKey(one: string, other: string): boolean {
  const bare = (key: string): string => key.trim().split(/\s+/).slice(0, 2).join(" ");
  return bare(one) === bare(other);
}

/** The public half of an Ed25519 key. */
function pointOf(seed: Buffer): Buffer {
  const { x = "" } = createPublicKey(createPrivateKey({ key: Buffer.concat([PKCS8_HEADER, seed]), format: "der", type: "pkcs8" })).export({ format: "jwk" });
  return Buffer.from(x, "base64url");
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A string of the SSH protocol: its length, then its bytes. */
function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function padded(bytes: Buffer): Buffer {
  const missing = (BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES;
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: missing }, (_, index) => index + 1))]);
}

/** Reads on from field to field. @throws RangeError behind the end */
function reader(content: Buffer): { bytes(length: number): Buffer; uint32(): number; field(): Buffer } {
  let position = 0;
  const bytes = (length: number): Buffer => {
    if (position + length > content.length) throw new RangeError("it ends too early");
    return content.subarray(position, (position += length));
  };
  const number = (): number => bytes(4).readUInt32BE();
  return { bytes, uint32: number, field: () => bytes(number()) };
}
