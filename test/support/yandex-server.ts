import { constants, type KeyObject, randomBytes, verify } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type handleUnaryCall, type MethodDefinition, Server, ServerCredentials, type ServiceDefinition, status as Code } from "@grpc/grpc-js";
import { Instance, Instance_Status } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/compute/v1/instance";
import { InstanceServiceService, ListInstancesResponse } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/compute/v1/instance_service";
import { ApiEndpointServiceService, ListApiEndpointsResponse } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/endpoint/api_endpoint_service";
import { CreateIamTokenResponse, IamTokenServiceService } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/iam/v1/iam_token_service";
import { Payload } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/lockbox/v1/payload";
import { PayloadServiceService } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/lockbox/v1/payload_service";
import { Secret } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/lockbox/v1/secret";
import { ListSecretsResponse, type PayloadEntryChange, SecretServiceService } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/lockbox/v1/secret_service";
import { Operation } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/operation/operation";
import { OperationServiceService } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/operation/operation_service";
import { bytes, decodeMessage, encodeMessage, many, message, one, string } from "../../src/rehearsal/protobuf";

export { Instance_Status as MachineState };

/** How a call is to end instead of as usual. */
export type Fault = { readonly code: Code; readonly details?: string; /** What happens meanwhile. */ readonly run?: () => void } | "never answers" | "answers with rubbish";

export interface KeptSecret {
  readonly id: string;
  readonly folderId: string;
  readonly name: string;
  /** The last is the current one. */
  readonly versions: { readonly id: string; readonly entries: ReadonlyMap<string, Buffer | string> }[];
}

export interface KeptMachine {
  readonly id: string;
  status: Instance_Status;
  readonly labels?: Readonly<Record<string, string>>;
  readonly name?: string;
  /** What it becomes by itself, one for each time that it is looked at. */
  readonly next?: Instance_Status[];
  /** How often an operation of it is looked at until it is done. */
  readonly polls?: number;
  /** How an operation of it ends, where it isn't well. */
  readonly operationError?: { readonly code: Code; readonly message: string };
  /** It stops again by itself whenever it was started. */
  readonly unstable?: boolean;
}

