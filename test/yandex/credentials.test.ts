import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { status as Code } from "@grpc/grpc-js";
import { type YandexCloud, yandexCloud } from "../../src/yandex";
import { type HeldEdges, heldEdges } from "../support/held-edges";
import { startYandexServer, type YandexServer } from "../support/yandex-server";

const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const key = (more: object = {}): string => JSON.stringify({ id: "key-1", service_account_id: "account-1", private_key: `PLEASE DO NOT REMOVE THIS LINE! Yandex.Cloud SA Key ID <key-1>\n${pem}`, ...more });

let server: YandexServer;
let edges: HeldEdges;
let opened: YandexCloud[];

beforeEach(async () => {
  edges = heldEdges();
  server = await startYandexServer(edges.now);
  server.keys.set("key-1", pair.publicKey);
  opened = [];
});

afterEach(async () => {
  for (const cloud of opened) cloud.close();
  await server.close();
});

function open(env: Readonly<Record<string, string>>): YandexCloud {
  const cloud = yandexCloud({ ...server.env, ...env }, { edges });
  opened.push(cloud);
  return cloud;
}

const asked = (method: string): number => server.calls.filter((call) => call.method === method).length;

describe("an authorised key", () => {
  test("signs for a token; the file's content does as well as its path", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gosling-key-"));
    try {
      await writeFile(join(folder, "key.json"), key());
      for (const given of [key(), join(folder, "key.json")]) {
        const token = await open({ YC_SERVICE_ACCOUNT_KEY_FILE: given }).token();
        expect(server.tokens).toContain(token);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("goes before a token", async () => {
    await expect(open({ YC_SERVICE_ACCOUNT_KEY_FILE: key(), YC_TOKEN: "t1.given.token" }).token()).resolves.not.toBe("t1.given.token");
  });

  test.each([
    ["/nowhere/key.json", "YC_SERVICE_ACCOUNT_KEY_FILE names a file that can't be read (ENOENT)"],
    ["{", "YC_SERVICE_ACCOUNT_KEY_FILE is no JSON"],
    ["{}", "YC_SERVICE_ACCOUNT_KEY_FILE is no authorised key: it has no id, service_account_id or private_key"],
    [key({ private_key: "canary-private" }), "YC_SERVICE_ACCOUNT_KEY_FILE holds a private key that can't be read"],
    [key({ private_key: generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) }), "YC_SERVICE_ACCOUNT_KEY_FILE holds a key that is no RSA key"],
  ])("that can't be used is refused without being repeated: %.20s", async (given, message) => {
    await expect(open({ YC_SERVICE_ACCOUNT_KEY_FILE: given }).token()).rejects.toMatchObject({ code: "YANDEX_CREDENTIALS", message, hint: expect.stringContaining("yc iam key create") });
  });

  test("of another account or another key is not taken; nothing of the signed token is shown", async () => {
    for (const wrong of [key({ service_account_id: "account-2" }), key({ id: "key-2" }), key({ private_key: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }) })]) {
      const error = await open({ YC_SERVICE_ACCOUNT_KEY_FILE: wrong })
        .token()
        .catch((each: Error) => each);
      expect(error).toMatchObject({ code: "YANDEX_CREDENTIALS", message: "Yandex Cloud does not take the credentials (iam.v1.IamTokenService/Create: UNAUTHENTICATED)", hint: expect.stringContaining("make a new key") });
      expect(JSON.stringify(error) + String(error)).not.toContain("eyJ");
    }
  });
});

describe("YC_TOKEN", () => {
  test("that is an IAM token is used as it is", async () => {
    await expect(open({ YC_TOKEN: "t1.given.token\n" }).token()).resolves.toBe("t1.given.token");
    expect(server.calls).toEqual([]);
  });

  test("that is a person's OAuth token is exchanged", async () => {
    const token = await open({ YC_TOKEN: "y0_of-a-person" }).token();
    expect(server.tokens).toContain(token);
  });

  test("that is neither is refused", async () => {
    await expect(open({ YC_TOKEN: "canary" }).token()).rejects.toMatchObject({ code: "YANDEX_CREDENTIALS", hint: expect.stringContaining("yc iam create-token"), message: expect.not.stringContaining("canary") });
  });

  test("with characters that no header takes is refused without being repeated", async () => {
    await expect(open({ YC_TOKEN: "t1.canary\r\n.x" }).token()).rejects.toMatchObject({ code: "YANDEX_CREDENTIALS", message: "YC_TOKEN gave something that is no token" });
  });
});

