import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SecureContextOptions } from "node:tls";

/** A server that keeps states, and what it was asked. */
export interface StateServer {
  readonly url: string;
  /** `METHOD /path`, in order. */
  readonly requests: readonly string[];
  /** What it holds, by path. */
  readonly kept: ReadonlyMap<string, Buffer>;
  close(): Promise<void>;
}

type Answer = (request: IncomingMessage, body: Buffer, kept: Map<string, Buffer>) => { readonly status: number; readonly body?: Buffer | string };

/** Keeps states as GitLab does: GET, POST, DELETE of the state; POST and DELETE of its lock. */
export function gitlabStates(tls?: SecureContextOptions): Promise<StateServer> {
  return serve((request, body, kept) => {
    const path = request.url?.split("?")[0] ?? "";
    if (path.endsWith("/lock") && request.method === "POST") {
      const holder = kept.get(path);
      if (holder) return { status: 423, body: holder };
      kept.set(path, body);
      return { status: 200 };
    }
    return plainStore(request.method, path, body, kept);
  }, tls);
}

/** Keeps objects as S3 does, as far as the engines ask: by path, with a condition on writing. */
export function s3Objects(): Promise<StateServer> {
  return serve((request, body, kept) => {
    const [path = "", query = ""] = (request.url ?? "").split("?");
    if (query.includes("list-type") || query.includes("prefix=")) return { status: 200, body: '<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>' };
    if (request.method === "PUT") {
      if (request.headers["if-none-match"] === "*" && kept.has(path)) return { status: 412, body: "<Error><Code>PreconditionFailed</Code></Error>" };
      kept.set(path, withoutChunks(request, body));
      return { status: 200 };
    }
    const answer = plainStore(request.method, path, body, kept);
    return answer.status === 404 ? { status: 404, body: "<Error><Code>NoSuchKey</Code></Error>" } : answer;
  });
}

function plainStore(method: string | undefined, path: string, body: Buffer, kept: Map<string, Buffer>): { readonly status: number; readonly body?: Buffer } {
  if (method === "POST") kept.set(path, body);
  else if (method === "DELETE") kept.delete(path);
  else {
    const found = kept.get(path);
    return found ? { status: 200, body: found } : { status: 404 };
  }
  return { status: 200 };
}

/** Signed uploads come in chunks, each with its length in front: `LENGTH;chunk-signature=…\r\n`. */
function withoutChunks(request: IncomingMessage, body: Buffer): Buffer {
  if (!(request.headers["content-encoding"] ?? "").includes("aws-chunked")) return body;
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf("\r\n", at);
    const length = Number.parseInt(body.subarray(at, end).toString(), 16);
    if (!(length > 0)) break;
    parts.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return Buffer.concat(parts);
}

async function serve(answer: Answer, tls?: SecureContextOptions): Promise<StateServer> {
  const requests: string[] = [];
  const kept = new Map<string, Buffer>();
  const receive = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => respond(request, response, Buffer.concat(chunks)));
  };
  const server = tls ? createSecureServer(tls, receive) : createServer(receive);
  const respond = (request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
    requests.push(`${request.method} ${request.url?.split("?")[0]}`);
    const { status, body: content = "" } = answer(request, body, kept);
    response.writeHead(status, { "content-length": Buffer.byteLength(content), etag: '"0"' });
    response.end(request.method === "HEAD" ? undefined : content);
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, kept, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
