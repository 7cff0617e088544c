import type { Dispatcher } from "undici";
import { createMasker } from "../secrets/masking";
import type { Environment } from "./address";
import { type ConnectionOptions, openDispatcher } from "../network/dispatcher";
import { type Asked, codeOf, GitlabError, networkError, statusError } from "./error";
import { snakeKeys, toQuery } from "./wire-format";

export interface TransportOptions {
  /** The server as messages name it. */
  readonly server: string;
  /** `https://gitlab.com` */
  readonly address: string;
  /** Sent as `PRIVATE-TOKEN`; no message ever holds it. */
  readonly token: string;
  readonly env: Environment;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Waits before the next try. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** `requestMs`: longest time for one try, however it goes. Default: 60 s. */
  readonly timeouts?: ConnectionOptions & { readonly requestMs?: number };
}

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/v4/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Whether a second time does no harm. Default: for all methods but POST and PATCH. */
  readonly repeatable?: boolean;
}

export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Requests to one server with one token. */
export interface Transport {
  /** @throws GitlabError */
  request(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** How often one request is tried. */
const TRIES = 5;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;
/** Limits of GitLab's are per minute; whoever is told to wait longer is told so. */
const LONGEST_RATE_WAIT_MS = 5 * 60_000;
const BEFORE_SENDING = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"]);

/**
 * Tries again, with growing pauses and jitter, what may pass: a server that fails or does not answer, and a rate limit, for
 * as long as the server says. What changes something and may have been done already is not sent twice.
 */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  const { request: send } = await import("undici");
  const dispatcher = await openDispatcher(options.env, options.timeouts);
  /** The server's limit is used up until then. */
  let blockedUntil = 0;

  const rest = async (milliseconds: number): Promise<void> => (milliseconds > 0 ? options.pause(milliseconds) : undefined);
  const backoff = (attempt: number): number => Math.round((Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) / 2) * (1 + options.random()));

  async function tryOnce(request: Request): Promise<RawResponse> {
    const answer = await send(`${options.address}/api/v4/${request.path}${toQuery(request.query)}`, {
      dispatcher,
      method: request.method,
      headers: { "user-agent": "gosling", "accept": "application/json", "private-token": options.token, ...(request.body && { "content-type": "application/json" }) },
      ...(request.body && { body: JSON.stringify(snakeKeys(request.body)) }),
      signal: AbortSignal.timeout(options.timeouts?.requestMs ?? 60_000),
    });
    return { status: answer.statusCode, headers: plainHeaders(answer.headers), text: await answer.body.text() };
  }

  return {
    async request(request) {
      const asked: Asked = { server: options.server, method: request.method, path: request.path };
      const repeatable = request.repeatable ?? !["POST", "PATCH"].includes(request.method);
      for (let attempt = 0; ; attempt++) {
        const last = attempt === TRIES - 1;
        await rest(blockedUntil - options.now());
        let raw: RawResponse;
        try {
          raw = await tryOnce(request);
        } catch (error) {
          const code = codeOf(error);
          const sent = !BEFORE_SENDING.has(code);
          const failure = networkError(asked, error, sent && !repeatable);
          if (last || failure.code === "GITLAB_UNTRUSTED" || failure.mayBeDone) throw failure;
          await rest(backoff(attempt));
          continue;
        }
        const limit = limitOf(raw.headers, options.now());
        if (limit.remaining === 0 && limit.resetMs !== undefined) blockedUntil = options.now() + Math.min(limit.resetMs, LONGEST_RATE_WAIT_MS);
        if (raw.status === 429) {
          const wait = limit.retryAfterMs ?? limit.resetMs ?? backoff(attempt);
          if (last || wait > LONGEST_RATE_WAIT_MS) throw rateLimited(asked, wait);
          blockedUntil = Math.max(blockedUntil, options.now() + wait);
          // Several that were told the same moment don't come back in the same moment.
          await rest(wait + Math.round(options.random() * FIRST_PAUSE_MS));
          continue;
        }
        if (raw.status >= 200 && raw.status < 300) return { status: raw.status, headers: raw.headers, body: parseBody(asked, raw, !repeatable) };
        const { words, scope } = wordsOf(raw);
        // Cut after that: half a token would not be known any more.
        const failure = statusError(asked, raw.status, createMasker([options.token, request.body?.["token"]].filter((sent) => typeof sent === "string")).mask(words).slice(0, LONGEST_WORDS), scope);
        const passing = raw.status >= 500 || raw.status === 408;
        if (!passing) throw failure;
        if (!repeatable) throw new GitlabError(failure.code, failure.message, { status: raw.status, mayBeDone: true, ...(failure.hint !== undefined && { hint: failure.hint }) });
        if (last) throw failure;
        await rest(limit.retryAfterMs === undefined ? backoff(attempt) : Math.min(limit.retryAfterMs, LONGEST_PAUSE_MS));
      }
    },
    close: () => dispatcher.destroy(),
  };
}

interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

function plainHeaders(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]])));
}

function parseBody(asked: Asked, { status, headers, text }: RawResponse, mayBeDone: boolean): unknown {
  if (status === 204 || text === "") return null;
  if (!(headers["content-type"] ?? "").includes("json")) {
    // A login page of a company's proxy comes with status 200 too.
    if (/^\s*</.test(text)) throw new GitlabError("GITLAB_FAILED", `${asked.server} answers ${asked.method} ${asked.path} with a page instead of data`, { hint: "Is it a GitLab server, and does a proxy stand before it that asks for a login?", status, mayBeDone });
    return text;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GitlabError("GITLAB_FAILED", `${asked.server} answers ${asked.method} ${asked.path} with something that can't be read`, { status, cause, mayBeDone });
  }
}

function limitOf(headers: RawResponse["headers"], now: number): { readonly remaining?: number; readonly resetMs?: number; readonly retryAfterMs?: number } {
  const number = (name: string): number | undefined => (/^\d+$/.test(headers[name] ?? "") ? Number(headers[name]) : undefined);
  const remaining = number("ratelimit-remaining");
  const reset = number("ratelimit-reset");
  const retryAfter = number("retry-after");
  // Measured by the server's own clock where it tells it: ours may be wrong.
  const serverNow = Date.parse(headers["date"] ?? "");
  return {
    ...(remaining !== undefined && { remaining }),
    ...(reset !== undefined && { resetMs: Math.max(0, reset * 1000 - (Number.isNaN(serverNow) ? now : serverNow)) }),
    ...(retryAfter !== undefined && { retryAfterMs: retryAfter * 1000 }),
  };
}

function rateLimited({ server, method, path }: Asked, waitMs: number): GitlabError {
  return new GitlabError("GITLAB_RATE_LIMIT", `${server} limits how often it is asked, and still does after ${TRIES} tries or for ${Math.ceil(waitMs / 1000)} s (${method} ${path})`, {
    status: 429,
    hint: "Try again later, or name fewer Eggs at once.",
  });
}

/** GitLab says what is wrong as `message` or `error`, as text, list or an object by field. */
function wordsOf({ headers, text }: RawResponse): { readonly words: string; readonly scope?: string } {
  if (!(headers["content-type"] ?? "").includes("json")) return { words: "" };
  try {
    const body = JSON.parse(text) as { message?: unknown; error?: unknown; error_description?: unknown; scope?: unknown };
    const words = sentence(body.message ?? body.error_description ?? body.error);
    return body.error === "insufficient_scope" && typeof body.scope === "string" ? { words, scope: body.scope } : { words };
  } catch {
    return { words: "" };
  }
}

const LONGEST_WORDS = 500;

function sentence(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(sentence).join(", ");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([field, problem]) => (field === "base" ? sentence(problem) : `${field} ${sentence(problem)}`))
      .join("; ");
  }
  return value === undefined || value === null ? "" : String(value);
}
