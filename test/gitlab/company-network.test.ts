import { openGitlab } from "../../src/gitlab";
import { type CompanyCertificate, companyCertificate, describeWithCertificates } from "../support/company-certificate";
import { type CompanyNetwork, companyNetwork } from "../support/company-network";

const HOST = "gitlab.invalid";

describeWithCertificates("a company's network", () => {
  let certificate: CompanyCertificate;
  let network: CompanyNetwork;
  beforeEach(async () => {
    certificate = companyCertificate(HOST);
    network = await companyNetwork(certificate, (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ name: "t", active: true, scopes: ["api"], expires_at: null }));
    });
  });
  afterEach(() => network.close());

  async function ask(env: Readonly<Record<string, string>>): Promise<unknown> {
    const gitlab = await openGitlab({ server: HOST, token: "secret-token", env: { HTTPS_PROXY: network.proxy, ...env }, pause: async () => undefined });
    return gitlab.token().finally(() => gitlab.close());
  }

  test("the proxy is used, and the company's certificate trusted", async () => {
    expect(await ask({ GOSLING_CA_FILE: certificate.file })).toMatchObject({ scopes: ["api"] });
    expect(network.tunnels).toEqual([`${HOST}:443`]);
  });

  test("a certificate that is not trusted is told, and not tried again", async () => {
    await expect(ask({})).rejects.toMatchObject({ code: "GITLAB_UNTRUSTED", message: expect.stringContaining(`The certificate of ${HOST} is not trusted`) as string, hint: expect.stringContaining("GOSLING_CA_FILE") as string });
    expect(network.tunnels).toHaveLength(1);
  });

  test("hosts in NO_PROXY are asked directly", async () => {
    await expect(ask({ GOSLING_CA_FILE: certificate.file, NO_PROXY: HOST })).rejects.toMatchObject({ code: "GITLAB_UNREACHABLE" });
    expect(network.tunnels).toEqual([]);
  });

  test("certificates that can't be read are told", async () => {
    await expect(ask({ GOSLING_CA_FILE: `${certificate.file}.none` })).rejects.toMatchObject({ code: "CERTIFICATES_UNREADABLE" });
  });
});
