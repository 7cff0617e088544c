import { createServer } from "node:net";
import { status as Code } from "@grpc/grpc-js";
import { readPower, type YandexCloud, yandexCloud, type YandexCloudOptions } from "../../src/yandex";
import { isLoopback } from "../../src/yandex/endpoints";
import { type HeldEdges, heldEdges } from "../support/held-edges";
import { MachineState, startYandexServer, type YandexServer } from "../support/yandex-server";

let server: YandexServer;
let edges: HeldEdges;
let opened: YandexCloud[];
const GET = "InstanceService/Get";

beforeEach(async () => {
  edges = heldEdges();
  server = await startYandexServer(edges.now);
  server.tokens.add("t1.good.token");
  server.machines.set("vm-1", { id: "vm-1", status: MachineState.RUNNING });
  opened = [];
});

afterEach(async () => {
  for (const cloud of opened) cloud.close();
  await server.close();
});

function open(env: Record<string, string> = { YC_TOKEN: "t1.good.token" }, options: YandexCloudOptions = {}): YandexCloud {
  const cloud = yandexCloud({ ...server.env, ...env }, { edges, ...options });
  opened.push(cloud);
  return cloud;
}

const look = (cloud: YandexCloud): Promise<unknown> => readPower(cloud, ["vm-1"]);
const running = new Map([["vm-1", "running"]]);

test("asks for the list of endpoints once", async () => {
  const cloud = open();
  await look(cloud);
  await look(cloud);
  expect(server.calls.map(({ method }) => method)).toEqual(["ApiEndpointService/List", GET, GET]);
  expect(server.calls[0]?.token).toBeUndefined();
});

test("tries again, with growing pauses, while the service is not there or has too many requests", async () => {
  server.faults.set(GET, [{ code: Code.UNAVAILABLE }, { code: Code.RESOURCE_EXHAUSTED }, { code: Code.UNAVAILABLE }]);
  await expect(look(open())).resolves.toEqual(running);
  expect(edges.pauses).toEqual([75, 150, 300]);
});

test("gives up after ten seconds of it", async () => {
  server.faults.set(GET, new Array(50).fill({ code: Code.RESOURCE_EXHAUSTED, details: "slower" }));
  await expect(look(open())).rejects.toMatchObject({ code: "YANDEX_THROTTLED", message: "Yandex Cloud has too many requests, or a quota is used up (compute.v1.InstanceService/Get: RESOURCE_EXHAUSTED)", details: "slower" });
  const waited = edges.pauses.reduce((sum, ms) => sum + ms, 0);
  expect(waited).toBeGreaterThan(8_000);
  expect(waited).toBeLessThan(10_000);
});

test.each([
  [Code.PERMISSION_DENIED, "YANDEX_DENIED"],
  [Code.INVALID_ARGUMENT, "YANDEX_REFUSED"],
  [Code.INTERNAL, "YANDEX_FAILED"],
  [Code.UNIMPLEMENTED, "YANDEX_FAILED"],
])("what does not pass (%i) is not tried again", async (code, expected) => {
  server.faults.set(GET, [{ code }]);
  await expect(look(open())).rejects.toMatchObject({ code: expected });
  expect(edges.pauses).toEqual([]);
});

test("an answer that does not come ends in time", async () => {
  server.faults.set(GET, ["never answers"]);
  await expect(look(open(undefined, { limitMs: 150 }))).rejects.toMatchObject({ code: "YANDEX_UNREACHABLE", status: "DEADLINE_EXCEEDED", message: "Yandex Cloud does not answer in time (compute.v1.InstanceService/Get: DEADLINE_EXCEEDED)" });
});

test("an answer that can't be read is a failure of the cloud", async () => {
  server.faults.set(GET, ["answers with rubbish"]);
  await expect(look(open())).rejects.toMatchObject({ code: "YANDEX_FAILED", status: "INTERNAL" });
});

test("nobody listens: unreachable, with the way out", async () => {
  const listener = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => listener.once("listening", resolve));
  const { port } = listener.address() as { port: number };
  await new Promise((resolve) => listener.close(resolve));
  await expect(look(open({ YC_TOKEN: "t1.good.token", YC_ENDPOINT: `127.0.0.1:${port}` }))).rejects.toMatchObject({ code: "YANDEX_UNREACHABLE", hint: "Check the network and YC_ENDPOINT." });
});

test("a token that is refused is renewed once", async () => {
  const cloud = open({});
  const first = await cloud.token();
  server.tokens.delete(first);
  await expect(look(cloud)).resolves.toEqual(running);
  const tokens = server.calls.filter(({ method }) => method === GET).map(({ token }) => token);
  expect(tokens).toEqual([first, await cloud.token()]);
  expect(tokens[1]).not.toBe(first);

  server.faults.set(GET, [{ code: Code.UNAUTHENTICATED }, { code: Code.UNAUTHENTICATED }]);
  await expect(look(cloud)).rejects.toMatchObject({ code: "YANDEX_CREDENTIALS" });
});

test("a token that was given and has expired can't be renewed, and is not shown", async () => {
  const error = await look(open({ YC_TOKEN: "t1.expired.canary" })).catch((each: unknown) => each);
  expect(error).toMatchObject({ code: "YANDEX_CREDENTIALS", status: "UNAUTHENTICATED", hint: expect.stringContaining("12 hours"), details: "The token *** is invalid" });
  expect(JSON.stringify(error) + String(error)).not.toContain("canary");
  expect(server.calls.filter(({ method }) => method === GET)).toHaveLength(1);
});

test.each([["api.example:port"], ["https://api.example"], ["user@api.example:443"]])("%s is no endpoint", async (address) => {
  await expect(look(open({ YC_TOKEN: "t1.good.token", YC_ENDPOINT: address }))).rejects.toMatchObject({ code: "YANDEX_ENDPOINT" });
});

test.each([
  ["127.0.0.1:9", true],
  ["127.255.0.1", true],
  ["[::1]:443", true],
  ["localhost:443", true],
  ["localhost.example:443", false],
  ["127.0.0.1.example:443", false],
  ["127.1:443", false],
  ["compute.api.cloud.yandex.net:443", false],
])("%s may be spoken to without TLS: %s", (address, expected) => expect(isLoopback(address)).toBe(expected));

test("everything else is spoken to with TLS", async () => {
  // Under this address the server on this machine is reached, too; what it gets is no HTTP/2.
  const address = `127.1:${server.env["YC_ENDPOINT"]?.split(":")[1]}`;
  await expect(look(open({ YC_TOKEN: "t1.good.token", YC_ENDPOINT: address }))).rejects.toMatchObject({ code: "YANDEX_UNREACHABLE" });
  expect(server.calls).toEqual([]);
});
