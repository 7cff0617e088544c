import { createServer as createProxy, type Server } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { openGitlab } from "../../src/gitlab";
import { companyCertificate, describeWithCertificates } from "../support/company-certificate";
import { folderWith } from "../support/folder";

const HOST = "gitlab.invalid";

describeWithCertificates("a company's network", () => {
  const folder = folderWith({});
  const { file: cert, tls } = companyCertificate(HOST);
  const open: Server[] = [];
  let proxy: Server;
  let tunnels: string[];

  beforeAll(async () => {
    const server = createServer(tls, (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ name: "t", active: true, scopes: ["api"], expires_at: null }));
    });
    proxy = createProxy();
    proxy.on("connect", (request, socket) => {
      tunnels.push(request.url ?? "");
      const onward = connect((server.address() as AddressInfo).port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
      for (const end of [socket, onward]) end.on("error", () => undefined);
    });
    for (const one of [server, proxy]) {
      await new Promise<void>((resolve) => one.listen(0, "127.0.0.1", resolve));
      open.push(one);
    }
  });

  beforeEach(() => void (tunnels = []));

  afterAll(async () => {
    for (const one of open) {
      one.closeAllConnections();
      await new Promise<void>((resolve) => void one.close(() => resolve()));
    }
  });

  async function ask(env: Readonly<Record<string, string>>): Promise<unknown> {
    const gitlab = await openGitlab({ server: HOST, token: "secret-token", env: { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, ...env }, pause: async () => undefined });
    return gitlab.token().finally(() => gitlab.close());
  }

  test("the proxy is used, and the company's certificate trusted", async () => {
    expect(await ask({ GOSLING_CA_FILE: cert })).toMatchObject({ scopes: ["api"] });
    expect(tunnels).toEqual([`${HOST}:443`]);
  });

  test("a certificate that is not trusted is told, and not tried again", async () => {
    await expect(ask({})).rejects.toMatchObject({ code: "GITLAB_UNTRUSTED", message: expect.stringContaining(`The certificate of ${HOST} is not trusted`) as string, hint: expect.stringContaining("GOSLING_CA_FILE") as string });
    expect(tunnels).toHaveLength(1);
  });

  test("hosts in NO_PROXY are asked directly", async () => {
    await expect(ask({ GOSLING_CA_FILE: cert, NO_PROXY: HOST })).rejects.toMatchObject({ code: "GITLAB_UNREACHABLE" });
    expect(tunnels).toEqual([]);
  });

  test("certificates that can't be read are told", async () => {
    await expect(ask({ GOSLING_CA_FILE: join(folder, "none.pem") })).rejects.toMatchObject({ code: "CERTIFICATES_UNREADABLE" });
  });
});
