import { type Doing, saidByServer, StoreFailure } from "./failure";
import { TimedOut, type Timing, withRetries } from "./retry";
import { isCertificateError, networkCode } from "../network/failure";
import { GoslingError } from "../vocabulary/error";
import { formatSecretReference, type SecretReference } from "../vocabulary/secret";
import { connectToVault, isPassingVaultError, NoVault, type VaultAnswer, type VaultConnection, type VaultRequest, VaultTrouble } from "./vault-http";
import { readVaultSettings, type VaultLogin, type VaultSettings, VaultSettingsError } from "./vault-settings";

export interface VaultOptions {
  /** See `readVaultSettings`; `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count, too. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timing: Timing;
  /** For one request. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Told of every token before it is used, so that it can be masked. */
  readonly onCredential?: (value: string) => void;
}

/** For whom Vault is asked: messages name the reference. */
export interface VaultPurpose {
  readonly reference: SecretReference;
  readonly doing: Doing;
}

/** Requests to Vault, signed in. */
export interface VaultSession {
  /**
   * Asks as whoever we are. Signs in with the first request, again shortly before the token ends, and once more
   * where Vault does not take it.
   * @throws GoslingError `SECRET_DENIED`; StoreFailure `SECRET_CREDENTIALS`, `SECRET_SETTINGS`, `SECRET_UNREACHABLE`
   */
  ask(request: Omit<VaultRequest, "token">, purpose: VaultPurpose): Promise<VaultAnswer>;
  close(): Promise<void>;
}

interface Token {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export function vaultSession(options: VaultOptions): VaultSession {
  const { env, timing, timeoutMs } = options;
  let opened: Promise<{ readonly settings: VaultSettings; readonly connection: VaultConnection }> | undefined;
  let token: Promise<Token> | undefined;

  const open = async () => {
    const settings = await readVaultSettings(env);
    for (const secret of credentialsOf(settings.login)) options.onCredential?.(secret);
    return { settings, connection: await connectToVault(settings, env) };
  };

  const once = async (request: VaultRequest): Promise<VaultAnswer> => {
    const { connection } = await (opened ??= open());
    return withRetries((signal) => connection.ask(request, signal), isPassingVaultError, timing, timeoutMs);
  };

  const signIn = async (purpose: VaultPurpose): Promise<Token> => {
    const { settings } = await (opened ??= open());
    const { login } = settings;
    if (login.kind === "token") return { text: login.token, until: Number.POSITIVE_INFINITY };
    const answer = await once({ method: "POST", path: `auth/${encodedPath(login.path)}/login`, body: login.body });
    const auth = answer.body["auth"] as { readonly client_token?: unknown; readonly lease_duration?: unknown } | undefined;
    if (answer.status !== 200 || typeof auth?.client_token !== "string") {
      const why = `Vault at ${settings.address} refuses to sign us in by ${METHOD[login.kind]} (auth/${login.path}): ${saidBy(answer, settings)}`;
      throw new StoreFailure("SECRET_CREDENTIALS", purpose.reference, purpose.doing, why, WAY_IN[login.kind]);
    }
    options.onCredential?.(auth.client_token);
    const seconds = typeof auth.lease_duration === "number" && auth.lease_duration > 0 ? auth.lease_duration : Number.POSITIVE_INFINITY;
    // A tenth before its end, so that it does not end under way.
    return { text: auth.client_token, until: timing.now() + seconds * 900 };
  };

  /** One for all who need it at the same time. */
  const currentToken = async (purpose: VaultPurpose, refused?: Token): Promise<Token> => {
    const known = token && (await token);
    if (known && known !== refused && timing.now() < known.until) return known;
    // Another one may have signed in meanwhile.
    if (token === undefined || (await token) === known) {
      const signingIn = signIn(purpose);
      token = signingIn;
      signingIn.catch(() => {
        if (token === signingIn) token = undefined;
      });
    }
    return token;
  };

