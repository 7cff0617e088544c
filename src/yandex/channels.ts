import type { Client, Metadata, MethodDefinition, ServiceError } from "@grpc/grpc-js";
import { ADDRESSES, discoveryAddress, type Environment, isLoopback, type Service } from "./endpoints";
import { callError, statusOf, YandexError } from "./error";

/** A method of a service, as the SDK defines it. */
export type Method<Request, Response> = Pick<MethodDefinition<Request, Response>, "path" | "requestSerialize" | "responseDeserialize">;

export interface CallHeaders {
  /** An IAM token; none where one is asked for. */
  readonly token?: string;
  /** The same for every try of one change: it is carried out once. */
  readonly idempotencyKey?: string;
}

/** Connections to the services, one for each address. */
export interface Channels {
  /**
   * One call, one try.
   * @throws YandexError
   */
  unary<Request, Response>(service: Service, method: Method<Request, Response>, request: Request, timeoutMs: number, headers?: CallHeaders): Promise<Response>;
  close(): void;
}

/** Opens nothing before the first call. TLS is left out only where `YC_ENDPOINT` is this machine. */
export function channels(env: Environment): Channels {
  const clients = new Map<string, Client>();
  let listed: Promise<ReadonlyMap<string, string>> | undefined;
  let closed = false;

  const clientOf = async (address: string, plaintext: boolean): Promise<Client> => {
    const { Client, credentials } = await import("@grpc/grpc-js");
    if (closed) throw new YandexError("YANDEX_FAILED", "The connection to Yandex Cloud was closed");
    const open = clients.get(address);
    if (open) return open;
    const client = new Client(address, plaintext ? credentials.createInsecure() : credentials.createSsl(), plaintext ? { "grpc.enable_http_proxy": 0 } : {});
    clients.set(address, client);
    return client;
  };

  const addressOf = async (service: Service, timeoutMs: number): Promise<{ readonly address: string; readonly plaintext: boolean }> => {
    const discovery = discoveryAddress(env);
    if (discovery === undefined) return { address: ADDRESSES[service], plaintext: false };
    listed ??= listEndpoints(await clientOf(discovery, isLoopback(discovery)), timeoutMs).catch((error: unknown) => {
      listed = undefined;
      throw error;
    });
    const address = (await listed).get(service);
    if (address === undefined) throw new YandexError("YANDEX_ENDPOINT", `The endpoint of YC_ENDPOINT knows no service ${service}`, { hint: "Give the endpoint of an installation of Yandex Cloud: api.cloud.yandex.net:443." });
    return { address, plaintext: isLoopback(discovery) && isLoopback(address) };
  };

  return {
    async unary(service, method, request, timeoutMs, headers = {}) {
      const { address, plaintext } = await addressOf(service, timeoutMs);
      return unaryCall(await clientOf(address, plaintext), method, request, timeoutMs, headers);
    },
    close() {
      closed = true;
      for (const client of clients.values()) client.close();
    },
  };
}

async function listEndpoints(client: Client, timeoutMs: number): Promise<ReadonlyMap<string, string>> {
  const { ApiEndpointServiceService, ListApiEndpointsRequest } = await import("@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/endpoint/api_endpoint_service.js");
  const { endpoints } = await unaryCall(client, ApiEndpointServiceService.list, ListApiEndpointsRequest.fromPartial({}), timeoutMs, {});
  return new Map(endpoints.map(({ id, address }) => [id, address]));
}

async function metadataOf({ token, idempotencyKey }: CallHeaders): Promise<Metadata> {
  const { Metadata } = await import("@grpc/grpc-js");
  const metadata = new Metadata();
  if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
  if (idempotencyKey !== undefined) metadata.set("idempotency-key", idempotencyKey);
  return metadata;
}

async function unaryCall<Request, Response>(client: Client, { path, requestSerialize, responseDeserialize }: Method<Request, Response>, request: Request, timeoutMs: number, headers: CallHeaders): Promise<Response> {
  const metadata = await metadataOf(headers);
  return new Promise((resolve, reject) => {
    // gRPC looks at the real clock, whatever ours is.
    const deadline = Date.now() + timeoutMs;
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, { deadline }, (error: ServiceError | null, response?: Response) => {
      if (error) reject(callError(path.replace(/^\/yandex\.cloud\./, ""), statusOf(error.code), headers.token ? error.details.replaceAll(headers.token, "***") : error.details));
      else resolve(response as Response);
    });
  });
}
