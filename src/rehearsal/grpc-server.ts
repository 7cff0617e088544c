import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { messageOf } from "../vocabulary/error";

/** One connection of an engine: its calls, by the method's name, take and give encoded messages. */
export interface Connection {
  call(method: string, request: Uint8Array): Promise<Uint8Array> | Uint8Array;
  /** The engine has gone, or was cut off. */
  close(): void;
}

/** Thrown by a call that there is not; the engine then does without. */
export class Unimplemented extends Error {}

export interface GrpcServer {
  readonly port: number;
  /** Cuts all connections in the middle of whatever they do; new ones are taken. */
  crash(): void;
  /** Ends the server; open calls are cut off. */
  stop(): Promise<void>;
}

/** The protocol's own numbers. */
const STATUS = { ok: 0, unknown: 2, unimplemented: 12 } as const;
/** As large as engines take themselves. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * Serves unary gRPC calls of one service over HTTP/2 without TLS, on a free port of the loopback
 * interface. Each connection gets a `Connection` of its own.
 */
export async function startGrpcServer(service: string, connect: () => Connection): Promise<GrpcServer> {
  const server: Http2Server = createServer({ settings: { initialWindowSize: 1024 * 1024 } });
  const sessions = new Map<ServerHttp2Session, Connection>();
  server.on("session", (session) => {
    const connection = connect();
    sessions.set(session, connection);
    // A connection that is cut off arrives as an error too; its close tells enough.
    session.on("error", () => undefined);
    session.once("close", () => {
      sessions.delete(session);
      connection.close();
    });
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    const connection = stream.session && sessions.get(stream.session as ServerHttp2Session);
    if (!connection) return stream.close();
    void answer(stream, String(headers[":path"]), service, connection);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const crash = () => {
    for (const session of [...sessions.keys()]) session.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    crash,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        crash();
      }),
  };
}

async function answer(stream: ServerHttp2Stream, path: string, service: string, connection: Connection): Promise<void> {
  try {
    const request = await readRequest(stream);
    const prefix = `/${service}/`;
    if (!path.startsWith(prefix)) throw new Unimplemented(path);
    const response = await connection.call(path.slice(prefix.length), request);
    if (stream.closed || stream.destroyed) return;
    const head = Buffer.alloc(5);
    head.writeUInt32BE(response.length, 1);
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": `${STATUS.ok}` }));
    stream.end(Buffer.concat([head, response]));
  } catch (error) {
    if (stream.closed || stream.destroyed || stream.headersSent) return;
    const status = error instanceof Unimplemented ? STATUS.unimplemented : STATUS.unknown;
    const text = messageOf(error);
    stream.respond({ ":status": 200, "content-type": "application/grpc", "grpc-status": `${status}`, "grpc-message": encodeURIComponent(text) }, { endStream: true });
  }
}

/** The one message of a unary call: a flag for compression, four bytes of length, the message. */
async function readRequest(stream: ServerHttp2Stream): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_MESSAGE_BYTES + 5) throw new RangeError(`a message of more than ${MAX_MESSAGE_BYTES} bytes`);
  }
  const body = Buffer.concat(chunks);
  if (body.length < 5) throw new RangeError("a call without a message");
  if (body[0] !== 0) throw new Unimplemented("compressed messages");
  const end = 5 + body.readUInt32BE(1);
  if (end !== body.length) throw new RangeError("a message of another length than it says");
  return body.subarray(5, end);
}