  const ask = async (request: Omit<VaultRequest, "token">, purpose: VaultPurpose): Promise<VaultAnswer> => {
    const first = await currentToken(purpose);
    const answer = await once({ ...request, token: first.text });
    if (answer.status !== 403) return answer;
    const { settings } = await (opened ??= open());
    const { reference, doing } = purpose;
    const self = await once({ method: "GET", path: "auth/token/lookup-self", token: first.text });
    if (self.status === 403) {
      // No StoreFailure: a token without the policy "default" may not look at itself, and read other secrets all the same.
      if (settings.login.kind === "token") throw new GoslingError("SECRET_CREDENTIALS", `${formatSecretReference(reference)} can't be ${doing}: Vault at ${settings.address} does not take this token: it is wrong or has expired`, { hint: WAY_IN.token });
      const again = await once({ ...request, token: (await currentToken(purpose, first)).text });
      if (again.status !== 403) return again;
    }
    const capabilities = doing === "read" ? '["read"]' : '["create", "read", "update"]';
    throw new GoslingError("SECRET_DENIED", `${formatSecretReference(reference)} can't be ${doing}: Vault at ${settings.address} denies it: ${saidBy(answer, settings, first)}`, {
      hint: `A policy of this token needs: path "${decodeURIComponent(request.path.split("?")[0] ?? "")}" { capabilities = ${capabilities} }`,
    });
  };

  return {
    async ask(request, purpose) {
      try {
        return await ask(request, purpose);
      } catch (error) {
        if (error instanceof VaultSettingsError) opened = undefined;
        throw explain(error, purpose, (await opened?.catch(() => undefined))?.settings.address ?? "");
      }
    },
    async close() {
      await (await opened?.catch(() => undefined))?.connection.close();
    },
  };
}

const METHOD = { approle: "AppRole", jwt: "JWT" } as const;

const WAY_IN = {
  token: "Run vault login, or set VAULT_TOKEN.",
  approle: "Check VAULT_ROLE_ID and VAULT_SECRET_ID: a secret id ends after a time or a number of uses.",
  jwt: "Check VAULT_AUTH_ROLE and the role's bound claims; VAULT_ID_TOKEN ends with its job, and its aud must be the one that the role expects.",
} as const;

function explain(error: unknown, { reference, doing }: VaultPurpose, address: string): unknown {
  // Who waits for another's signing in hears of his own reference.
  if (error instanceof StoreFailure) return error.of(reference);
  if (error instanceof GoslingError) return error;
  if (error instanceof VaultSettingsError) return new StoreFailure(error.code, reference, doing, error.message, error.hint);
  const unreachable = (why: string, hint: string): StoreFailure => new StoreFailure("SECRET_UNREACHABLE", reference, doing, why, hint);
  if (error instanceof TimedOut) return unreachable(`Vault at ${address}: ${error.message}`, "Check VAULT_ADDR and the network, and try again.");
  if (error instanceof NoVault) return unreachable(`what answers at ${address} is no Vault`, "Check VAULT_ADDR, and proxies on the way.");
  if (error instanceof VaultTrouble) {
    if (error.errors.some((text) => /sealed/i.test(text))) return unreachable(`Vault at ${address} is sealed`, "Unseal it: vault operator unseal");
    return unreachable(error.status === 429 ? `Vault at ${address} takes no more requests for now` : `Vault at ${address} fails (status ${error.status})`, "Try again later.");
  }
  const code = networkCode(error);
  if (isCertificateError(error)) return unreachable(`the certificate of ${address} is not trusted (${code})`, "Set VAULT_CACERT or GOSLING_CA_FILE to a file with the certificate of its authority in PEM form.");
  if (code !== undefined) return unreachable(`Vault at ${address} can't be reached (${code})`, "Check VAULT_ADDR and the network.");
  return error;
}

function saidBy({ status, errors }: VaultAnswer, { login }: VaultSettings, token?: Token): string {
  return saidByServer(errors.join("; "), [...credentialsOf(login), token?.text]) || `status ${status}`;
}

function credentialsOf(login: VaultLogin): readonly string[] {
  if (login.kind === "token") return [login.token];
  return [login.kind === "jwt" ? login.body.jwt : login.body.secret_id].filter((secret) => secret !== undefined);
}

/** A path as a part of a URL; slashes stay. */
export function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
