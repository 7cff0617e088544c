import { createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Dispatcher } from "undici";
import { openDispatcher } from "../network/dispatcher";
import { certificateHint, isCertificateError, isPassingNetworkError, networkCode } from "../network/failure";
import { GoslingError } from "../vocabulary/error";
import type { Environment } from "./environment";

export interface DownloadOptions {
  /** `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` (small letters first), `GOSLING_CA_FILE`, `SSL_CERT_FILE` and `NODE_EXTRA_CA_CERTS` count. */
  readonly env: Environment;
  /** Larger answers are refused. */
  readonly maxBytes: number;
  /** Headers with credentials: for the address's own server, never for one that it sends us to. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Waits between two tries. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Until a connection stands. Default: 15 s. */
  readonly connectTimeoutMs?: number;
  /** Longest silence of the server. Default: 30 s. However slow a line is, it may take its time as long as something comes. */
  readonly idleTimeoutMs?: number;
}

export interface DownloadProgress {
  readonly bytes: number;
  /** Where the server says how much there is. */
  readonly total?: number;
}

/** How often one file is tried; the waits between are 0.5, 1 and 2 seconds. */
const TRIES = 4;
const FIRST_WAIT_MS = 500;
const MAX_REDIRECTS = 5;

/** A file of a server, in a file of ours. What stood there is overwritten. */
export async function downloadFile(url: string, path: string, options: DownloadOptions): Promise<void> {
  await withRetries(url, options, async (body, total) => {
    await pipeline(body, meter(url, total, options), createWriteStream(path, { mode: 0o600 }));
  });
}

/** A small file of a server. */
export async function downloadBytes(url: string, options: DownloadOptions): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  await withRetries(url, options, async (body, total) => {
    const chunks: Buffer[] = [];
    await pipeline(body, meter(url, total, options), async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) chunks.push(chunk);
    });
    bytes = Buffer.concat(chunks);
  });
  return bytes;
}

/** The address as it may be shown: without credentials. */
export function printableUrl(url: string): string {
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  shown.search = "";
  return shown.href;
}

type Receive = (body: Dispatcher.ResponseData["body"], total: number | undefined) => Promise<void>;

async function withRetries(url: string, options: DownloadOptions, receive: Receive): Promise<void> {
  const { request } = await import("undici");
  const dispatcher = await openDispatcher(options.env, { connectMs: options.connectTimeoutMs, idleMs: options.idleTimeoutMs });
  try {
    for (let tries = 1; ; tries++) {
      try {
        const { body, total } = await follow(url, request, dispatcher, options);
        return await receive(body, total);
      } catch (error) {
        const failure = toError(url, error, options);
        if (tries === TRIES || !isPassing(error)) throw failure;
      }
      await options.sleep(FIRST_WAIT_MS * 2 ** (tries - 1));
      if (options.signal?.aborted) throw interrupted();
    }
  } finally {
    await dispatcher.destroy();
  }
}

/** An answer that is no success. */
class StatusError extends Error {
  constructor(readonly status: number) {
    super(`status ${status}`);
  }
}

