import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openS3Store } from "../../src/store";
import { describeWithMoto } from "../support/moto";
import { deployment, now, s3Server, type S3Server } from "../support/stores";

const credentials = { accessKeyId: "test", secretAccessKey: "very-secret" };

describe("what a service may answer", () => {
  let server: Server;
  let answer: { status: number; code: string };
  let endpoint: string;
  let count = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      count += 1;
      request.resume();
      response.writeHead(answer.status, { "content-type": "application/xml" });
      response.end(`<?xml version="1.0"?><Error><Code>${answer.code}</Code><Message>no</Message></Error>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });

  test.each([
    [404, "NoSuchBucket", "STORE_MISSING", "no bucket acme-state", "nest.state"],
    [403, "AccessDenied", "STORE_DENIED", "s3://acme-state/gosling/", "s3:PutObject"],
    [301, "PermanentRedirect", "STORE_MISSING", "not in eu-central-1", "region"],
    [400, "Odd", "STORE_FAILED", "Odd", "again"],
  ])("%d %s is explained, with bucket and key and a way out", async (status, name, code, message, hint) => {
    answer = { status, code: name };
    const store = openS3Store({ bucket: "acme-state", region: "eu-central-1", endpoint, credentials });
    await expect(store.current()).rejects.toMatchObject({ code, message: expect.stringContaining(message), hint: expect.stringContaining(hint) });
    await store.close();
  });

  test("a service that throttles is asked again before it is given up", async () => {
    answer = { status: 503, code: "SlowDown" };
    count = 0;
    const store = openS3Store({ bucket: "acme-state", region: "eu-central-1", endpoint, credentials });
    await expect(store.configuration("ab")).rejects.toMatchObject({ code: "STORE_BUSY", message: "s3://acme-state/gosling/configurations/ab is throttled, after 5 attempts" });
    expect(count).toBe(5);
    await store.close();
  }, 60_000);
});

describeWithMoto("a bucket", () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await s3Server();
  }, 30_000);
  afterAll(() => s3.close());

  test("keeps everything below the prefix, beside the states", async () => {
    const { bucket, keys } = await s3.place();
    const { region, endpoint } = s3.moto;
    const store = openS3Store({ bucket, region, endpoint, credentials, now, indexEvery: 1 });
    const made = deployment("app");
    await store.begin(made, new Map([["ab", "text"]]));
    await store.end("app", made.id, { result: "succeeded", at: now().toISOString() });
    await store.close();
    expect(await keys()).toEqual(["gosling/configurations/ab", "gosling/deployments/app/99999999", "gosling/deployments/app/99999999.end", "gosling/index", expect.stringMatching(/^gosling\/log\/.+\.99999999\.app$/)]);
    // Two Nests may share a bucket.
    const other = openS3Store({ bucket, region, endpoint, credentials, now, prefix: "other" });
    expect(await other.current()).toEqual(new Map());
    await other.close();
  });

  test("that isn't there is named", async () => {
    const { region, endpoint } = s3.moto;
    const store = openS3Store({ bucket: "no-such-bucket", region, endpoint, credentials, now });
    await expect(store.begin(deployment("app"), new Map())).rejects.toMatchObject({ code: "STORE_MISSING", message: expect.stringContaining("no-such-bucket") });
    await store.close();
  });
});
