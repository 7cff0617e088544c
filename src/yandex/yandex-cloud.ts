import { randomUUID } from "node:crypto";
import { channels, type Method } from "./channels";
import { type CredentialSource, credentials } from "./credentials";
import { type Edges, realEdges } from "./edges";
import type { Environment, Service } from "./endpoints";
import { isYandexError } from "./error";
import { withRetries } from "./retry";

/** Yandex Cloud, as whoever the environment says we are. */
export interface YandexCloud {
  readonly env: Environment;
  readonly edges: Edges;
  /** Where the credentials come from. Of `YC_OIDC_TOKEN` the engine's provider knows nothing: it needs `token` as `YC_TOKEN`. */
  readonly credentialSource: CredentialSource;
  /**
   * Calls a method. While the service is not there or has too many requests it is tried again, with growing pauses;
   * with a token that is refused once more, if there can be another.
   * @throws YandexError
   */
  call<Request, Response>(service: Service, method: Method<Request, Response>, request: Request, options?: CallOptions): Promise<Response>;
  /**
   * An IAM token that is good for a while: hours as a rule, five minutes at least (or half of a shorter life).
   * @throws YandexError
   */
  token(): Promise<string>;
  /** Closes the connections. */
  close(): void;
}

export interface YandexCloudOptions {
  readonly edges?: Edges;
  /** For all tries of a call together. Default: 10 seconds. */
  readonly limitMs?: number;
}

export interface CallOptions {
  /** The call changes something: its tries carry one idempotency key, so that it happens once. */
  readonly changes?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const CALL_LIMIT_MS = 10_000;

/**
 * Loads and opens nothing before the first call. Credentials and addresses come from `env`: see `credentials`, and
 * `YC_ENDPOINT` (`HOST:PORT`, as for the provider) for another installation.
 */
export function yandexCloud(env: Environment, { edges = realEdges, limitMs = CALL_LIMIT_MS }: YandexCloudOptions = {}): YandexCloud {
  const open = channels(env);
  const who = credentials(env, edges, open);
  return {
    env,
    edges,
    credentialSource: who.source,
    async call(service, method, request, { changes = false, signal } = {}) {
      const key = changes ? { idempotencyKey: randomUUID() } : {};
      let renewed = false;
      return withRetries({
        edges,
        deadline: edges.now() + limitMs,
        signal,
        attempt: async (leftMs) => {
          const token = await who.token();
          try {
            return await open.unary(service, method, request, leftMs, { token, ...key });
          } catch (error) {
            if (renewed || !isYandexError(error) || error.status !== "UNAUTHENTICATED" || !who.refused(token)) throw error;
            renewed = true;
            return open.unary(service, method, request, leftMs, { token: await who.token(), ...key });
          }
        },
        passing: (error) => isYandexError(error) && (error.status === "UNAVAILABLE" || error.status === "RESOURCE_EXHAUSTED"),
      });
    },
    token: () => who.token(),
    close: () => open.close(),
  };
}
