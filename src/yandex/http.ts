import { openDispatcher } from "../network/dispatcher";
import type { Environment } from "./endpoints";

/** What a server said: its status, and the body where it is a JSON object. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

export interface JsonRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a form by POST; without it, GET. */
  readonly form?: Readonly<Record<string, string>>;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  /** Whose proxies and certificates are taken; absent: none, for addresses of this machine and its link. */
  readonly proxies?: Environment;
}

/** No answer: refused, unknown, too slow. */
export class NoAnswer extends Error {}

/**
 * Asks a server that answers with a small JSON object. Follows no redirect: what is sent is a secret.
 * @throws NoAnswer
 */
export async function requestJson(url: URL, { headers = {}, form, connectTimeoutMs, timeoutMs, proxies }: JsonRequest): Promise<JsonAnswer> {
  const { Agent, request } = await import("undici");
  const dispatcher = proxies === undefined ? new Agent({ connect: { timeout: connectTimeoutMs } }) : await openDispatcher(proxies, { connectMs: connectTimeoutMs });
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
      ...(form === undefined ? { headers } : { method: "POST", headers: { ...headers, "content-type": "application/x-www-form-urlencoded" }, body: new URLSearchParams(form).toString() }),
    });
    return { status: statusCode, body: jsonObject(await body.text()) };
  } catch (error) {
    // Neither the message nor the cause goes on: they may repeat what was sent.
    throw new NoAnswer((error as NodeJS.ErrnoException).code ?? "no answer");
  } finally {
    await dispatcher.destroy();
  }
}

function jsonObject(text: string): JsonAnswer["body"] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