/** What was called: service and method without the package, and what came with it. */
export interface SeenCall {
  readonly method: string;
  readonly request: unknown;
  readonly token: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/** The installation of Yandex Cloud on this machine: gRPC services of the SDK's own definitions, and two of HTTP. */
export interface YandexServer {
  /** Where it is, and no credentials. */
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: KeptSecret[];
  readonly machines: Map<string, KeptMachine>;
  /** IAM tokens that are taken. */
  readonly tokens: Set<string>;
  readonly calls: SeenCall[];
  /** Faults of the next calls of `SERVICE/METHOD`, in turn. */
  readonly faults: Map<string, Fault[]>;
  /** Public keys of authorised keys, by id. */
  readonly keys: Map<string, KeyObject>;
  /** What the token services of HTTP answer, in turn; then as usual. */
  readonly httpAnswers: { readonly status: number; readonly body: string }[];
  /** What came by HTTP: path, headers, form. */
  readonly httpRequests: { readonly path: string; readonly flavor: unknown; readonly form: Readonly<Record<string, string>> }[];
  /** Life of the tokens that it issues. */
  tokenLifeMs: number;
  addSecret(name: string, entries: Readonly<Record<string, Buffer | string>>, folderId?: string): KeptSecret;
  addVersion(secret: KeptSecret, entries: Readonly<Record<string, Buffer | string>>): string;
  close(): Promise<void>;
}

/** Messages of `GetEx`, which the SDK has no definitions of: written down from the published `payload_service.proto`. */
const FOLDER_AND_NAME = message({ folderId: string(1), secretName: string(2) });
const GET_EX_REQUEST = message({ secretId: string(1), folderAndName: one(2, FOLDER_AND_NAME), versionId: string(21) });
const GET_EX_ENTRY = message({ key: string(1), value: bytes(2) });
const GET_EX_RESPONSE = message({ secretId: string(1), versionId: string(2), entries: many(3, GET_EX_ENTRY) });
const getEx: MethodDefinition<unknown, unknown> = {
  path: "/yandex.cloud.lockbox.v1.PayloadService/GetEx",
  requestStream: false,
  responseStream: false,
  requestSerialize: (value) => Buffer.from(encodeMessage(GET_EX_REQUEST, value as Record<string, unknown>)),
  requestDeserialize: (value) => decodeMessage(GET_EX_REQUEST, value),
  responseSerialize: (value) => Buffer.from(encodeMessage(GET_EX_RESPONSE, value as Record<string, unknown>)),
  responseDeserialize: (value) => decodeMessage(GET_EX_RESPONSE, value),
};

const RUBBISH = Symbol("rubbish");

class Refusal extends Error {
  constructor(
    readonly code: Code,
    readonly details: string,
  ) {
    super(details);
  }
}

type Handler = (request: never) => unknown;

/** @param now Clock of the tokens that it issues. */
export async function startYandexServer(now: () => number = Date.now): Promise<YandexServer> {
  const grpc = new Server();
  let address = "";
  const operations = new Map<string, { polls: number; readonly done: () => void; readonly error?: KeptMachine["operationError"] }>();
  let count = 0;
  const newId = (prefix: string): string => `${prefix}${(++count).toString(36).padStart(17, "0")}`;
  const newToken = (): string => {
    const token = `t1.${randomBytes(6).toString("hex")}.${randomBytes(12).toString("hex")}`;
    server.tokens.add(token);
    return token;
  };

  const server: YandexServer = {
    get env() {
      return { YC_ENDPOINT: address, YC_METADATA_ADDR: httpAddress, YC_OIDC_TOKEN_URL: `http://${httpAddress}/oauth/token` };
    },
    secrets: [],
    machines: new Map(),
    tokens: new Set(),
    calls: [],
    faults: new Map(),
    keys: new Map(),
    httpAnswers: [],
    httpRequests: [],
    tokenLifeMs: 12 * 3600_000,
    addSecret(name, entries, folderId = "folder-1") {
      const secret: KeptSecret = { id: newId("e6q"), folderId, name, versions: [] };
      server.secrets.push(secret);
      server.addVersion(secret, entries);
      return secret;
    },
    addVersion(secret, entries) {
      const id = newId("e6v");
      secret.versions.push({ id, entries: new Map(Object.entries(entries)) });
      return id;
    },
    async close() {
      grpc.forceShutdown();
      await new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      });
    },
  };

  /** Adds a service, of which each call is written down, may be told to fail, and needs a token that is taken. */
  const serve = (name: string, definition: ServiceDefinition, handlers: Readonly<Record<string, Handler>>, needsToken = true): void => {
    const methods = Object.entries(definition).filter(([method]) => method in handlers);
    const wrapped = methods.map(([method, each]): [string, MethodDefinition<unknown, unknown>] => [method, { ...each, responseSerialize: (value: unknown) => (value === RUBBISH ? Buffer.from([0x0a, 0xff, 0xff, 0x03, 0x01]) : each.responseSerialize(value)) }]);
    const implementations = methods.map(([method, each]): [string, handleUnaryCall<unknown, unknown>] => [
      method,
      (call, callback) => {
        const short = `${name}/${each.path.split("/").at(-1)}`;
        const token = call.metadata.get("authorization")[0]?.toString().replace(/^Bearer /, "");
        server.calls.push({ method: short, request: call.request, token, idempotencyKey: call.metadata.get("idempotency-key")[0]?.toString() });
        const fault = server.faults.get(short)?.shift();
        if (fault === "never answers") return;
        if (fault === "answers with rubbish") return callback(null, RUBBISH);
        if (fault !== undefined) {
          fault.run?.();
          return callback({ code: fault.code, details: fault.details ?? "" });
        }
        try {
          if (needsToken && !server.tokens.has(token ?? "")) throw new Refusal(Code.UNAUTHENTICATED, `The token ${token} is invalid`);
          callback(null, handlers[method]?.(call.request as never));
        } catch (error) {
          if (error instanceof Refusal) callback({ code: error.code, details: error.details });
          else callback({ code: Code.INTERNAL, details: String(error) });
        }
      },
    ]);
    grpc.addService(Object.fromEntries(wrapped), Object.fromEntries(implementations));
  };

  const operation = (polls: number, done: () => void, error?: KeptMachine["operationError"]): Operation => {
    const id = newId("op");
    operations.set(id, { polls, done, ...(error && { error }) });
    return Operation.fromPartial({ id });
  };

  const secretOf = (find: (secret: KeptSecret) => boolean): KeptSecret => {
    const found = server.secrets.find(find);
    if (!found) throw new Refusal(Code.NOT_FOUND, "Secret not found");
    return found;
  };
  const versionOf = (secret: KeptSecret, id = ""): KeptSecret["versions"][number] => {
    const version = id === "" ? secret.versions.at(-1) : secret.versions.find((each) => each.id === id);
    if (!version) throw new Refusal(Code.NOT_FOUND, "Version not found");
    return version;
  };
  const shown = (secret: KeptSecret): Secret => Secret.fromPartial({ id: secret.id, folderId: secret.folderId, name: secret.name, currentVersion: { id: versionOf(secret).id, payloadEntryKeys: [...versionOf(secret).entries.keys()] } });
  const changed = (old: ReadonlyMap<string, Buffer | string>, changes: readonly PayloadEntryChange[]): Record<string, Buffer | string> => Object.fromEntries([...old, ...changes.map(({ key, textValue, binaryValue }): [string, Buffer | string] => [key, textValue ?? binaryValue ?? ""])]);

  serve("ApiEndpointService", ApiEndpointServiceService, {
    list: () => ListApiEndpointsResponse.fromPartial({ endpoints: ["compute", "iam", "lockbox", "lockbox-payload", "operation"].map((id) => ({ id, address })) }),
  }, false);
  serve("PayloadService", { ...PayloadServiceService, getEx }, {
    get({ secretId, versionId }: { secretId: string; versionId: string }) {
      const version = versionOf(secretOf(({ id }) => id === secretId), versionId);
      return Payload.fromPartial({ versionId: version.id, entries: [...version.entries].map(([key, value]) => ({ key, ...(typeof value === "string" ? { textValue: value } : { binaryValue: value }) })) });
    },
    getEx({ folderAndName, versionId }: { folderAndName?: { folderId?: string; secretName?: string }; versionId?: string }) {
      const secret = secretOf(({ folderId, name }) => folderId === folderAndName?.folderId && name === folderAndName?.secretName);
      const version = versionOf(secret, versionId);
      return { secretId: secret.id, versionId: version.id, entries: [...version.entries].map(([key, value]) => ({ key, value: Buffer.from(value as string) })) };
    },
  });
  serve("SecretService", SecretServiceService, {
    get: ({ secretId }: { secretId: string }) => shown(secretOf(({ id }) => id === secretId)),
    list({ folderId, pageToken }: { folderId: string; pageToken: string }) {
      const all = server.secrets.filter((secret) => secret.folderId === folderId);
      // Small pages, so that there are several.
      const from = Number(pageToken || 0);
      return ListSecretsResponse.fromPartial({ secrets: all.slice(from, from + 2).map(shown), nextPageToken: from + 2 < all.length ? String(from + 2) : "" });
    },
    create({ folderId, name, versionPayloadEntries }: { folderId: string; name: string; versionPayloadEntries: PayloadEntryChange[] }) {
      return operation(1, () => server.addSecret(name, changed(new Map(), versionPayloadEntries), folderId));
    },
    addVersion({ secretId, payloadEntries }: { secretId: string; payloadEntries: PayloadEntryChange[] }) {
      const secret = secretOf(({ id }) => id === secretId);
      return operation(1, () => server.addVersion(secret, changed(versionOf(secret).entries, payloadEntries)));
    },
  });

  const machineOf = (id: string): KeptMachine => {
    const found = server.machines.get(id);
    if (!found) throw new Refusal(Code.NOT_FOUND, `Instance ${id} not found`);
    return found;
  };
  const asInstance = ({ id, name = "", status, labels = {} }: KeptMachine): Instance => Instance.fromPartial({ id, name, status, labels: { ...labels } });
  const switched = (id: string, from: Instance_Status, during: Instance_Status, to: Instance_Status): Operation => {
    const machine = machineOf(id);
    if (machine.status !== from) throw new Refusal(Code.FAILED_PRECONDITION, `Instance is in the state ${Instance_Status[machine.status]}`);
    machine.status = during;
    return operation(machine.polls ?? 1, () => (machine.status = machine.operationError || machine.unstable ? from : to), machine.operationError);
  };
  serve("InstanceService", InstanceServiceService, {
    get({ instanceId }: { instanceId: string }) {
      const machine = machineOf(instanceId);
      const answer = asInstance(machine);
      machine.status = machine.next?.shift() ?? machine.status;
      return answer;
    },
    list({ pageToken }: { pageToken: string }) {
      const all = [...server.machines.values()];
      const from = Number(pageToken || 0);
      return ListInstancesResponse.fromPartial({ instances: all.slice(from, from + 2).map(asInstance), nextPageToken: from + 2 < all.length ? String(from + 2) : "" });
    },
    delete({ instanceId }: { instanceId: string }) {
      const machine = machineOf(instanceId);
      machine.status = Instance_Status.DELETING;
      return operation(machine.polls ?? 1, () => server.machines.delete(instanceId));
    },
    start: ({ instanceId }: { instanceId: string }) => switched(instanceId, Instance_Status.STOPPED, Instance_Status.STARTING, Instance_Status.RUNNING),
    stop: ({ instanceId }: { instanceId: string }) => switched(instanceId, Instance_Status.RUNNING, Instance_Status.STOPPING, Instance_Status.STOPPED),
  });
  serve("OperationService", OperationServiceService, {
    get({ operationId }: { operationId: string }) {
      const found = operations.get(operationId);
      if (!found) throw new Refusal(Code.NOT_FOUND, "Operation not found");
      if (--found.polls > 0) return Operation.fromPartial({ id: operationId });
      if (found.polls === 0) found.done();
      return Operation.fromPartial({ id: operationId, done: true, ...(found.error && { error: { ...found.error } }) });
    },
  });
  serve("IamTokenService", IamTokenServiceService, {
    create({ jwt, yandexPassportOauthToken }: { jwt?: string; yandexPassportOauthToken?: string }) {
      if (yandexPassportOauthToken !== "y0_of-a-person" && !(jwt !== undefined && isSigned(jwt, server.keys, now()))) throw new Refusal(Code.UNAUTHENTICATED, `Not taken: ${jwt ?? yandexPassportOauthToken}`);
      return CreateIamTokenResponse.fromPartial({ iamToken: newToken(), expiresAt: new Date(now() + server.tokenLifeMs) });
    },
  }, false);

  const http = createServer((request, response) => void answerHttp(server, newToken, request, response));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const httpAddress = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  const port = await new Promise<number>((resolve, reject) => grpc.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))));
  address = `127.0.0.1:${port}`;
  return server;
}

