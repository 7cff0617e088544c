import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openAccessLog, type SecretAccess } from "../../src/secrets/access-log";
import { openSecrets, type Secrets, type SecretsOptions } from "../../src/secrets/open-secrets";
import type { SecretStore } from "../../src/secrets/secret-store";
import { folderWith } from "../support/folder";
import { testTiming, type TestTiming } from "../support/secret-timing";
import { awsEnvironment, awsError, type SecretsManager, secretsManager } from "../support/secrets-manager";

let server: SecretsManager;
let timing: TestTiming;
let accesses: SecretAccess[];
const opened: Secrets[] = [];

beforeEach(async () => {
  server = await secretsManager();
  server.put("app", '{"key":"first-value","other":"other-value"}');
  timing = testTiming();
  accesses = [];
});

afterEach(async () => {
  for (const secrets of opened.splice(0)) await secrets.close();
  await server.close();
});

function open(options: Partial<SecretsOptions> = {}): Secrets {
  const secrets = openSecrets({ env: awsEnvironment(server), nestRoot: folderWith({}), timing, onAccess: (access) => accesses.push(access), ...options });
  opened.push(secrets);
  return secrets;
}

const asked = (): number => server.requests.length;

describe("the cache", () => {
  test("keeps a value for five minutes, and asks again after that", async () => {
    const secrets = open();
    await secrets.read("aws-sm://app/key");
    timing.advance(5 * 60_000 - 1);
    await expect(secrets.read("aws-sm://app/key")).resolves.toBe("first-value");
    expect(asked()).toBe(1);
    server.put("app", '{"key":"second-value"}', "2".repeat(36));
    timing.advance(1);
    await expect(secrets.read("aws-sm://app/key")).resolves.toBe("second-value");
    expect(asked()).toBe(2);
  });

  test("asks once for all who want the same at the same time", async () => {
    const secrets = open();
    await expect(Promise.all(Array.from({ length: 20 }, () => secrets.read("aws-sm://app/key")))).resolves.toEqual(Array(20).fill("first-value"));
    expect(asked()).toBe(1);
  });

  test("keeps keys, versions and regions apart", async () => {
    const secrets = open();
    await secrets.read("aws-sm://app/key");
    await secrets.read("aws-sm://app/other");
    await secrets.read("aws-sm://app/key#AWSCURRENT");
    await secrets.read("aws-sm://app/key", { region: "us-east-1" });
    expect(asked()).toBe(4);
  });

  test("remembers that nothing is there for ten seconds only", async () => {
    const secrets = open();
    await expect(secrets.read("aws-sm://none/key")).rejects.toMatchObject({ code: "SECRET_MISSING" });
    timing.advance(9_999);
    await expect(secrets.read("aws-sm://none/key")).rejects.toMatchObject({ code: "SECRET_MISSING" });
    expect(asked()).toBe(1);
    server.put("none", '{"key":"it is here"}');
    timing.advance(1);
    await expect(secrets.read("aws-sm://none/key")).resolves.toBe("it is here");
  });

  test("asks a store that is down for one of many references, and each error names its own", async () => {
    const secrets = open();
    server.faults.push(awsError("ExpiredTokenException", "expired"));
    await expect(secrets.read("aws-sm://app/key")).rejects.toThrow("aws-sm://app/key can't be read");
    await expect(secrets.read("aws-sm://app/other")).rejects.toThrow("aws-sm://app/other can't be read");
    expect(asked()).toBe(1);
    timing.advance(10_000);
    await expect(secrets.read("aws-sm://app/other")).resolves.toBe("other-value");
  });

  test("a denied secret says nothing of the others", async () => {
    const secrets = open();
    server.faults.push(awsError("AccessDeniedException", "no"));
    await expect(secrets.read("aws-sm://app/key")).rejects.toMatchObject({ code: "SECRET_DENIED" });
    await expect(secrets.read("aws-sm://app/other")).resolves.toBe("other-value");
  });

  test("forgets all versions of what is written, and everything when told to", async () => {
    const secrets = open();
    await secrets.read("aws-sm://app/key");
    await secrets.write("aws-sm://app/key", "written-value", { replace: true });
    await expect(secrets.read("aws-sm://app/key")).resolves.toBe("written-value");
    await expect(secrets.read("aws-sm://app/key#AWSPREVIOUS")).resolves.toBe("first-value");
    const before = asked();
    secrets.forget();
    await secrets.read("aws-sm://app/key");
    expect(asked()).toBe(before + 1);
  });

  test("is not for this machine's own: those are read each time", async () => {
    const env: Record<string, string> = { TOKEN: "one" };
    const secrets = open({ env });
    await expect(secrets.read("env://TOKEN")).resolves.toBe("one");
    env["TOKEN"] = "two";
    await expect(secrets.read("env://TOKEN")).resolves.toBe("two");
  });
});

