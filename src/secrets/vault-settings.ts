import { readFile } from "node:fs/promises";
import { join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where Vault is, and how it knows us. */
export interface VaultSettings {
  /** Without a slash at its end. */
  readonly address: string;
  readonly namespace?: string;
  /** Certificates in PEM form, instead of Node's own. */
  readonly ca?: string;
  readonly login: VaultLogin;
}

export type VaultLogin =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "approle"; readonly path: string; readonly body: { readonly role_id: string; readonly secret_id?: string } }
  | { readonly kind: "jwt"; readonly path: string; readonly body: { readonly jwt: string; readonly role?: string } };

/** What is wrong with the settings, and the way out. */
export class VaultSettingsError extends Error {
  constructor(
    readonly code: "SECRET_SETTINGS" | "SECRET_CREDENTIALS",
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/**
 * Reads what `vault` itself reads: `VAULT_ADDR`, `VAULT_NAMESPACE`, `VAULT_CACERT`, `VAULT_TOKEN` and the file
 * `~/.vault-token`; and what GitLab's pipelines use: `VAULT_SERVER_URL`, `VAULT_ID_TOKEN`, `VAULT_AUTH_ROLE` and
 * `VAULT_AUTH_PATH`. `VAULT_ROLE_ID` and `VAULT_SECRET_ID` are an AppRole. The first of these counts: a token, an
 * AppRole, a JWT, the file.
 * @throws VaultSettingsError
 */
export async function readVaultSettings(env: Environment): Promise<VaultSettings> {
  const namespace = env["VAULT_NAMESPACE"];
  const ca = await certificates(env["VAULT_CACERT"]);
  return { address: addressOf(env), ...(namespace && { namespace }), ...(ca !== undefined && { ca }), login: await loginOf(env) };
}

function addressOf(env: Environment): string {
  const variable = env["VAULT_ADDR"] ? "VAULT_ADDR" : "VAULT_SERVER_URL";
  const text = env[variable];
  if (!text) throw new VaultSettingsError("SECRET_SETTINGS", "it is not said where Vault is", "Set VAULT_ADDR, such as https://vault.example.com:8200");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The text is not repeated: it may hold a password.
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new VaultSettingsError("SECRET_SETTINGS", `${variable} is no address of a Vault`, `Set ${variable} to a URL such as https://vault.example.com:8200, without user, query or fragment.`);
  }
  return url.href.replace(/\/+$/, "");
}

async function loginOf(env: Environment): Promise<VaultLogin> {
  const [token, roleId, secretId, jwt, role, path] = ["VAULT_TOKEN", "VAULT_ROLE_ID", "VAULT_SECRET_ID", "VAULT_ID_TOKEN", "VAULT_AUTH_ROLE", "VAULT_AUTH_PATH"].map((name) => env[name]?.trim() || undefined);
  if (token) return { kind: "token", token };
  if (roleId) return { kind: "approle", path: path ?? "approle", body: { role_id: roleId, ...(secretId && { secret_id: secretId }) } };
  if (jwt) return { kind: "jwt", path: path ?? "jwt", body: { jwt, ...(role && { role }) } };
  const kept = await readFile(join(env["HOME"] ?? "", ".vault-token"), "utf8").catch(() => "");
  if (env["HOME"] && kept.trim() !== "") return { kind: "token", token: kept.trim() };
  throw new VaultSettingsError("SECRET_CREDENTIALS", "there is nothing to sign in to Vault with", "Run vault login, or set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_ID_TOKEN and VAULT_AUTH_ROLE (in a pipeline: id_tokens).");
}

async function certificates(file: string | undefined): Promise<string | undefined> {
  if (!file) return undefined;
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new VaultSettingsError("SECRET_SETTINGS", `the certificates in VAULT_CACERT (${file}) can't be read: ${error.code}`, "Set VAULT_CACERT to a file with certificates in PEM form.");
  });
}
