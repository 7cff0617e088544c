import { status as Code } from "@grpc/grpc-js";
import { type LockboxPlace, lockboxStore } from "../../src/secrets/lockbox-store";
import { parseSecretReference, type SecretReference } from "../../src/vocabulary/secret";
import { type YandexCloud, yandexCloud, type YandexCloudOptions } from "../../src/yandex";
import { type HeldEdges, heldEdges } from "../support/held-edges";
import { type Fault, type KeptSecret, startYandexServer, type YandexServer } from "../support/yandex-server";

const CANARY = "canary-7f3a-value";
const NAME = "gitlab/gitlab.com/web-app";

let server: YandexServer;
let edges: HeldEdges;
let opened: YandexCloud[];
let secret: KeptSecret;

beforeEach(async () => {
  edges = heldEdges();
  server = await startYandexServer(edges.now);
  server.tokens.add("t1.good.token");
  secret = server.addSecret(NAME, { "runner-token": CANARY, "api-token": "other-value" });
  opened = [];
});

afterEach(async () => {
  for (const cloud of opened) cloud.close();
  await server.close();
});

function referenceOf(text: string): SecretReference {
  const parsed = parseSecretReference(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

function store(env: Record<string, string> = { YC_FOLDER_ID: "folder-1" }, options: YandexCloudOptions = {}) {
  const cloud = yandexCloud({ ...server.env, YC_TOKEN: "t1.good.token", ...env }, { edges, ...options });
  opened.push(cloud);
  return lockboxStore({ cloud });
}

const read = (reference: string, place?: LockboxPlace): Promise<string> => store().read(referenceOf(reference), place);
const methods = (): readonly string[] => server.calls.map(({ method }) => method).filter((method) => method !== "ApiEndpointService/List");

describe("reading", () => {
  test("by name: one call, which needs the right to this payload only", async () => {
    await expect(read(`yc-lockbox://${NAME}/runner-token`)).resolves.toBe(CANARY);
    expect(methods()).toEqual(["PayloadService/GetEx"]);
    expect(server.calls.at(-1)?.request).toEqual({ folderAndName: { folderId: "folder-1", secretName: NAME } });
  });

  test("by id, for which no folder is needed", async () => {
    await expect(store({}).read(referenceOf(`yc-lockbox://${secret.id}/runner-token`))).resolves.toBe(CANARY);
    expect(methods()).toEqual(["PayloadService/Get"]);
  });

  test("an older version by its id", async () => {
    const old = secret.versions[0]?.id;
    server.addVersion(secret, { "runner-token": "newer" });
    for (const name of [NAME, secret.id]) {
      await expect(read(`yc-lockbox://${name}/runner-token`)).resolves.toBe("newer");
      await expect(read(`yc-lockbox://${name}/runner-token#${old}`)).resolves.toBe(CANARY);
    }
  });

  test("the Egg's folder goes before the environment's", async () => {
    server.addSecret(NAME, { "runner-token": "of folder 2" }, "folder-2");
    await expect(read(`yc-lockbox://${NAME}/runner-token`, { folderId: "folder-2" })).resolves.toBe("of folder 2");
  });

  test.each([
    ["text", "two\nlines\n", "two\nlines\n"],
    ["binary", Buffer.from("ключ\n"), "ключ\n"],
    ["text with a mark in front", "\ufeffvalue", "\ufeffvalue"],
  ])("%s comes as it is", async (_, kept, value) => {
    const { id } = server.addSecret("kinds", { key: kept });
    await expect(read("yc-lockbox://kinds/key")).resolves.toBe(value);
    await expect(read(`yc-lockbox://${id}/key`)).resolves.toBe(value);
  });

  test("an installation without reading by name: the name is looked up, on whichever page it is", async () => {
    for (let each = 0; each < 4; each++) server.addSecret(`other-${each}`, { "runner-token": "wrong" });
    server.addSecret("wanted", { "runner-token": "right" });
    server.addSecret("wanted", { "runner-token": "wrong" }, "folder-2");
    server.faults.set("PayloadService/GetEx", [{ code: Code.UNIMPLEMENTED }]);
    await expect(read("yc-lockbox://wanted/runner-token")).resolves.toBe("right");
    server.faults.set("PayloadService/GetEx", [{ code: Code.UNIMPLEMENTED }]);
    await expect(read("yc-lockbox://nowhere/runner-token")).rejects.toMatchObject({ code: "SECRET_MISSING" });
    server.addSecret("wanted", { "runner-token": "twice" });
    server.faults.set("PayloadService/GetEx", [{ code: Code.UNIMPLEMENTED }]);
    await expect(read("yc-lockbox://wanted/runner-token")).rejects.toMatchObject({ code: "SECRET_UNREADABLE", message: expect.stringContaining("2 secrets of this name"), hint: expect.stringContaining("by its id") });
  });
});

describe("what can't be read", () => {
  test("a key that is not there: one that looks like it is named, no value is", async () => {
    await expect(read(`yc-lockbox://${NAME}/runer-token`)).rejects.toMatchObject({ code: "SECRET_KEY", message: `yc-lockbox://${NAME}/runer-token: the secret ${NAME} has no key runer-token`, hint: "Did you mean runner-token?" });
    await expect(read(`yc-lockbox://${NAME}/something`)).rejects.toMatchObject({ code: "SECRET_KEY", hint: expect.stringContaining("Add the entry") });
  });

  test("no such secret, no such version", async () => {
    await expect(read("yc-lockbox://nowhere/key")).rejects.toMatchObject({ code: "SECRET_MISSING", message: "there is nothing behind yc-lockbox://nowhere/key: Lockbox has no such secret", hint: expect.stringContaining("YC_FOLDER_ID") });
    await expect(read(`yc-lockbox://${NAME}/runner-token#e6vnone`)).rejects.toMatchObject({ code: "SECRET_MISSING", message: expect.stringContaining("or no such version of it") });
  });

  test("an empty value, and one that is no text", async () => {
    server.addSecret("odd", { empty: "", binary: Buffer.from([0xff, 0xfe, 0x00]) });
    await expect(read("yc-lockbox://odd/empty")).rejects.toMatchObject({ code: "SECRET_MISSING", message: "yc-lockbox://odd/empty: the value is empty" });
    await expect(read("yc-lockbox://odd/binary")).rejects.toMatchObject({ code: "SECRET_FORMAT", message: "yc-lockbox://odd/binary: the value is no UTF-8 text" });
  });

  test("a name without a folder, and one that is too long", async () => {
    await expect(store({}).read(referenceOf(`yc-lockbox://${NAME}/runner-token`))).rejects.toMatchObject({ code: "SECRET_SETTINGS", hint: expect.stringContaining("YC_FOLDER_ID") });
    await expect(read(`yc-lockbox://${"long/".repeat(20)}name/key`)).rejects.toMatchObject({ code: "SECRET_REFERENCE", message: expect.stringContaining("104 characters") });
    expect(methods()).toEqual([]);
  });

  const faults: [string, Fault, string][] = [
    ["denied", { code: Code.PERMISSION_DENIED, details: CANARY }, "SECRET_DENIED"],
    ["not found", { code: Code.NOT_FOUND, details: CANARY }, "SECRET_MISSING"],
    ["deactivated", { code: Code.FAILED_PRECONDITION, details: CANARY }, "SECRET_UNREADABLE"],
    ["expired", { code: Code.UNAUTHENTICATED, details: CANARY }, "SECRET_CREDENTIALS"],
    ["broken", "answers with rubbish", "SECRET_UNREACHABLE"],
    ["failing", { code: Code.INTERNAL, details: CANARY }, "SECRET_UNREACHABLE"],
    ["slow", "never answers", "SECRET_UNREACHABLE"],
  ];
  test.each(faults)("%s: an error that names the reference, has a way out, and repeats nothing that the server says", async (_, fault, code) => {
    server.faults.set("PayloadService/GetEx", [fault]);
    const error = await store(undefined, fault === "never answers" ? { limitMs: 200 } : {})
      .read(referenceOf(`yc-lockbox://${NAME}/runner-token`))
      .catch((each: unknown) => each);
    expect(error).toMatchObject({ code, message: expect.stringContaining(`yc-lockbox://${NAME}/runner-token`), hint: expect.any(String) });
    expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toContain(CANARY);
  });

  test("throttled for a moment: read all the same", async () => {
    server.faults.set("PayloadService/GetEx", [{ code: Code.RESOURCE_EXHAUSTED }, { code: Code.UNAVAILABLE }]);
    await expect(read(`yc-lockbox://${NAME}/runner-token`)).resolves.toBe(CANARY);
    expect(edges.pauses).toHaveLength(2);
  });

  test("throttled for good", async () => {
    server.faults.set("PayloadService/GetEx", new Array(50).fill({ code: Code.RESOURCE_EXHAUSTED }));
    await expect(read(`yc-lockbox://${NAME}/runner-token`)).rejects.toMatchObject({ code: "SECRET_UNREACHABLE" });
  });
});

describe("writing", () => {
  const write = (reference: string, value: string, options: LockboxPlace & { replace?: boolean } = {}): Promise<void> => store().write(referenceOf(reference), value, { replace: true, ...options });

  test.each([["name", () => NAME], ["id", () => secret.id]])("by %s makes a new version, in which the other entries are as they were", async (_, name) => {
    await write(`yc-lockbox://${name()}/runner-token`, "newer");
    expect(secret.versions.map(({ entries }) => Object.fromEntries(entries))).toEqual([
      { "runner-token": CANARY, "api-token": "other-value" },
      { "runner-token": "newer", "api-token": "other-value" },
    ]);
    await expect(read(`yc-lockbox://${NAME}/runner-token`)).resolves.toBe("newer");
  });

  test("a name that is not there becomes a secret in the folder", async () => {
    await write("yc-lockbox://gitlab/gitlab.com/new/runner-token", "value", { folderId: "folder-2" });
    expect(server.secrets.at(-1)).toMatchObject({ name: "gitlab/gitlab.com/new", folderId: "folder-2" });
    await expect(read("yc-lockbox://gitlab/gitlab.com/new/runner-token", { folderId: "folder-2" })).resolves.toBe("value");
  });

  test("tries of one change carry one idempotency key", async () => {
    server.faults.set("SecretService/AddVersion", [{ code: Code.UNAVAILABLE }]);
    await write(`yc-lockbox://${NAME}/runner-token`, "newer");
    const keys = server.calls.filter(({ method }) => method === "SecretService/AddVersion").map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), keys[0]]);
    expect(secret.versions).toHaveLength(2);
  });

  test("somebody else was faster to make it", async () => {
    server.faults.set("SecretService/Create", [{ run: () => server.addSecret("raced", { other: "theirs" }), code: Code.ALREADY_EXISTS }]);
    await write("yc-lockbox://raced/mine", "ours");
    expect(Object.fromEntries(server.secrets.at(-1)?.versions.at(-1)?.entries ?? [])).toEqual({ other: "theirs", mine: "ours" });
  });

  test("an entry that is there stays where it is not to be replaced", async () => {
    await expect(write(`yc-lockbox://${NAME}/runner-token`, "newer", { replace: false })).rejects.toMatchObject({ code: "SECRET_EXISTS" });
    expect(secret.versions).toHaveLength(1);
    await write(`yc-lockbox://${NAME}/webhook-secret`, "first", { replace: false });
    await expect(read(`yc-lockbox://${NAME}/webhook-secret`)).resolves.toBe("first");
  });

  test.each([
    [`yc-lockbox://${NAME}/runner-token#e6v1`, "value", "SECRET_READ_ONLY"],
    [`yc-lockbox://${NAME}/kéy`, "value", "SECRET_REFERENCE"],
    [`yc-lockbox://${NAME}/runner-token`, "", "SECRET_FORMAT"],
    [`yc-lockbox://${NAME}/runner-token`, CANARY.repeat(4_000), "SECRET_FORMAT"],
    [`yc-lockbox://${"n".repeat(101)}/runner-token`, "value", "SECRET_REFERENCE"],
  ])("%s with %.5j is refused before anything is sent", async (reference, value, code) => {
    const error = await write(reference, value).catch((each: unknown) => each);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain(CANARY);
    expect(methods()).toEqual([]);
  });

  test.each([
    ["SecretService/AddVersion", `yc-lockbox://${NAME}/runner-token`, Code.PERMISSION_DENIED, "SECRET_DENIED"],
    ["SecretService/AddVersion", `yc-lockbox://${NAME}/runner-token`, Code.INVALID_ARGUMENT, "SECRET_UNREADABLE"],
    ["SecretService/Create", "yc-lockbox://new/key", Code.PERMISSION_DENIED, "SECRET_DENIED"],
    ["SecretService/List", "yc-lockbox://new/key", Code.PERMISSION_DENIED, "SECRET_DENIED"],
  ])("%s of %s refused (%i): the value that the server repeats is not shown", async (method, reference, code, expected) => {
    server.faults.set(method, [{ code, details: CANARY }]);
    const error = await write(reference, CANARY).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: expected, message: expect.stringContaining(`${reference} can't be written`) });
    expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toContain(CANARY);
  });
});
