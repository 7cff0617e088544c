import type { Dispatcher } from "undici";
import { openDispatcher } from "../network/dispatcher";
import { isPassingNetworkError } from "../network/failure";
import type { VaultSettings } from "./vault-settings";

/** An answer of Vault that is no trouble of the server's own. */
export interface VaultAnswer {
  readonly status: number;
  /** Empty where there was no body. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What Vault says is wrong. */
  readonly errors: readonly string[];
}

export interface VaultRequest {
  readonly method: "GET" | "POST";
  /** After `/v1/`, encoded. */
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
}

/** The server's own trouble, or too many requests. */
export class VaultTrouble extends Error {
  constructor(
    readonly status: number,
    readonly errors: readonly string[],
  ) {
    super(`status ${status}`);
  }
}

/** What answers is no Vault; the answer is not repeated. */
export class NoVault extends Error {}

/** Whether trying again may help. 412: this server has not heard yet of what another one has written. */
export function isPassingVaultError(error: unknown): boolean {
  return error instanceof VaultTrouble || isPassingNetworkError(error);
}

/** Far more than a secret can have. */
const LARGEST_ANSWER = 4 * 1024 * 1024;

/** Connections to one Vault. */
export interface VaultConnection {
  ask(request: VaultRequest, signal: AbortSignal): Promise<VaultAnswer>;
  close(): Promise<void>;
}

export async function connectToVault({ address, namespace, ca }: VaultSettings, env: Readonly<Record<string, string | undefined>>): Promise<VaultConnection> {
  const { request } = await import("undici");
  const dispatcher = await openDispatcher(env, { ...(ca !== undefined && { ca }), largestAnswer: LARGEST_ANSWER });
  return {
    async ask({ method, path, token, body }, signal) {
      const options: Omit<Dispatcher.RequestOptions, "origin" | "path"> & { dispatcher: Dispatcher } = {
        dispatcher,
        method,
        signal,
        // X-Vault-Request shows Vault that no browser was tricked into this.
        headers: { "x-vault-request": "true", ...(token && { "x-vault-token": token }), ...(namespace && { "x-vault-namespace": namespace }), ...(body !== undefined && { "content-type": "application/json" }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      };
      const url = `${address}/v1/${path}`;
      const first = await request(url, options);
      const next = redirection(first, url);
      if (next === undefined) return answerOf(first);
      await first.body.dump();
      return answerOf(await request(next, options));
    },
    close: () => dispatcher.destroy(),
  };
}

/** A server on standby sends us to the one that is active; once, and never away from https. */
function redirection({ statusCode, headers }: Dispatcher.ResponseData, url: string): URL | undefined {
  const { location } = headers;
  if (![301, 302, 307, 308].includes(statusCode) || typeof location !== "string" || !URL.canParse(location, url)) return undefined;
  const next = new URL(location, url);
  return next.protocol === "https:" || next.protocol === new URL(url).protocol ? next : undefined;
}

async function answerOf(response: Dispatcher.ResponseData): Promise<VaultAnswer> {
  const status = response.statusCode;
  const text = await response.body.text();
  const body = text.trim() === "" ? {} : objectOf(text);
  const errors = Array.isArray(body?.["errors"]) ? (body["errors"] as unknown[]).filter((error) => typeof error === "string") : [];
  if (status >= 500 || status === 429 || status === 412) throw new VaultTrouble(status, errors);
  if (body === undefined || (status >= 300 && status < 400)) throw new NoVault();
  return { status, body, errors };
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
