import { writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { readReference } from "../../src/secrets/resolve";
import type { SecretStore } from "../../src/secrets/secret-store";
import { vaultStore } from "../../src/secrets/vault-store";
import { companyCertificate, describeWithCertificates } from "../support/company-certificate";
import { folderWith } from "../support/folder";
import { testTiming, type TestTiming } from "../support/secret-timing";
import { type Vault, vault, VAULT_TOKEN, vaultEnvironment, vaultError } from "../support/vault";

const CANARY = "value-canary-4711";

let server: Vault;
let timing: TestTiming;
let credentials: string[];
let stores: SecretStore[];

beforeEach(async () => {
  server = await vault();
  timing = testTiming();
  credentials = [];
  stores = [];
});

afterEach(async () => {
  for (const store of stores) await store.close?.();
  await server.close();
});

function store(env: Record<string, string> = vaultEnvironment(server), timeoutMs?: number): SecretStore {
  const made = vaultStore({ env, timing, onCredential: (value) => credentials.push(value), ...(timeoutMs !== undefined && { timeoutMs }) });
  stores.push(made);
  return made;
}

const read = (text: string, env?: Record<string, string>, timeoutMs?: number): Promise<string> => store(env, timeoutMs).read(readReference(text));
const write = (text: string, value: string, replace = true): Promise<void> => (store().write as NonNullable<SecretStore["write"]>)(readReference(text), value, { replace });

/** Code, message and way out; no value and no token is in any of them. */
async function refused(work: Promise<unknown>): Promise<readonly [string, string, string | undefined]> {
  const error = (await work.then(
    () => {
      throw new Error("it did not fail");
    },
    (reason: unknown) => reason,
  )) as { code: string; message: string; hint?: string };
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("canary");
  return [error.code, error.message, error.hint];
}

const paths = (): readonly string[] => server.requests.map(({ method, path }) => `${method} ${path}`);

describe("vault://", () => {
  test("gives the text behind a key; the first part is the mount", async () => {
    server.put("secret/team/my-app", { token: CANARY });
    await expect(read("vault://secret/team/my-app/token")).resolves.toBe(CANARY);
    expect(paths()).toEqual(["GET /v1/secret/data/team/my-app"]);
    expect(server.requests[0]?.headers).toMatchObject({ "x-vault-token": VAULT_TOKEN, "x-vault-request": "true" });
    expect(credentials).toEqual([VAULT_TOKEN]);
  });

  test("gives a version, and names that a URL has to encode", async () => {
    server.put("team/näme?x", { key: "old" });
    server.put("team/näme?x", { key: "new" });
    await expect(read("vault://team/näme?x/key#1")).resolves.toBe("old");
    await expect(read("vault://team/näme?x/key")).resolves.toBe("new");
  });

  test("says the namespace", async () => {
    server.put("secret/app", { key: "x" });
    await read("vault://secret/app/key", { ...vaultEnvironment(server), VAULT_NAMESPACE: "acme/ci" });
    expect(server.requests[0]?.headers["x-vault-namespace"]).toBe("acme/ci");
  });

  test.each<[string, string, readonly [string, string, string]]>([
    ["is not there", "vault://secret/none/key", ["SECRET_MISSING", "there is nothing behind vault://secret/none/key", "Put it there: gosling secrets set vault://secret/none/key"]],
    ["has no such key", "vault://secret/app/tokne", ["SECRET_KEY", "vault://secret/app/tokne: the secret secret/app has no key tokne", "Did you mean token?"]],
    ["has no such version", "vault://secret/app/token#7", ["SECRET_MISSING", "there is nothing behind vault://secret/app/token#7", "Put it there: gosling secrets set vault://secret/app/token"]],
    ["was deleted", "vault://secret/gone/key", ["SECRET_MISSING", "there is nothing behind vault://secret/gone/key: version 1 of it was deleted", "Take it back: vault kv undelete -mount=secret -versions=1 gone"]],
    ["was destroyed", "vault://secret/ashes/key", ["SECRET_MISSING", "there is nothing behind vault://secret/ashes/key: version 1 of it was destroyed", "Name another version, or write a new one."]],
    ["has no text behind the key", "vault://secret/app/port", ["SECRET_FORMAT", "vault://secret/app/port: the value is a number, and a secret's value is a text", "Write it in quotes."]],
    ["is at no mount", "vault://kv/app/key", ["SECRET_MISSING", "there is nothing behind vault://kv/app/key: Vault has no secrets engine at kv/", "The first part is the mount of a KV engine, version 2: vault secrets list"]],
    ["is named with data/", "vault://secret/data/app/token", ["SECRET_MISSING", "there is nothing behind vault://secret/data/app/token", "Leave out data/, which is part of the API's address only: vault://secret/app/token"]],
    ["has no path", "vault://secret/token", ["SECRET_REFERENCE", "vault://secret/token: between the mount and the key there is no path", "Write vault://MOUNT/PATH/KEY, such as vault://secret/team/my-app/token."]],
    ["leaves its mount", "vault://secret/../sys/seal/key", ["SECRET_REFERENCE", "vault://secret/../sys/seal/key: a path in Vault has no parts . and ..", "Write vault://MOUNT/PATH/KEY, such as vault://secret/team/my-app/token."]],
  ])("a secret that %s", async (_what, reference, expected) => {
    server.put("secret/app", { token: CANARY, port: 5432 });
    server.secrets.set("secret/gone", { versions: [{ data: { key: CANARY }, deleted: true }] });
    server.secrets.set("secret/ashes", { versions: [{ data: {}, destroyed: true }] });
    expect(await refused(read(reference))).toEqual(expected);
    expect(timing.pauses).toEqual([]);
  });

  test("a denied secret names the policy that is missing", async () => {
    server.denied.add("secret/data/app");
    const [code, message, hint] = await refused(read("vault://secret/app/key"));
    expect([code, message]).toEqual(["SECRET_DENIED", `vault://secret/app/key can't be read: Vault at ${server.url} denies it: 1 error occurred: * permission denied`]);
    expect(hint).toBe('A policy of this token needs: path "secret/data/app" { capabilities = ["read"] }');
  });

  test("an expired token is told from a denied secret", async () => {
    server.tokens.clear();
    const [code, message, hint] = await refused(read("vault://secret/app/key"));
    expect([code, message, hint]).toEqual(["SECRET_CREDENTIALS", `vault://secret/app/key can't be read: Vault at ${server.url} does not take this token: it is wrong or has expired`, "Run vault login, or set VAULT_TOKEN."]);
  });

  test.each<[string, Vault["faults"]]>([
    ["throttled", [vaultError(429, "request path rate limit quota exceeded"), vaultError(429)]],
    ["trouble of the server", [vaultError(500, "internal error"), { status: 502, body: "<html>" }]],
    ["a server that lags behind", [vaultError(412, "required index state not present")]],
    ["broken connections", ["reset", "reset"]],
    ["no answer in time", ["silence"]],
  ])("%s: tried again", async (_what, faults) => {
    server.put("secret/app", { key: CANARY });
    server.faults.push(...faults);
    const tries = faults.length;
    await expect(read("vault://secret/app/key", undefined, 150)).resolves.toBe(CANARY);
    expect(timing.pauses).toEqual([300, 600].slice(0, tries));
  });

  test.each<[string, Vault["faults"][number], RegExp, RegExp]>([
    ["sealed", vaultError(503, "Vault is sealed"), /is sealed$/, /vault operator unseal/],
    ["throttled for ever", vaultError(429), /takes no more requests for now$/, /Try again/],
    ["broken for ever", vaultError(500), /fails \(status 500\)$/, /Try again/],
    ["slow for ever", "silence", /no answer within 0.05 s$/, /VAULT_ADDR/],
    ["no JSON", { status: 200, body: `{"data": {"data": {"key": ${CANARY}` }, /what answers at http:\S+ is no Vault$/, /proxies/],
    ["a page of a proxy", { status: 200, body: "<html>sign in</html>" }, /is no Vault$/, /proxies/],
  ])("%s", async (_what, fault, message, hint) => {
    server.faults.push(fault, fault, fault);
    expect(await refused(read("vault://secret/app/key", undefined, fault === "silence" ? 50 : 5000))).toEqual(["SECRET_UNREACHABLE", expect.stringMatching(message), expect.stringMatching(hint)]);
  });

  test("a server that is not there", async () => {
    const env = vaultEnvironment(server);
    await server.close();
    expect((await refused(read("vault://secret/app/key", env))).slice(0, 2)).toEqual(["SECRET_UNREACHABLE", `vault://secret/app/key can't be read: Vault at ${server.url} can't be reached (ECONNREFUSED)`]);
  });

  test("a server on standby sends us on, once", async () => {
    const active = await vault();
    active.put("secret/app", { key: CANARY });
    server.faults.push({ status: 307, headers: { location: `${active.url}/v1/secret/data/app` } });
    await expect(read("vault://secret/app/key")).resolves.toBe(CANARY);
    await active.close();
  });
});

describe("settings of Vault", () => {
  test.each<[string, Record<string, string>, string, string, RegExp]>([
    ["no address", { VAULT_TOKEN: "t" }, "SECRET_SETTINGS", "it is not said where Vault is", /Set VAULT_ADDR/],
    ["an address with a password", { VAULT_ADDR: "https://me:pass-canary@vault", VAULT_TOKEN: "t" }, "SECRET_SETTINGS", "VAULT_ADDR is no address of a Vault", /such as https:/],
    ["another protocol", { VAULT_SERVER_URL: "ftp://vault", VAULT_TOKEN: "t" }, "SECRET_SETTINGS", "VAULT_SERVER_URL is no address of a Vault", /such as https:/],
    ["nothing to sign in with", { VAULT_ADDR: "https://vault" }, "SECRET_CREDENTIALS", "there is nothing to sign in to Vault with", /vault login.*VAULT_ID_TOKEN/],
    ["certificates that are not there", { VAULT_ADDR: "https://vault", VAULT_TOKEN: "t", VAULT_CACERT: "/none.pem" }, "SECRET_SETTINGS", "the certificates in VAULT_CACERT (/none.pem) can't be read: ENOENT", /PEM/],
  ])("%s", async (_what, env, code, why, hint) => {
    expect(await refused(read("vault://secret/app/key", env))).toEqual([code, `vault://secret/app/key can't be read: ${why}`, expect.stringMatching(hint)]);
  });

  test("the token that vault login has left counts last", async () => {
    server.put("secret/app", { key: CANARY });
    const home = folderWith({});
    writeFileSync(join(home, ".vault-token"), `${VAULT_TOKEN}\n`);
    await expect(read("vault://secret/app/key", { VAULT_ADDR: server.url, HOME: home })).resolves.toBe(CANARY);
  });
});

describeWithCertificates("Vault with a certificate of a company", () => {
  test.each(["VAULT_CACERT", "GOSLING_CA_FILE"])("is trusted where %s vouches for it, and else named", async (variable) => {
    const { file, tls } = companyCertificate();
    const secure = createServer(tls, (_request, response) => response.end(JSON.stringify({ data: { data: { key: CANARY }, metadata: { version: 1 } } })));
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    const env = { VAULT_ADDR: `https://127.0.0.1:${(secure.address() as AddressInfo).port}`, VAULT_TOKEN };
    try {
      await expect(read("vault://secret/app/key", { ...env, [variable]: file })).resolves.toBe(CANARY);
      const [code, message, hint] = await refused(read("vault://secret/app/key", env));
      expect([code, message]).toEqual(["SECRET_UNREACHABLE", expect.stringMatching(/the certificate of https:\S+ is not trusted \(\w+\)$/)]);
      expect(hint).toContain(variable);
    } finally {
      secure.closeAllConnections();
      secure.close();
    }
  });
});

describe("signing in to Vault", () => {
  const approle = (): Record<string, string> => ({ VAULT_ADDR: server.url, VAULT_ROLE_ID: "role", VAULT_SECRET_ID: "secret-id-canary" });

  beforeEach(() => server.put("secret/app", { key: CANARY }));

  test("by AppRole, once for all who read at the same time", async () => {
    server.logins.set("approle", { role_id: "role", secret_id: "secret-id-canary" });
    const made = store(approle());
    const reference = readReference("vault://secret/app/key");
    await expect(Promise.all([made.read(reference), made.read(reference), made.read(reference)])).resolves.toEqual([CANARY, CANARY, CANARY]);
    expect(paths().filter((path) => path.includes("login"))).toEqual(["POST /v1/auth/approle/login"]);
    expect(credentials).toEqual(["secret-id-canary", expect.stringContaining("hvs.login-canary")]);
  });

  test("by GitLab's JWT, at the path and with the role that GitLab's variables name", async () => {
    server.logins.set("gitlab/jwt", { jwt: "jwt-canary", role: "deploy" });
    await expect(read("vault://secret/app/key", { VAULT_SERVER_URL: server.url, VAULT_ID_TOKEN: "jwt-canary", VAULT_AUTH_ROLE: "deploy", VAULT_AUTH_PATH: "gitlab/jwt" })).resolves.toBe(CANARY);
    expect(paths()[0]).toBe("POST /v1/auth/gitlab/jwt/login");
  });

  test("again before the token ends, and where Vault has taken it back", async () => {
    server.logins.set("approle", { role_id: "role", secret_id: "secret-id-canary" });
    server.leaseSeconds = 100;
    const made = store(approle());
    const reference = readReference("vault://secret/app/key");
    const logins = (): number => paths().filter((path) => path.includes("login")).length;
    await made.read(reference);
    timing.advance(89_000);
    await made.read(reference);
    expect(logins()).toBe(1);
    timing.advance(2_000);
    await made.read(reference);
    expect(logins()).toBe(2);
    server.tokens.clear();
    await expect(made.read(reference)).resolves.toBe(CANARY);
    expect(logins()).toBe(3);
  });

  test("refused: names the method, and each reference that waited for it", async () => {
    const made = store(approle());
    server.logins.set("approle", { role_id: "role", secret_id: "another" });
    const [one, two] = await Promise.all(["one", "two"].map((key) => refused(made.read(readReference(`vault://secret/app/${key}`)))));
    const why = `Vault at ${server.url} refuses to sign us in by AppRole (auth/approle): invalid role or secret ID`;
    expect(one?.slice(0, 2)).toEqual(["SECRET_CREDENTIALS", `vault://secret/app/one can't be read: ${why}`]);
    expect(two?.slice(0, 2)).toEqual(["SECRET_CREDENTIALS", `vault://secret/app/two can't be read: ${why}`]);
  });

  test("denied with words that quote the token of our signing in", async () => {
    server.logins.set("approle", { role_id: "role", secret_id: "secret-id-canary" });
    const made = store(approle());
    await made.read(readReference("vault://secret/app/key"));
    const [, token = ""] = credentials;
    server.faults.push(vaultError(403, `${token} may not`));
    expect((await refused(made.read(readReference("vault://secret/app/key"))))[1]).toContain("denies it: ***MASKED*** may not");
  });

  test("refused with words that quote what we said", async () => {
    server.faults.push(vaultError(400, "error validating token jwt-canary: token is expired"));
    const [code, message, hint] = await refused(read("vault://secret/app/key", { VAULT_ADDR: server.url, VAULT_ID_TOKEN: "jwt-canary" }));
    expect([code, message]).toEqual(["SECRET_CREDENTIALS", `vault://secret/app/key can't be read: Vault at ${server.url} refuses to sign us in by JWT (auth/jwt): error validating token ***MASKED***: token is expired`]);
    expect(hint).toContain("VAULT_AUTH_ROLE");
  });
});

describe("writing to Vault", () => {
  test("keeps the other keys, as a new version", async () => {
    server.put("secret/app", { one: "1", two: "2" });
    await write("vault://secret/app/two", CANARY);
    await write("vault://secret/new/key", "made");
    expect(server.secrets.get("secret/app")?.versions.map(({ data }) => data)).toEqual([{ one: "1", two: "2" }, { one: "1", two: CANARY }]);
    await expect(read("vault://secret/new/key")).resolves.toBe("made");
  });

  test("loses nothing of what others write at the same moment", async () => {
    const keys = ["a", "b", "c"];
    await Promise.all(keys.map((key) => write(`vault://secret/app/${key}`, key)));
    expect(server.secrets.get("secret/app")?.versions.at(-1)?.data).toEqual({ a: "a", b: "b", c: "c" });
  });

  test("begins a deleted secret anew", async () => {
    server.secrets.set("secret/app", { versions: [{ data: { old: "x" }, deleted: true }] });
    await write("vault://secret/app/key", CANARY);
    expect(server.secrets.get("secret/app")?.versions.at(-1)?.data).toEqual({ key: CANARY });
  });

  test("replaces nothing unasked", async () => {
    server.put("secret/app", { key: CANARY });
    expect((await refused(write("vault://secret/app/key", "x", false)))[0]).toBe("SECRET_EXISTS");
    expect(server.secrets.get("secret/app")?.versions).toHaveLength(1);
  });
});
