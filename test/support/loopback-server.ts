import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface LoopbackRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface LoopbackAnswer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What becomes of a request instead of its answer. */
export type Fault = LoopbackAnswer | "silence" | "reset";

/** A server of this machine that speaks somebody's protocol, and fails when it is told to. */
export interface LoopbackServer {
  readonly url: string;
  readonly requests: readonly LoopbackRequest[];
  /** Each is used for one request, the first one first; a hole lets a request go well. */
  readonly faults: (Fault | undefined)[];
  close(): Promise<void>;
}

export async function loopbackServer(answer: (request: LoopbackRequest) => LoopbackAnswer): Promise<LoopbackServer> {
  const requests: LoopbackRequest[] = [];
  const faults: (Fault | undefined)[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const request = { method: incoming.method ?? "", path: incoming.url ?? "", headers: incoming.headers, body: Buffer.concat(chunks).toString() };
      requests.push(request);
      const fault = faults.shift();
      if (fault === "silence") return;
      if (fault === "reset") return void incoming.socket.destroy();
      const { status, body = "", headers } = fault ?? answer(request);
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: loopbackAddress(server),
    requests,
    faults,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export function loopbackAddress(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