describe("the masker", () => {
  test("leaves what is kept and no secret, read or written", async () => {
    const secrets = open();
    for (const value of ["first-value", "an-address"]) secrets.expose(value);
    await secrets.read("aws-sm://app/key");
    await secrets.write("aws-sm://app/url", "an-address", { replace: true });
    await secrets.read("aws-sm://app/other");
    expect(secrets.masker.mask("first-value an-address other-value")).toBe("first-value an-address ***MASKED***");
  });

  test("knows what the environment holds to sign in with, for whomever, and no other variable", () => {
    const env = { CI_JOB_TOKEN: "job-token-7", NPM_TOKEN: "npm-0123456789", DB_PASSWORD: "pass-word", TF_TOKEN_registry_example_com: "of-the-registry", SHORT_TOKEN: "true", TOKEN_NAME: "a-name-of-it", PATH: "/usr/local/bin" };
    const { masker } = open({ env });
    expect(Object.values(env).map((value) => masker.mask(value))).toEqual([...Array<string>(4).fill("***MASKED***"), "true", "a-name-of-it", "/usr/local/bin"]);
  });

  test("knows every value that was read or written, and what we sign in with", async () => {
    const secrets = open();
    await secrets.read("aws-sm://app/key");
    await secrets.write("aws-sm://app/other", "written-value", { replace: true });
    expect(secrets.masker.mask("first-value written-value aws-key-canary-0001")).toBe("***MASKED*** ***MASKED*** ***MASKED***");
  });
});

