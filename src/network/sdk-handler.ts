import type { Dispatcher } from "undici";
import { type ConnectionOptions, type Environment, openDispatcher } from "./dispatcher";
import { networkCode } from "./failure";

/** A request as the SDK of AWS has signed it: path and query are encoded, or will be by its rules. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Dispatcher.DispatchOptions["body"];
}

interface SdkAnswer {
  readonly response: { readonly statusCode: number; readonly headers: Record<string, string>; readonly body: Dispatcher.ResponseData["body"] };
}

/** What clients of the SDK take as `requestHandler`. */
export interface SdkHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: SdkRequest, options?: { readonly abortSignal?: unknown }): Promise<SdkAnswer>;
  destroy(): void;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
}

/** Sends what the SDK of AWS asks the way that all other requests go: its own handler knows neither proxies nor a company's certificates. */
export function sdkHandler(env: Environment, options: ConnectionOptions = {}): SdkHandler {
  let opened: Promise<Dispatcher> | undefined;
  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle({ protocol, hostname, port, path, query, method, headers, body }, { abortSignal } = {}) {
      const dispatcher = await (opened ??= openDispatcher(env, options));
      const search = queryText(query);
      try {
        const answer = await dispatcher.request({
          origin: `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`,
          path: search === "" ? path : `${path}?${search}`,
          method: method as Dispatcher.HttpMethod,
          headers: sendable(headers),
          body: body === "" ? undefined : body,
          ...(abortSignal instanceof AbortSignal && { signal: abortSignal }),
        });
        const received = Object.entries(answer.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]);
        return { response: { statusCode: answer.statusCode, headers: Object.fromEntries(received) as Record<string, string>, body: answer.body } };
      } catch (error) {
        throw inTermsOfNode(error);
      }
    },
    destroy() {
      void opened?.then((dispatcher) => dispatcher.destroy(), () => undefined);
      opened = undefined;
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

function queryText(query: SdkRequest["query"] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === null ? [escaped(name)] : [value].flat().map((item) => `${escaped(name)}=${escaped(item)}`)));
  return pairs.join("&");
}

/** As signatures want it: encodeURIComponent leaves some of what they escape. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Without what the client sets itself, or does not wait for. None of it is signed but the host, which is the same. */
function sendable(headers: SdkRequest["headers"]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(expect|connection|transfer-encoding)$/i.test(name)));
}

/** The SDK tries again what it knows by Node's codes and by the name `TimeoutError`. */
function inTermsOfNode(error: unknown): Error {
  const { name, message } = error as Error;
  const code = networkCode(error);
  const timedOut = /^UND_ERR_.*_TIMEOUT$/.test(code ?? "");
  return Object.assign(new Error(message, { cause: error }), { name: timedOut ? "TimeoutError" : name, ...(code !== undefined && { code: code === "UND_ERR_SOCKET" ? "ECONNRESET" : code }) });
}
