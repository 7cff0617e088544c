import { constants, createPrivateKey, type KeyObject, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { YandexError } from "./error";

/** An authorised key of a service account, as `yc iam key create` writes it. */
export interface AuthorizedKey {
  readonly id: string;
  readonly serviceAccountId: string;
  readonly privateKey: KeyObject;
}

/** Whom the token that a key signs is for. */
const AUDIENCE = "https://iam.api.cloud.yandex.net/iam/v1/tokens";
/** The longest that IAM takes. */
const LIFETIME_S = 3600;

/**
 * Reads what `YC_SERVICE_ACCOUNT_KEY_FILE` says, as the provider does: a path (`~` is the home folder), or the JSON
 * itself. Messages repeat neither: the text may be the key.
 * @throws YandexError `YANDEX_CREDENTIALS`
 */
export async function readAuthorizedKey(pathOrJson: string): Promise<AuthorizedKey> {
  const text = pathOrJson.trimStart().startsWith("{") ? pathOrJson : await contentOf(pathOrJson);
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    throw wrongKey("is no JSON");
  }
  const { id, service_account_id: serviceAccountId, private_key: pem } = (typeof fields === "object" && fields !== null ? fields : {}) as Record<string, unknown>;
  if (!isText(id) || !isText(serviceAccountId) || !isText(pem)) throw wrongKey("is no authorised key: it has no id, service_account_id or private_key");
  try {
    // A line of warning stands before the key.
    const privateKey = createPrivateKey(pem.slice(Math.max(0, pem.indexOf("-----BEGIN"))));
    if (privateKey.asymmetricKeyType !== "rsa") throw wrongKey("holds a key that is no RSA key");
    return { id, serviceAccountId, privateKey };
  } catch (error) {
    if (error instanceof YandexError) throw error;
    throw wrongKey("holds a private key that can't be read");
  }
}

/** A token that IAM gives one of its own for, signed with PS256. */
export function signedToken({ id, serviceAccountId, privateKey }: AuthorizedKey, nowMs: number): string {
  const issued = Math.floor(nowMs / 1000);
  const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  const content = `${encoded({ alg: "PS256", typ: "JWT", kid: id })}.${encoded({ iss: serviceAccountId, aud: AUDIENCE, iat: issued, exp: issued + LIFETIME_S })}`;
  const signature = sign("sha256", Buffer.from(content), { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
  return `${content}.${signature.toString("base64url")}`;
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path.replace(/^~(?=\/|$)/, homedir()), "utf8");
  } catch (error) {
    throw wrongKey(`names a file that can't be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`);
  }
}

function wrongKey(what: string): YandexError {
  return new YandexError("YANDEX_CREDENTIALS", `YC_SERVICE_ACCOUNT_KEY_FILE ${what}`, { hint: "Make a key with `yc iam key create --service-account-name NAME --output key.json` and give its path, or its content." });
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
