import { createServer, type IncomingHttpHeaders, request as ask } from "node:http";
import { loopbackAddress } from "./loopback-server";

export interface ProxiedRequest {
  readonly method: string;
  /** With its query, as it came. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * What is answered instead. `refuses`, `fails`, `page`: in words that repeat all that was told, with status 403, 500 and
 * 200; `half`: half of the real answer's body.
 */
export type ProxyFault = "refuses" | "fails" | "page" | "half";

/** Stands before another server, and answers in its place where it is told to. */
export interface FaultyProxy {
  readonly url: string;
  fault: ((request: ProxiedRequest) => ProxyFault | undefined) | undefined;
  close(): Promise<void>;
}

/** @param refusal The answer to a request, in its protocol, around a message. */
export async function faultyProxy(target: string, refusal: (message: string, request: ProxiedRequest) => string): Promise<FaultyProxy> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const [method, path, body] = [incoming.method ?? "GET", incoming.url ?? "/", Buffer.concat(chunks)];
      const request = { method, path, headers: incoming.headers, body };
      const fault = proxy.fault?.(request);
      const repeated = told(incoming.headers, body);
      if (fault === "refuses") return void response.writeHead(403).end(refusal(repeated, request));
      if (fault === "fails") return void response.writeHead(500).end(refusal(repeated, request));
      if (fault === "page") return void response.writeHead(200, { "content-type": "text/html" }).end(method === "HEAD" ? undefined : `${repeated}<html>${repeated}</html>`);
      // Nothing is kept alive: an engine may be killed, and the server behind it be closed.
      const onward = ask(new URL(path, target), { method, headers: incoming.headers, agent: false }, (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => {
          const whole = Buffer.concat(parts);
          const { "transfer-encoding": _, "content-length": length, ...headers } = answer.headers;
          const content = fault === "half" ? whole.subarray(0, whole.length / 2) : whole;
          response.writeHead(answer.statusCode ?? 500, { ...headers, "content-length": method === "HEAD" ? (length ?? 0) : content.length }).end(method === "HEAD" ? undefined : content);
        });
      });
      onward.on("error", () => incoming.socket.destroy());
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: FaultyProxy = {
    url: loopbackAddress(server),
    fault: undefined,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}

/** Logins in clear, too. */
function told({ authorization = "", ...headers }: IncomingHttpHeaders, body: Buffer): string {
  const login = Buffer.from(/^Basic (.*)$/.exec(authorization)?.[1] ?? "", "base64").toString();
  return [login.split(":")[1], ...Object.values(headers), authorization, login, body.subarray(0, 2000).toString()].filter(Boolean).join(" ").replace(/[<>&\n]/g, " ");
}