describe("another issuer's token", () => {
  const env = { YC_OIDC_TOKEN: "eyJ.canary.sig", YC_SERVICE_ACCOUNT_ID: "account-1" };

  test("is exchanged for one of the service account", async () => {
    const token = await open(env).token();
    expect(server.tokens).toContain(token);
    expect(server.httpRequests).toEqual([
      {
        path: "/oauth/token",
        flavor: undefined,
        form: {
          grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
          requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
          audience: "account-1",
          subject_token: "eyJ.canary.sig",
          subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
        },
      },
    ]);
  });

  test("needs to know for whom", async () => {
    await expect(open({ YC_OIDC_TOKEN: "eyJ.canary.sig" }).token()).rejects.toMatchObject({ code: "YANDEX_CREDENTIALS", message: "YC_OIDC_TOKEN is set, and YC_SERVICE_ACCOUNT_ID is not" });
  });

  test.each([
    [400, '{"error":"invalid_grant","error_description":"eyJ.canary.sig has expired"}', "Yandex Cloud gives no token for YC_OIDC_TOKEN (400, invalid_grant)"],
    [401, '{"error":"eyJ.canary.sig"}', "Yandex Cloud gives no token for YC_OIDC_TOKEN (401)"],
    [403, "eyJ.canary.sig", "Yandex Cloud gives no token for YC_OIDC_TOKEN (403)"],
    [302, "", "Yandex Cloud gives no token for YC_OIDC_TOKEN (302)"],
    [200, "<html>", "Yandex Cloud's exchange of tokens gave something that is no token"],
    [200, '{"access_token":7}', "Yandex Cloud's exchange of tokens gave something that is no token"],
  ])("that is not taken (%i %s): says what to look at, and not the token", async (status, body, message) => {
    server.httpAnswers.push({ status, body });
    await expect(open(env).token()).rejects.toMatchObject({ code: "YANDEX_CREDENTIALS", message });
  });

  test("is tried again while the exchange has its own trouble", async () => {
    server.httpAnswers.push({ status: 503, body: "" }, { status: 429, body: "" });
    await expect(open(env).token()).resolves.toMatch(/^t1\./);
    expect(edges.pauses).toEqual([75, 150]);
  });

  test("goes nowhere without TLS", async () => {
    await expect(open({ ...env, YC_OIDC_TOKEN_URL: "http://auth.example/oauth/token" }).token()).rejects.toMatchObject({ code: "YANDEX_ENDPOINT" });
    expect(server.httpRequests).toEqual([]);
  });
});

describe("a machine's metadata", () => {
  test("give the token where nothing else is set", async () => {
    const token = await open({ YC_TOKEN: "" }).token();
    expect(server.tokens).toContain(token);
    expect(server.httpRequests).toMatchObject([{ flavor: "Google" }]);
  });

  test("know no service account: there are no credentials", async () => {
    server.httpAnswers.push({ status: 404, body: "" });
    await expect(open({}).token()).rejects.toMatchObject({ code: "YANDEX_CREDENTIALS", message: "There are no credentials for Yandex Cloud: this machine has no service account", hint: expect.stringContaining("YC_SERVICE_ACCOUNT_KEY_FILE") });
  });

  test("are not there: there are no credentials", async () => {
    // Nothing listens on the port of discarded datagrams.
    await expect(open({ YC_METADATA_ADDR: "127.0.0.1:9" }).token()).rejects.toMatchObject({ code: "YANDEX_CREDENTIALS", message: "There are no credentials for Yandex Cloud", hint: expect.stringContaining("YC_TOKEN") });
  });
});

test.each([
  [{ YC_SERVICE_ACCOUNT_KEY_FILE: "key.json", YC_TOKEN: "t1.given.token", YC_OIDC_TOKEN: "eyJ" }, "YC_SERVICE_ACCOUNT_KEY_FILE"],
  [{ YC_TOKEN: "t1.given.token", YC_OIDC_TOKEN: "eyJ" }, "YC_TOKEN"],
  [{ YC_SERVICE_ACCOUNT_KEY_FILE: "", YC_OIDC_TOKEN: "eyJ" }, "YC_OIDC_TOKEN"],
  [{}, "metadata"],
] as const)("of %j counts %s", (env, source) => expect(open(env).credentialSource).toBe(source));

describe("a token", () => {
  test("is asked for once, by however many, and kept until five minutes before its end", async () => {
    const cloud = open({ YC_SERVICE_ACCOUNT_KEY_FILE: key() });
    server.tokenLifeMs = 60 * 60_000;
    const [first, second] = await Promise.all([cloud.token(), cloud.token()]);
    expect(second).toBe(first);
    edges.pass(55 * 60_000 - 1);
    await expect(cloud.token()).resolves.toBe(first);
    expect(asked("IamTokenService/Create")).toBe(1);
    edges.pass(1);
    await expect(cloud.token()).resolves.not.toBe(first);
    expect(asked("IamTokenService/Create")).toBe(2);
  });

  test("that lives for a minute is kept for half of it", async () => {
    const cloud = open({});
    server.tokenLifeMs = 60_000;
    const first = await cloud.token();
    edges.pass(29_999);
    await expect(cloud.token()).resolves.toBe(first);
    edges.pass(1);
    await expect(cloud.token()).resolves.not.toBe(first);
  });

  test("that could not be had is asked for again", async () => {
    const cloud = open({ YC_SERVICE_ACCOUNT_KEY_FILE: key() });
    server.faults.set("IamTokenService/Create", [{ code: Code.INTERNAL }]);
    await expect(cloud.token()).rejects.toMatchObject({ code: "YANDEX_FAILED" });
    await expect(cloud.token()).resolves.toMatch(/^t1\./);
  });
});
