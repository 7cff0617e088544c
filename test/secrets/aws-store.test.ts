import { join } from "node:path";
import { awsStore, type AwsStoreOptions } from "../../src/secrets/aws-store";
import { readReference } from "../../src/secrets/resolve";
import type { SecretStore } from "../../src/secrets/secret-store";
import { folderWith } from "../support/folder";
import { testTiming, type TestTiming } from "../support/secret-timing";
import { awsEnvironment, awsError, type SecretsManager, secretsManager } from "../support/secrets-manager";

const CANARY = "value-canary-4711";

let server: SecretsManager;
let timing: TestTiming;
let stores: SecretStore[];

beforeEach(async () => {
  server = await secretsManager();
  timing = testTiming();
  stores = [];
});

afterEach(async () => {
  for (const store of stores) await store.close?.();
  await server.close();
});

function store(options: Partial<AwsStoreOptions> = {}): SecretStore {
  const made = awsStore({ env: awsEnvironment(server), timing, ...options });
  stores.push(made);
  return made;
}

const read = (text: string, options: Partial<AwsStoreOptions> = {}, region?: string): Promise<string> => store(options).read(readReference(text), region === undefined ? undefined : { region });
const write = (text: string, value: string, replace = true): Promise<void> => (store().write as NonNullable<SecretStore["write"]>)(readReference(text), value, { replace });

/** Code, message and way out of the error; no value is in any of them, nor in anything that hangs on it. */
async function refused(work: Promise<unknown>): Promise<readonly [string, string, string | undefined]> {
  const error = (await work.then(
    () => {
      throw new Error("it did not fail");
    },
    (reason: unknown) => reason,
  )) as { code: string; message: string; hint?: string; stack: string };
  for (const text of [String(error), error.stack, JSON.stringify(error, Object.getOwnPropertyNames(error)), error.hint ?? ""]) expect(text).not.toContain("canary");
  return [error.code, error.message, error.hint];
}