/** As IAM looks at it: PS256 by a key that it knows, for it, and not over. */
function isSigned(jwt: string, keys: ReadonlyMap<string, KeyObject>, now: number): boolean {
  const [head = "", body = "", signature = ""] = jwt.split(".");
  const { alg, kid } = JSON.parse(Buffer.from(head, "base64url").toString()) as { alg: string; kid: string };
  const { aud, iss, iat, exp } = JSON.parse(Buffer.from(body, "base64url").toString()) as { aud: string; iss: string; iat: number; exp: number };
  const key = keys.get(kid);
  if (!key || alg !== "PS256" || aud !== "https://iam.api.cloud.yandex.net/iam/v1/tokens" || iss !== "account-1") return false;
  if (iat * 1000 > now || exp * 1000 <= now || exp - iat > 3600) return false;
  return verify("sha256", Buffer.from(`${head}.${body}`), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }, Buffer.from(signature, "base64url"));
}

async function answerHttp(server: YandexServer, newToken: () => string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
  const path = request.url ?? "";
  server.httpRequests.push({ path, flavor: request.headers["metadata-flavor"], form });
  const said = server.httpAnswers.shift();
  const token = (): string => JSON.stringify({ access_token: newToken(), expires_in: Math.floor(server.tokenLifeMs / 1000), token_type: "Bearer" });
  if (said) response.writeHead(said.status).end(said.body);
  else if (path === "/oauth/token") response.writeHead(200).end(token());
  else if (path === "/computeMetadata/v1/instance/service-accounts/default/token" && request.headers["metadata-flavor"] === "Google") response.writeHead(200).end(token());
  else response.writeHead(404).end();
}
