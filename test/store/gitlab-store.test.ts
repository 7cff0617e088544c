import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { openGitlabStore } from "../../src/store";
import { companyCertificate, describeWithCertificates } from "../support/company-certificate";
import { deployment, gitlabServers, now } from "../support/stores";

const gitlab = gitlabServers();
afterAll(() => gitlab.close());

test("asks for few things however long the history is, and for all where the index is gone", async () => {
  const place = await gitlab.place();
  const writer = place.open({ indexEvery: 20 });
  for (let index = 0; index < 22; index++) {
    const made = deployment(`app-${index % 10}`);
    await writer.begin(made, new Map());
    await writer.end(made.unit, made.id, { result: index % 7 === 0 ? "failed" : "succeeded", at: now().toISOString() });
  }
  await writer.close();
  const asked = async () => {
    place.packages.requests.length = 0;
    const store = place.open();
    const current = await store.current();
    const count = place.packages.requests.length;
    await store.close();
    return { current, count };
  };
  const { current, count } = await asked();
  expect(count).toBeLessThanOrEqual(3);
  for (let index = place.packages.files.length - 1; index >= 0; index--) if (place.packages.files[index]?.name === "gosling-index") place.packages.files.splice(index, 1);
  const without = await asked();
  expect(without.current).toEqual(current);
  expect(without.count).toBeGreaterThan(10);
});

test("an index that can't be read is no index", async () => {
  const place = await gitlab.place();
  const store = place.open({ indexEvery: 1 });
  const made = deployment("app");
  await store.begin(made, new Map());
  await store.end("app", made.id, { result: "succeeded", at: now().toISOString() });
  await store.close();
  const index = place.packages.files.findIndex(({ name }) => name === "gosling-index");
  expect(index).toBeGreaterThan(0);
  place.packages.files[index] = { name: "gosling-index", version: made.id, file: "index", content: Buffer.from("nothing") };
  expect((await place.open().current()).get("app")).toEqual({ unit: "app", applied: made.record });
});

test("notices a file that was changed by hand", async () => {
  const place = await gitlab.place();
  await place.open().begin(deployment("app"), new Map());
  place.packages.files.push({ ...(place.packages.files[0] as (typeof place.packages.files)[number]), content: Buffer.from("{") });
  await expect(place.open().currentOf("app")).rejects.toMatchObject({ code: "STORE_DAMAGED", message: expect.stringContaining("gosling-deployment.app/") });
});

test("refuses an id whose time is far from now: the index would not see it", async () => {
  const place = await gitlab.place();
  await expect(place.open().begin({ ...deployment("app"), id: "20261101T000000000Z-01234567" }, new Map())).rejects.toMatchObject({ code: "CLOCK_BEHIND" });
});

describe("what a server may answer", () => {
  const servers: Server[] = [];
  afterEach(() => servers.splice(0).map((server) => server.close() && server.closeAllConnections()));
  const serve = async (answer: (request: IncomingMessage, count: number) => { status: number; headers?: Record<string, string>; body?: string }) => {
    const requests: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      requests.push(request);
      const { status, headers = {}, body = "" } = answer(request, requests.length);
      response.writeHead(status, headers).end(body);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const waits: number[] = [];
    const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v4`;
    const store = openGitlabStore({ api, project: "acme/nest", token: { kind: "job", value: "secret-job-token" }, sleep: async (ms) => void waits.push(ms) });
    return { api, store, requests, waits };
  };

  test.each([
    [401, "STORE_DENIED", "scope"],
    [403, "STORE_DENIED", "package registry"],
    [404, "STORE_MISSING", "nest.repository"],
    [500, "STORE_FAILED", "again"],
    [429, "STORE_BUSY", "again"],
  ])("%d is explained, with the project and a way out, and without the token", async (status, code, hint) => {
    const { store } = await serve(() => ({ status }));
    const error: Error = await store.current().then(
      () => new Error("it is not refused"),
      (refusal: Error) => refusal,
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining("project acme/nest of 127.0.0.1"), hint: expect.stringContaining(hint) });
    expect(JSON.stringify([error.message, error])).not.toContain("secret-job-token");
  });

  test("a busy server is asked again when it says so", async () => {
    const { store, waits } = await serve((_, count) => (count < 3 ? { status: 429, headers: { "retry-after": count === 1 ? "7" : "x" } } : { status: 200, body: "[]" }));
    expect(await store.history({})).toEqual([]);
    expect(waits).toEqual([7000, 1000]);
  });

  test("the token goes to the server and not where it sends us for a file", async () => {
    const storage = await serve(() => ({ status: 200, body: "content" }));
    const { store, requests } = await serve(() => ({ status: 302, headers: { location: `${storage.api}/file?signature=x` } }));
    await expect(store.configuration("ab")).rejects.toMatchObject({ code: expect.stringMatching(/^STORE_/) }); // that content is no configuration
    expect(requests[0]?.headers["job-token"]).toBe("secret-job-token");
    expect(requests[0]?.url).toContain("/projects/acme%2Fnest/packages/generic/");
    expect(storage.requests).toHaveLength(1);
    expect(JSON.stringify(storage.requests[0]?.headers)).not.toContain("secret-job-token");
  });

  test("a server that isn't there is named", async () => {
    const store = openGitlabStore({ api: "http://127.0.0.1:1/api/v4", project: 7, token: { kind: "private", value: "x" }, sleep: async () => undefined });
    await expect(store.current()).rejects.toMatchObject({ code: "STORE_UNREACHABLE", message: expect.stringContaining("project 7 of 127.0.0.1:1") });
  });
});

describeWithCertificates("a server that a company's authority vouches for", () => {
  test("is trusted with GOSLING_CA_FILE; else it is named, at once", async () => {
    const { file, tls } = companyCertificate();
    const server = createSecureServer(tls, (_request, response) => response.end("[]"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const waits: number[] = [];
    const open = (env: NodeJS.ProcessEnv) => openGitlabStore({ api: `https://127.0.0.1:${(server.address() as AddressInfo).port}/api/v4`, project: 7, token: { kind: "private", value: "x" }, env, sleep: async (ms) => void waits.push(ms) });
    try {
      await expect(open({ GOSLING_CA_FILE: file }).history({})).resolves.toEqual([]);
      await expect(open({}).history({})).rejects.toMatchObject({ code: "STORE_UNTRUSTED", message: expect.stringMatching(/^The certificate of 127.0.0.1:\d+ is not trusted/), hint: expect.stringContaining("GOSLING_CA_FILE") });
      await expect(open({ GOSLING_CA_FILE: `${file}.none` }).history({})).rejects.toMatchObject({ code: "CERTIFICATES_UNREADABLE" });
      expect(waits).toEqual([]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