async function follow(url: string, request: typeof import("undici").request, dispatcher: Dispatcher, { headers: own = {}, signal }: DownloadOptions) {
  let current = new URL(url);
  const origin = current.origin;
  const { username, password } = current;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const headers: Record<string, string> = { "user-agent": "gosling" };
    // Credentials are for the server that they were given for, not for where it sends us.
    if (current.origin === origin) {
      if (username || password) headers["authorization"] = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`;
      Object.assign(headers, own);
    }
    const answer = await request(withoutCredentials(current), { dispatcher, headers, signal });
    const location = answer.headers["location"];
    if (answer.statusCode >= 300 && answer.statusCode < 400 && typeof location === "string") {
      await answer.body.dump();
      const next = new URL(location, current);
      if (next.protocol !== "https:" && (current.protocol === "https:" || next.protocol !== "http:")) {
        throw new GoslingError("DOWNLOAD_UNSAFE", `${printableUrl(current.href)} sends us to ${printableUrl(next.href)}, away from https.`, { hint: "Give the address of a mirror that stays with https: --url or GOSLING_ENGINE_URL." });
      }
      current = next;
      continue;
    }
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new StatusError(answer.statusCode);
    }
    const length = answer.headers["content-length"];
    return { body: answer.body, total: typeof length === "string" ? Number(length) : undefined };
  }
  throw new GoslingError("DOWNLOAD_FAILED", `${printableUrl(url)} sends us from one address to the next more than ${MAX_REDIRECTS} times.`, { hint: "Give the address of another mirror: --url or GOSLING_ENGINE_URL." });
}

function withoutCredentials(url: URL): URL {
  const plain = new URL(url.href);
  plain.username = "";
  plain.password = "";
  return plain;
}

function meter(url: string, total: number | undefined, { maxBytes, onProgress }: DownloadOptions): Transform {
  const tooLarge = () => new GoslingError("DOWNLOAD_TOO_LARGE", `${printableUrl(url)} is larger than ${maxBytes} bytes; no release is.`, { hint: "Check the address: --url or GOSLING_ENGINE_URL." });
  let bytes = 0;
  onProgress?.(total === undefined ? { bytes } : { bytes, total });
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes || (total ?? 0) > maxBytes) return done(tooLarge());
      onProgress?.(total === undefined ? { bytes } : { bytes, total });
      done(null, chunk);
    },
  });
}

/** Whether trying again may help. */
function isPassing(error: unknown): boolean {
  if (error instanceof StatusError) return error.status >= 500 || error.status === 429 || error.status === 408;
  if (error instanceof GoslingError) return false;
  return isPassingNetworkError(error);
}

function toError(url: string, error: unknown, options: DownloadOptions): GoslingError {
  if (error instanceof GoslingError) return error;
  if (options.signal?.aborted) return interrupted();
  const shown = printableUrl(url);
  const mirror = "another address: --url or GOSLING_ENGINE_URL";
  if (error instanceof StatusError) {
    if (error.status === 404) return new GoslingError("DOWNLOAD_NOT_FOUND", `There is no ${shown}.`, { hint: `Check the version, or give ${mirror}.` });
    if (error.status === 401 || error.status === 403) {
      return new GoslingError("DOWNLOAD_DENIED", `${shown} refuses us (status ${error.status}).`, { hint: "Give the mirror's credentials in GOSLING_ENGINE_MIRROR_TOKEN or GOSLING_ENGINE_MIRROR_HEADER, or check those that are there." });
    }
    return new GoslingError("DOWNLOAD_FAILED", `${shown} answers with status ${error.status}.`, { hint: `Try again later, or give ${mirror}.` });
  }
  const code = networkCode(error) ?? "";
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new GoslingError("DISK_FULL", "No space is left on the disk for the engine's release (about 200 MB).", { hint: "Make room, or set GOSLING_CACHE to a folder on another disk.", cause: error });
  }
  if (isCertificateError(error)) {
    return new GoslingError("DOWNLOAD_UNTRUSTED", `The certificate of ${shown} is not trusted (${code}).`, { hint: certificateHint("a company's proxy"), cause: error });
  }
  const timedOut = code === "UND_ERR_BODY_TIMEOUT" || code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_CONNECT_TIMEOUT";
  const what = timedOut ? "stopped answering" : `cannot be downloaded (${code || (error as Error).message})`;
  return new GoslingError("DOWNLOAD_FAILED", `${shown} ${what}.`, { hint: `Check the network and HTTPS_PROXY, give ${mirror}, or set GOSLING_ENGINE to an engine that is on this machine.`, cause: error });
}

function interrupted(): GoslingError {
  return new GoslingError("INTERRUPTED", "Stopped. Nothing was installed.", { exitCode: 130 });
}
