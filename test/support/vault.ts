import { type LoopbackAnswer, loopbackServer, type LoopbackRequest, type LoopbackServer } from "./loopback-server";

interface KvSecret {
  readonly versions: { data: Record<string, unknown>; deleted?: boolean; destroyed?: boolean }[];
}

/** Vault's HTTP protocol: KV version 2 at `secret/` and `team/`, tokens, AppRole and JWT. */
export interface Vault extends LoopbackServer {
  /** `mount/path` → versions. */
  readonly secrets: Map<string, KvSecret>;
  readonly tokens: Set<string>;
  /** Paths of the API that no token may use. */
  readonly denied: Set<string>;
  /** What a login must say, as JSON, by its path: `approle`. */
  readonly logins: Map<string, Readonly<Record<string, string>>>;
  /** Seconds that a token of a login lives; 0: for ever. */
  leaseSeconds: number;
  put(path: string, data: Record<string, unknown>): void;
}

export const VAULT_TOKEN = "hvs.vault-token-canary";

export const vaultEnvironment = (server: Pick<LoopbackServer, "url">): Record<string, string> => ({ VAULT_ADDR: server.url, VAULT_TOKEN });

export const vaultError = (status: number, ...errors: readonly string[]): LoopbackAnswer => ({ status, body: JSON.stringify({ errors }) });

export async function vault(): Promise<Vault> {
  const secrets: Vault["secrets"] = new Map();
  const put = (path: string, data: Record<string, unknown>): void => void secrets.set(path, { versions: [...(secrets.get(path)?.versions ?? []), { data }] });
  const state: Pick<Vault, "secrets" | "tokens" | "denied" | "logins" | "leaseSeconds" | "put"> = { secrets, tokens: new Set([VAULT_TOKEN]), denied: new Set(), logins: new Map(), leaseSeconds: 0, put };
  const server = await loopbackServer((request) => answer(request, state));
  return Object.assign(state, server);
}

let logins = 0;

function answer({ method, path: url, headers, body }: LoopbackRequest, state: Omit<Vault, keyof LoopbackServer>): LoopbackAnswer {
  const [raw = "", query = ""] = url.split("?");
  const path = raw.split("/").slice(2).map(decodeURIComponent).join("/");
  const login = /^auth\/(.+)\/login$/.exec(path)?.[1];
  if (login !== undefined) {
    const expected = state.logins.get(login);
    if (!expected) return vaultError(403, "permission denied");
    if (JSON.stringify(expected) !== body) return vaultError(400, "invalid role or secret ID");
    const token = `hvs.login-canary-${++logins}`;
    state.tokens.add(token);
    return { status: 200, body: JSON.stringify({ auth: { client_token: token, lease_duration: state.leaseSeconds, renewable: true } }) };
  }
  if (!state.tokens.has(String(headers["x-vault-token"]))) return vaultError(403, "permission denied", "invalid token");
  if (path === "auth/token/lookup-self") return { status: 200, body: JSON.stringify({ data: { policies: ["default"] } }) };
  if (state.denied.has(path)) return vaultError(403, "1 error occurred:\n\t* permission denied\n\n");
  const [, mount, name] = /^(secret|team)\/data\/(.+)$/.exec(path) ?? [];
  if (mount === undefined) return vaultError(404, `no handler for route "${path}". route entry not found.`);
  const secret = `${mount}/${name}`;
  return method === "POST" ? write(secret, body, state) : read(secret, Number(new URLSearchParams(query).get("version") ?? 0), state);
}

function read(secret: string, version: number, { secrets }: Pick<Vault, "secrets">): LoopbackAnswer {
  const versions = secrets.get(secret)?.versions ?? [];
  const number = version === 0 ? versions.length : version;
  const found = versions[number - 1];
  if (!found) return vaultError(404);
  const gone = found.deleted === true || found.destroyed === true;
  const metadata = { created_time: "2026-01-01T00:00:00Z", deletion_time: found.deleted ? "2026-02-01T00:00:00Z" : "", destroyed: found.destroyed === true, version: number };
  return { status: gone ? 404 : 200, body: JSON.stringify({ data: { data: gone ? null : found.data, metadata } }) };
}

function write(secret: string, body: string, state: Pick<Vault, "secrets" | "put">): LoopbackAnswer {
  const { options, data } = JSON.parse(body) as { options?: { cas?: number }; data: Record<string, unknown> };
  const current = state.secrets.get(secret)?.versions.length ?? 0;
  if (options?.cas !== undefined && options.cas !== current) return vaultError(400, "check-and-set parameter did not match the current version");
  state.put(secret, data);
  return { status: 200, body: JSON.stringify({ data: { version: current + 1 } }) };
}