describe("the log of accesses", () => {
  test("says who was asked for what, and never a value", async () => {
    const secrets = open();
    await secrets.read("aws-sm://app/key");
    await secrets.read("aws-sm://app/key");
    await secrets.read("aws-sm://app/none").catch(() => undefined);
    await secrets.read("aws-sm://app/none").catch(() => undefined);
    await secrets.write("aws-sm://app/key", "written-value", { replace: true });
    await secrets.write("env://TOKEN", "written-value", { replace: true }).catch(() => undefined);
    expect(accesses.map(({ action, reference, backend, outcome, cached }) => [action, reference, backend, outcome, cached])).toEqual([
      ["read", "aws-sm://app/key", "aws-sm", "ok", false],
      ["read", "aws-sm://app/key", "aws-sm", "ok", true],
      ["read", "aws-sm://app/none", "aws-sm", "SECRET_KEY", false],
      ["read", "aws-sm://app/none", "aws-sm", "SECRET_KEY", true],
      ["write", "aws-sm://app/key", "aws-sm", "ok", false],
      ["write", "env://TOKEN", "env", "SECRET_READ_ONLY", false],
    ]);
    expect(accesses[0]?.time).toBe("2026-01-01T00:00:00.000Z");
    expect(JSON.stringify(accesses)).not.toMatch(/first-value|written-value/);
  });

  test("is a file of its owner alone, one line of JSON each", async () => {
    const path = join(folderWith({}), "secrets.log");
    for (const reference of ["aws-sm://app/key", "aws-sm://app/other"]) {
      const log = openAccessLog(path);
      await open({ onAccess: (access) => log.write(access) }).read(reference);
      log.close();
    }
    const lines = readFileSync(path, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as SecretAccess);
    expect(lines.map(({ reference }) => reference)).toEqual(["aws-sm://app/key", "aws-sm://app/other"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("that can't be written ends the work", () => {
    expect(() => openAccessLog("/none/secrets.log")).toThrow(expect.objectContaining({ code: "SECRETS_LOG", message: "the log of secrets /none/secrets.log can't be written: ENOENT" }));
  });
});

describe("writing", () => {
  test("a version, the environment, or a store that has no writing: refused, with the way out", async () => {
    const lockbox: SecretStore = { backend: "yc-lockbox", read: () => Promise.resolve("x") };
    const secrets = open({ stores: [lockbox] });
    await expect(secrets.write("aws-sm://app/key#AWSPREVIOUS", "x", { replace: true })).rejects.toMatchObject({ code: "SECRET_READ_ONLY", message: "aws-sm://app/key#AWSPREVIOUS names a version, and what is written becomes a new one", hint: "Leave it out: aws-sm://app/key" });
    await expect(secrets.write("env://TOKEN", "x", { replace: true })).rejects.toMatchObject({ code: "SECRET_READ_ONLY", hint: "Set the environment variable TOKEN where gosling runs." });
    await expect(secrets.write("yc-lockbox://app/key", "x", { replace: true })).rejects.toMatchObject({ code: "SECRET_READ_ONLY", hint: "Write it with the store's own tools." });
    await expect(secrets.read("yc-lockbox://app/key")).resolves.toBe("x");
  });

  test("a file of the Nest is made with its folders, for its owner alone", async () => {
    const nestRoot = folderWith({});
    const secrets = open({ nestRoot });
    for (const value of ["value", "two\nlines\n", " spaces ", "ends with\r", "ends with\r\n"]) {
      await secrets.write("file://secrets/deep/token", value, { replace: true });
      await expect(secrets.read("file://secrets/deep/token")).resolves.toBe(value);
    }
    expect(statSync(join(nestRoot, "secrets/deep/token")).mode & 0o777).toBe(0o600);
    expect(statSync(join(nestRoot, "secrets")).mode & 0o777).toBe(0o700);
    await expect(secrets.write("file://secrets/deep/token", "x", { replace: false })).rejects.toMatchObject({ code: "SECRET_EXISTS" });
    writeFileSync(join(nestRoot, "empty"), "");
    await secrets.write("file://empty", "x", { replace: false });
    await expect(secrets.read("file://empty")).resolves.toBe("x");
  });

  test("no file is written outside of the Nest, and no link is followed", async () => {
    const outside = folderWith({ kept: "kept" });
    const nestRoot = folderWith({});
    symlinkSync(outside, join(nestRoot, "linked"));
    symlinkSync(join(outside, "kept"), join(nestRoot, "link"));
    const secrets = open({ nestRoot });
    await expect(secrets.write("file://linked/new/token", "x", { replace: true })).rejects.toMatchObject({ code: "SECRET_UNREADABLE", message: "file://linked/new/token can't be written: a symbolic link in its path leaves the Nest" });
    await secrets.write("file://link", "new", { replace: true });
    expect(readFileSync(join(outside, "kept"), "utf8")).toBe("kept");
    await expect(secrets.read("file://link")).resolves.toBe("new");
  });

  test("a file that can't be written says why", async () => {
    const nestRoot = folderWith({ file: "x" });
    mkdirSync(join(nestRoot, "folder"));
    const secrets = open({ nestRoot });
    await expect(secrets.write("file://file/below", "x", { replace: true })).rejects.toMatchObject({ code: "SECRET_UNREADABLE", message: "file://file/below can't be written: a part of its path is a file" });
    await expect(secrets.write("file://folder", "x", { replace: true })).rejects.toMatchObject({ code: "SECRET_UNREADABLE", message: "file://folder can't be written: it is a folder" });
  });
});

test("a value with a zero byte is refused before a program's environment gets it", async () => {
  server.put("zero", JSON.stringify({ key: "zero\0canary" }));
  const error = await open().read("aws-sm://zero/key").catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "SECRET_UNREADABLE", message: "aws-sm://zero/key can't be read: its value holds a zero byte" });
});

test("text that is no reference is not repeated, and not logged", async () => {
  const error = await open().read("glrt-canary").catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "SECRET_REFERENCE" });
  expect(String(error) + JSON.stringify(accesses)).not.toContain("canary");
});
