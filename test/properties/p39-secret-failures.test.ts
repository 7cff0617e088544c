import fc from "fast-check";
import { isSecretError, openSecrets } from "../../src/secrets";
import { testTiming } from "../support/secret-timing";
import type { Fault } from "../support/loopback-server";
import { awsEnvironment, awsError, type SecretsManager, secretsManager } from "../support/secrets-manager";
import { type Vault, vault, vaultEnvironment, vaultError } from "../support/vault";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);
const CANARY = "value-canary-4711";

let aws: SecretsManager;
let kv: Vault;

beforeAll(async () => {
  aws = await secretsManager();
  kv = await vault();
});

afterAll(() => Promise.all([aws.close(), kv.close()]));

const part = fc.stringMatching(/^[a-z0-9_-]{1,10}$/);
/** What a store may do instead of giving a value, in ways that its server can have. */
const faults: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom<Fault>("reset", { status: 200, body: `{"SecretString": "${CANARY}` }, { status: 200, body: `"${CANARY}"` }, { status: 200, body: "" }, { status: 204 }),
  fc.constantFrom("AccessDeniedException", "ExpiredTokenException", "ThrottlingException", "DecryptionFailure", "InvalidRequestException").map((type) => awsError(type, `about ${type}`)),
  fc.constantFrom(400, 401, 403, 404, 405, 412, 429, 500, 502, 503).chain((status) => fc.constantFrom<Fault>({ status, body: `<html>${CANARY}</html>` }, { status, body: `{"data":"${CANARY}"}` }, vaultError(status, "denied"))),
);

test("P39: a reference that can't be read fails with an error that names it, gives a way out, and holds no value", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("aws-sm", "vault"), part, part, fc.option(faults, { nil: undefined }), async (backend, name, key, fault) => {
      const server = backend === "aws-sm" ? aws : kv;
      server.faults.splice(0, server.faults.length, ...(fault === undefined ? [] : Array<Fault>(8).fill(fault)));
      const secrets = openSecrets({ env: { ...awsEnvironment(aws), ...vaultEnvironment(kv) }, nestRoot: "/none", timing: testTiming() });
      const reference = `${backend}://${backend === "vault" ? "secret/" : ""}${name}/${key}`;
      const error: unknown = await secrets.read(reference).then(
        (value) => ({ value }),
        (reason: unknown) => reason,
      );
      await secrets.close();
      if (!isSecretError(error)) throw error;
      expect(error.message).toContain(reference);
      expect(error.hint).not.toBe("");
      expect(error.hint).toBeDefined();
      expect(JSON.stringify(error, [...Object.getOwnPropertyNames(error), "cause"])).not.toContain("canary");
    }),
    { numRuns },
  );
});

test("P39: text that is no reference fails, and is not repeated", async () => {
  const secrets = openSecrets({ env: {}, nestRoot: "/none", timing: testTiming() });
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 12, unit: "grapheme" }), async (text) => {
      const error: unknown = await secrets.read(text).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "SECRET_REFERENCE" });
      expect(String(error)).not.toContain(text);
    }),
    { numRuns },
  );
});
