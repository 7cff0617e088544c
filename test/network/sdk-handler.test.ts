import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type SdkHandler, sdkHandler } from "../../src/network/sdk-handler";
import { companyCertificate, describeWithCertificates } from "../support/company-certificate";
import { companyNetwork } from "../support/company-network";

const credentials = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };
const region = "eu-central-1";
const S3 = { region, credentials, forcePathStyle: true, maxAttempts: 2 };

let server: Server | undefined;
let handler: SdkHandler | undefined;
afterEach(() => {
  handler?.destroy();
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const requestHandler = (): SdkHandler => (handler = sdkHandler({}, { idleMs: 200 }));

test("an object comes back as it was put, whatever its key", async () => {
  const kept = new Map<string, Buffer>();
  const endpoint = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = new URL(request.url ?? "", "http://x").pathname;
      if (request.method === "PUT") kept.set(path, Buffer.concat(chunks));
      response.end(request.method === "GET" ? kept.get(path) : undefined);
    });
  });
  const client = new S3Client({ ...S3, endpoint, requestHandler: requestHandler() });
  const content = Buffer.from([0, 255, 10, 13, ...Buffer.from("content")]);
  for (const Key of ["a/b", "spaces and (all) *those* it's!", "grüße/鹅", "a//b", "a+b&c=d?e#f%20"]) {
    await client.send(new PutObjectCommand({ Bucket: "states", Key, Body: content, IfNoneMatch: "*" }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket: "states", Key }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(content);
  }
  expect([...kept.keys()]).toHaveLength(5);
});

test("a query arrives as it was meant", async () => {
  let asked = "";
  const endpoint = await serve((request, response) => {
    asked = request.url ?? "";
    response.setHeader("content-type", "text/xml").end("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
  });
  await new S3Client({ ...S3, endpoint, requestHandler: requestHandler() }).send(new ListObjectsV2Command({ Bucket: "states", Prefix: "a b/(c)*!'&=é" }));
  expect(new URL(asked, endpoint).searchParams.get("prefix")).toBe("a b/(c)*!'&=é");
  expect(asked).toContain("%28c%29%2A%21%27");
});

test.each<[string, RequestListener]>([
  ["a connection that breaks", (request) => void request.socket.destroy()],
  ["a server that fails", (_, response) => void response.writeHead(503).end()],
  ["a server that is silent", () => undefined],
])("%s is tried again", async (_, trouble) => {
  let count = 0;
  const endpoint = await serve((request, response) => (++count === 1 ? trouble(request, response) : void response.end("<DescribeInstancesResponse></DescribeInstancesResponse>")));
  await new EC2Client({ region, credentials, endpoint, maxAttempts: 2, requestHandler: requestHandler() }).send(new DescribeInstancesCommand({}));
  expect(count).toBe(2);
});

test("whoever gives up ends the request", async () => {
  const endpoint = await serve(() => undefined);
  const stop = new AbortController();
  handler = sdkHandler({});
  const asked = new SecretsManagerClient({ region, credentials, endpoint, requestHandler: handler }).send(new GetSecretValueCommand({ SecretId: "a" }), { abortSignal: stop.signal });
  setTimeout(() => stop.abort(), 50);
  await expect(asked).rejects.toMatchObject({ name: "AbortError" });
});

describeWithCertificates("in a company's network", () => {
  test("requests go through the proxy, and the company's certificate is trusted", async () => {
    const certificate = companyCertificate("secretsmanager.invalid");
    const network = await companyNetwork(certificate, (_request, response) => response.setHeader("content-type", "application/x-amz-json-1.1").end('{"SecretString":"found"}'));
    const ask = (env: Readonly<Record<string, string>>) => {
      handler = sdkHandler({ HTTPS_PROXY: network.proxy, ...env });
      return new SecretsManagerClient({ region, credentials, endpoint: "https://secretsmanager.invalid", maxAttempts: 1, requestHandler: handler }).send(new GetSecretValueCommand({ SecretId: "a" }));
    };
    try {
      await expect(ask({ GOSLING_CA_FILE: certificate.file })).resolves.toMatchObject({ SecretString: "found" });
      expect(network.tunnels).toEqual(["secretsmanager.invalid:443"]);
      await expect(ask({})).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
      await expect(ask({ GOSLING_CA_FILE: certificate.file, NO_PROXY: "secretsmanager.invalid" })).rejects.toThrow();
      expect(network.tunnels).toHaveLength(2);
    } finally {
      await network.close();
    }
  });
});
