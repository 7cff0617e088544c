import { KMSClient, CreateKeyCommand } from "@aws-sdk/client-kms";
import fc from "fast-check";
import { randomBytes } from "node:crypto";
import { kmsSealing, keySealing, type Sealing } from "../../src/store";
import type { DeploymentEnd } from "../../src/store/deployment";
import { describeWithMoto } from "../support/moto";
import { deployment, gitlabServers, now, record, s3Server, sqlitePlace, type S3Server, type StorePlace } from "../support/stores";

jest.setTimeout(180_000);
const numRuns = Number(process.env["FC_RUNS"] ?? 100);
const newKey = (): string => randomBytes(32).toString("base64");

/** Long enough that it can't stand there by chance. */
const sensitive = fc.stringMatching(/^[a-z0-9]{12,24}$/).map((text) => `sensitive-${text}`);
const secrets = fc.record({ configuration: sensitive, runner: sensitive, other: sensitive, reason: sensitive, note: sensitive });

type Secrets = typeof secrets extends fc.Arbitrary<infer S> ? S : never;

async function recorded(place: StorePlace, sealing: Sealing, { configuration, runner, other, reason, note }: Secrets) {
  const store = place.open({ sealing });
  const runners = (name: string) => ({ [name]: { power: "on", revision: "0a1b2c3d", shard: 1, place: "local" } }) as const;
  const made = deployment("app", "deploy", { record: record("app", "now", { runners: runners(runner) }) });
  const hash = randomBytes(32).toString("hex");
  const end: DeploymentEnd = { result: "succeeded", at: now().toISOString(), reason, notes: [note], runners: runners(other) };
  await store.begin(made, new Map([[hash, configuration]]));
  await store.end("app", made.id, end);
  await store.close();
  return { made, end, hash };
}

async function holds(place: StorePlace, sealing: Sealing, values: Secrets): Promise<void> {
  const { made, end, hash } = await recorded(place, sealing, values);
  const bytes = await place.bytes();
  for (const value of Object.values(values)) {
    const forms = [Buffer.from(value), Buffer.from(Buffer.from(value).toString("base64").slice(4, -4)), Buffer.from(Buffer.from(value).toString("hex"))];
    for (const form of forms) expect(bytes.includes(form)).toBe(false);
  }
  const again = place.open({ sealing });
  expect(await again.find(made.id)).toEqual({ ...made, end });
  expect(await again.configuration(hash)).toBe(values.configuration);
  await again.close();
}

describe("P34: what is sealed is nowhere in clear, and opens to the same again", () => {
  const gitlab = gitlabServers();
  afterAll(() => gitlab.close());

  test("P34: in a file of this machine, with what SQLite puts beside it", async () => {
    const place = sqlitePlace();
    const sealing = keySealing({ key: newKey() });
    await fc.assert(
      fc.asyncProperty(secrets, (values) => holds(place, sealing, values)),
      { numRuns },
    );
  });

  test("P34: in GitLab's package registry", async () => {
    const sealing = keySealing({ key: newKey() });
    await fc.assert(
      fc.asyncProperty(secrets, async (values) => holds(await gitlab.place(), sealing, values)),
      { numRuns },
    );
  });
});

test("P34: another key, and any byte that was changed, is told apart from what was sealed", async () => {
  const sealing = keySealing({ key: newKey() });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.string(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (plain, about, at, change) => {
      const sealed = await sealing.seal(plain, about);
      expect(new Uint8Array(await sealing.open(sealed, about))).toEqual(plain);
      await expect(keySealing({ key: newKey() }).open(sealed, about)).rejects.toMatchObject({ code: "STORE_SEALED" });
      const touched = Buffer.from(sealed);
      touched[at % touched.length] = (touched[at % touched.length] as number) ^ change;
      await expect(sealing.open(touched, about)).rejects.toMatchObject({ code: expect.stringMatching(/^STORE_(SEALED|TAMPERED)$/) });
      await expect(sealing.open(sealed.subarray(0, at % sealed.length), about)).rejects.toMatchObject({ code: expect.stringMatching(/^STORE_(SEALED|TAMPERED)$/) });
      await expect(sealing.open(sealed, `${about}.`)).rejects.toMatchObject({ code: "STORE_TAMPERED" });
    }),
    { numRuns: numRuns * 3 },
  );
});

describeWithMoto("P34: in a bucket", () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await s3Server();
  }, 30_000);
  afterAll(() => s3.close());
  const kmsKey = async (): Promise<string> => {
    const client = new KMSClient(s3.moto);
    const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
    client.destroy();
    return KeyMetadata?.Arn as string;
  };

  test("P34: with the state key", async () => {
    const [place, sealing] = [await s3.place(), keySealing({ key: newKey() })];
    await fc.assert(
      // Each run reads the whole bucket through another process: some are enough where the sealing is the same code.
      fc.asyncProperty(secrets, (values) => holds(place, sealing, values)),
      { numRuns: Math.ceil(numRuns / 20) },
    );
  });

  test("P34: with a key of AWS KMS, which another can't stand in for", async () => {
    const place = await s3.place();
    const key = await kmsKey();
    const sealing = (arn = key) => kmsSealing({ kmsKey: arn, client: s3.moto });
    const values: Secrets = { configuration: "sensitive-configuration", runner: "sensitive-runner", other: "sensitive-other", reason: "sensitive-reason", note: "sensitive-note" };
    await holds(place, sealing(), values);
    const reader = sealing();
    const before = place.open({ sealing: reader });
    const { applied } = await before.currentOf("app");
    await before.close();
    // What it opened with seals what comes next: the wrapped key is the same.
    const entry = await reader.seal(Buffer.from("x"), "x");
    expect(await sealing().open(entry, "x")).toEqual(Buffer.from("x"));
    expect(applied?.runners).toHaveProperty(values.other);
    const other = place.open({ sealing: sealing(await kmsKey()) });
    await expect(other.currentOf("app")).rejects.toMatchObject({ code: expect.stringMatching(/^STORE_(SEALED|DENIED)$/) });
    await other.close();
    const touched = Buffer.from(entry);
    touched[touched.length - 1] = (touched.at(-1) as number) ^ 1;
    await expect(sealing().open(touched, "x")).rejects.toMatchObject({ code: "STORE_TAMPERED" });
    await expect(kmsSealing({ kmsKey: `${key}0`, client: s3.moto }).seal(Buffer.from("x"), "x")).rejects.toMatchObject({ code: "STORE_UNREACHABLE", message: expect.stringContaining(key) });
  });
});