describe("aws-sm://", () => {
  test("gives the text behind a key of the secret's JSON object", async () => {
    server.put("team/my-app", JSON.stringify({ token: CANARY, other: "no" }));
    await expect(read("aws-sm://team/my-app/token")).resolves.toBe(CANARY);
    expect(server.requests[0]?.headers["authorization"]).toContain("/eu-central-1/secretsmanager/");
  });

  test("gives a version by its stage or by its id", async () => {
    server.put("app", '{"key":"old"}', "aaaaaaaa-0000-0000-0000-000000000000");
    server.put("app", '{"key":"new"}', "terraform-20260101000000000000000001");
    await expect(read("aws-sm://app/key")).resolves.toBe("new");
    await expect(read("aws-sm://app/key#AWSPREVIOUS")).resolves.toBe("old");
    await expect(read("aws-sm://app/key#aaaaaaaa-0000-0000-0000-000000000000")).resolves.toBe("old");
    await expect(read("aws-sm://app/key#terraform-20260101000000000000000001")).resolves.toBe("new");
  });

  test("takes the region of the ARN, else of the place, else of the environment", async () => {
    server.put("app", '{"key":"value"}');
    const regions = async (text: string, region?: string): Promise<string> => {
      await read(text, {}, region);
      return /\d{8}\/([a-z0-9-]+)\//.exec(String(server.requests.at(-1)?.headers["authorization"]))?.[1] ?? "";
    };
    expect(await regions("aws-sm://app/key")).toBe("eu-central-1");
    expect(await regions("aws-sm://app/key", "us-east-1")).toBe("us-east-1");
    expect(await regions("aws-sm://arn:aws:secretsmanager:eu-west-3:111122223333:secret:app-AbCdEf/key", "us-east-1")).toBe("eu-west-3");
  });

  test.each<[string, string, readonly [string, string, string]]>([
    ["is not there", "aws-sm://nothing/key", ["SECRET_MISSING", "there is nothing behind aws-sm://nothing/key in eu-central-1", "Put it there: gosling secrets set aws-sm://nothing/key --region eu-central-1"]],
    ["has no such key", "aws-sm://app/tokn", ["SECRET_KEY", "aws-sm://app/tokn: the secret app has no key tokn", "Did you mean token?"]],
    ["has no key like it", "aws-sm://app/password", ["SECRET_KEY", "aws-sm://app/password: the secret app has no key password", "Put it there: gosling secrets set aws-sm://app/password"]],
    ["has no such version", "aws-sm://app/token#AWSPREVIOUS", ["SECRET_MISSING", "there is nothing behind aws-sm://app/token#AWSPREVIOUS in eu-central-1: no secret app with a version AWSPREVIOUS", "Its versions and their stages: aws secretsmanager list-secret-version-ids --secret-id app"]],
    ["is no JSON", "aws-sm://plain/token", ["SECRET_FORMAT", "aws-sm://plain/token: the secret plain is no JSON object, so it has no key token", 'Keep it as a JSON object with a text behind each key: {"token": "…"}']],
    ["is a list", "aws-sm://list/token", ["SECRET_FORMAT", "aws-sm://list/token: the secret list is no JSON object, so it has no key token", 'Keep it as a JSON object with a text behind each key: {"token": "…"}']],
    ["has a number behind the key", "aws-sm://app/port", ["SECRET_FORMAT", "aws-sm://app/port: the value is a number, and a secret's value is a text", "Write it in quotes."]],
    ["has an empty text", "aws-sm://app/empty", ["SECRET_MISSING", "aws-sm://app/empty: the value is empty", "Put it there: gosling secrets set aws-sm://app/empty"]],
    ["has no own key of that name", "aws-sm://app/constructor", ["SECRET_KEY", "aws-sm://app/constructor: the secret app has no key constructor", "Put it there: gosling secrets set aws-sm://app/constructor"]],
  ])("a secret that %s", async (_what, reference, expected) => {
    server.put("app", JSON.stringify({ token: CANARY, port: 5432, empty: "" }));
    server.put("plain", CANARY);
    server.put("list", JSON.stringify([CANARY]));
    expect(await refused(read(reference))).toEqual(expected);
    expect(timing.pauses).toEqual([]);
  });

  test("a binary secret has no keys", async () => {
    server.secrets.set("app", { versions: new Map([["v".repeat(32), { binary: Buffer.from(CANARY).toString("base64"), stages: ["AWSCURRENT"] }]]), tags: [] });
    expect((await refused(read("aws-sm://app/key"))).slice(0, 2)).toEqual(["SECRET_FORMAT", "aws-sm://app/key: the secret app is binary, so it has no key key"]);
  });

  test.each<[string, ReturnType<typeof awsError>, string, RegExp, RegExp]>([
    ["denied", awsError("AccessDeniedException", "User: arn:aws:iam::1:user/ada is not authorized to perform: secretsmanager:GetSecretValue on resource: app"), "SECRET_DENIED", /^aws-sm:\/\/app\/key can't be read: Secrets Manager in eu-central-1 denies it: User: .*ada is not authorized/, /Allow secretsmanager:GetSecretValue/],
    ["an expired token", awsError("ExpiredTokenException", "The security token included in the request is expired"), "SECRET_CREDENTIALS", /^aws-sm:\/\/app\/key can't be read: .*does not take these credentials: The security token .* is expired$/, /Sign in again/],
    ["wrong keys that the server repeats", awsError("UnrecognizedClientException", "what is aws-key-canary-0001?"), "SECRET_CREDENTIALS", /what is \*\*\*MASKED\*\*\*\?$/, /AWS_PROFILE/],
    ["wrong keys that the server repeats in base64", awsError("UnrecognizedClientException", `what is ${Buffer.from("aws-key-canary-0001").toString("base64")}?`), "SECRET_CREDENTIALS", /what is \*\*\*MASKED\*\*\*\?$/, /AWS_PROFILE/],
    ["marked for deletion", awsError("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion."), "SECRET_UNREADABLE", /marked for deletion in eu-central-1$/, /restore-secret --secret-id app/],
    ["a key of KMS that fails", awsError("DecryptionFailure", "Secrets Manager can't decrypt the protected secret text"), "SECRET_UNREADABLE", /refuses it: .*can't decrypt.*\(DecryptionFailure\)$/, /KMS key/],
  ])("%s: said at once, not tried again", async (_what, fault, code, message, hint) => {
    server.faults.push(fault);
    const error = await refused(read("aws-sm://app/key"));
    expect(error).toEqual([code, expect.stringMatching(message), expect.stringMatching(hint)]);
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, SecretsManager["faults"]]>([
    ["throttled", [awsError("ThrottlingException", "Rate exceeded"), awsError("TooManyRequestsException", "slow down", 429)]],
    ["trouble of the server", [awsError("InternalServiceError", "An error occurred on the server side.", 500), { status: 503, body: "<html>busy</html>" }]],
    ["broken connections", ["reset", "reset"]],
    ["no answer in time", ["silence", "silence"]],
  ])("%s: tried again with growing pauses", async (_what, faults) => {
    server.put("app", JSON.stringify({ key: CANARY }));
    server.faults.push(...faults);
    await expect(read("aws-sm://app/key", { timeoutMs: 150 })).resolves.toBe(CANARY);
    expect(timing.pauses).toEqual([300, 600]);
  });

  test.each<[string, SecretsManager["faults"][number], RegExp]>([
    ["throttled", awsError("ThrottlingException", "Rate exceeded"), /^aws-sm:\/\/app\/key can't be read: Secrets Manager in eu-central-1 takes no more requests for now \(ThrottlingException\)$/],
    ["trouble of the server", awsError("InternalServiceError", "oh", 500), /fails \(status 500\)$/],
    ["slow", "silence", /no answer within 0.03 s$/],
  ])("%s for ever: given up after three tries", async (_what, fault, message) => {
    server.faults.push(fault, fault, fault);
    const [code, said] = await refused(read("aws-sm://app/key", { timeoutMs: fault === "silence" ? 30 : 5000 }));
    expect([code, said]).toEqual(["SECRET_UNREACHABLE", expect.stringMatching(message)]);
    expect(timing.pauses).toHaveLength(2);
  });

  test("what signs us in is not repeated, wherever the SDK has found it", async () => {
    const keys = join(folderWith({ keys: "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = of-a-file\naws_session_token = session-canary-0001\n" }), "keys");
    const before = process.env["AWS_SHARED_CREDENTIALS_FILE"];
    process.env["AWS_SHARED_CREDENTIALS_FILE"] = keys;
    try {
      server.faults.push(awsError("ExpiredTokenException", "session-canary-0001 has expired"));
      const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...env } = awsEnvironment(server);
      expect((await refused(read("aws-sm://app/key", { env })))[1]).toMatch(/credentials: \*\*\*MASKED\*\*\* has expired$/);
      expect(server.requests[0]?.headers["x-amz-security-token"]).toBe("session-canary-0001");
    } finally {
      if (before === undefined) delete process.env["AWS_SHARED_CREDENTIALS_FILE"];
      else process.env["AWS_SHARED_CREDENTIALS_FILE"] = before;
    }
  });

  test("an answer that is no JSON is not repeated, though it holds a value", async () => {
    server.faults.push({ status: 200, body: `{"SecretString": ${CANARY}` });
    expect((await refused(read("aws-sm://app/key"))).slice(0, 2)).toEqual(["SECRET_UNREACHABLE", "aws-sm://app/key can't be read: what answers for Secrets Manager in eu-central-1 is no Secrets Manager"]);
  });

  test("a server that is not there", async () => {
    const env = awsEnvironment(server);
    await server.close();
    expect((await refused(read("aws-sm://app/key", { env }))).slice(0, 2)).toEqual(["SECRET_UNREACHABLE", "aws-sm://app/key can't be read: Secrets Manager in eu-central-1 can't be reached (ECONNREFUSED)"]);
  });

  test("writing makes the secret with its tags, and keeps its other keys", async () => {
    const made = store({ tags: { "gosling:nest": "acme" } });
    await made.write?.(readReference("aws-sm://app/one"), "1", { replace: false });
    expect(server.secrets.get("app")?.tags).toEqual([{ Key: "gosling:nest", Value: "acme" }]);
    await write("aws-sm://app/two", CANARY);
    await write("aws-sm://app/one", "uno");
    await expect(read("aws-sm://app/one")).resolves.toBe("uno");
    await expect(read("aws-sm://app/two")).resolves.toBe(CANARY);
    await expect(read("aws-sm://app/one#AWSPREVIOUS")).resolves.toBe("1");
  });

  test("writing fills a secret that was made without a value", async () => {
    server.secrets.set("app", { versions: new Map(), tags: [] });
    await write("aws-sm://app/key", CANARY);
    await expect(read("aws-sm://app/key")).resolves.toBe(CANARY);
  });

  test("a write whose answer is lost is done once", async () => {
    server.put("app", '{"key":"old"}');
    let lost = false;
    const put = server.secrets.get("app")?.versions as Map<string, unknown>;
    const set = put.set.bind(put);
    // The version is there, and the connection breaks before the answer.
    put.set = (id, version) => {
      if (!lost) server.faults.push("reset");
      lost = true;
      return set(id, version);
    };
    server.faults.push({ status: 200, body: JSON.stringify({ SecretString: '{"key":"old"}' }) }, "reset");
    await write("aws-sm://app/key", "new");
    expect(put.size).toBe(2);
  });

  test("what is there is not replaced unasked, and what is no JSON object never", async () => {
    server.put("app", JSON.stringify({ key: CANARY }));
    server.put("plain", CANARY);
    expect(await refused(write("aws-sm://app/key", "x", false))).toEqual(["SECRET_EXISTS", "there is a value behind aws-sm://app/key already", "To replace it: --force"]);
    expect((await refused(write("aws-sm://plain/key", "x")))[0]).toBe("SECRET_FORMAT");
    expect(server.requests.map(({ headers }) => headers["x-amz-target"])).toEqual(["secretsmanager.GetSecretValue", "secretsmanager.GetSecretValue"]);
  });

  test("writing that is denied names what has to be allowed", async () => {
    server.put("app", "{}");
    server.faults.push({ status: 200, body: '{"SecretString":"{}"}' }, awsError("AccessDeniedException", "not authorized"));
    const [code, message, hint] = await refused(write("aws-sm://app/key", CANARY));
    expect([code, message]).toEqual(["SECRET_DENIED", "aws-sm://app/key can't be written: Secrets Manager in eu-central-1 denies it: not authorized"]);
    expect(hint).toContain("PutSecretValue");
  });
});
