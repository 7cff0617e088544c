import { createServer as createProxy, type RequestListener, type Server } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import type { CompanyCertificate } from "./company-certificate";

/** A network that is left by its proxy alone, with servers that only a company's authority vouches for. */
export interface CompanyNetwork {
  /** Address of the proxy. */
  readonly proxy: string;
  /** `HOST:PORT` of each connection that went through it. */
  readonly tunnels: string[];
  close(): Promise<void>;
}

/** Whatever is asked for behind the proxy, `listener` answers. */
export async function companyNetwork({ tls }: CompanyCertificate, listener: RequestListener): Promise<CompanyNetwork> {
  const tunnels: string[] = [];
  const server = createServer(tls, listener);
  const proxy = createProxy();
  proxy.on("connect", (request, socket) => {
    tunnels.push(request.url ?? "");
    const onward = connect((server.address() as AddressInfo).port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [socket, onward]) end.on("error", () => undefined);
  });
  const both: Server[] = [server, proxy];
  for (const one of both) await new Promise<void>((resolve) => one.listen(0, "127.0.0.1", resolve));
  return {
    proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    tunnels,
    close: async () => {
      for (const one of both) {
        one.closeAllConnections();
        await new Promise<void>((resolve) => void one.close(() => resolve()));
      }
    },
  };
}
