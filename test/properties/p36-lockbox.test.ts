import fc from "fast-check";
import { secretResolver } from "../../src/secrets";
import { lockboxStore } from "../../src/secrets/lockbox-store";
import { formatSecretReference } from "../../src/vocabulary/secret";
import { type YandexCloud, yandexCloud } from "../../src/yandex";
import { startYandexServer, type YandexServer } from "../support/yandex-server";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

let server: YandexServer;
let cloud: YandexCloud;

beforeAll(async () => {
  server = await startYandexServer();
  server.tokens.add("t1.good.token");
  cloud = yandexCloud({ ...server.env, YC_TOKEN: "t1.good.token", YC_FOLDER_ID: "folder-1" });
});

afterAll(async () => {
  cloud.close();
  await server.close();
});

const part = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,8}$/);
const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const key = fc.stringMatching(/^[-_.\\@0-9a-zA-Z]{1,20}$/);
const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const value = fc.oneof(text, text.map((each) => Buffer.from(each, "utf8")));
const version = fc.dictionary(key, value, { minKeys: 1, maxKeys: 4, noNullPrototype: true });
const secrets = fc.uniqueArray(fc.record({ name, versions: fc.array(version, { minLength: 1, maxLength: 3 }) }), { minLength: 1, maxLength: 4, selector: (each) => each.name });
const choice = fc.nat();

test("P36: of all secrets in Lockbox the right one's right entry is fetched, of the right version, by name and by id", async () => {
  await fc.assert(
    fc.asyncProperty(secrets, choice, choice, choice, async (all, ...choices) => {
      server.secrets.length = 0;
      for (const { name, versions } of all) {
        // The same name in another folder is another secret.
        server.addSecret(name, Object.fromEntries(Object.keys(versions[0] ?? {}).map((each) => [each, "of another folder"])), "folder-2");
        const secret = server.addSecret(name, versions[0] ?? {});
        for (const entries of versions.slice(1)) server.addVersion(secret, entries);
      }
      const ours = server.secrets.filter(({ folderId }) => folderId === "folder-1");
      const secret = chosen(ours, choices[0]);
      const { id, entries } = chosen(secret.versions, choices[1]);
      const [key, expected] = chosen([...entries], choices[2]);
      const resolve = secretResolver([lockboxStore({ cloud })]);
      for (const name of [secret.name, secret.id]) {
        await expect(resolve(formatSecretReference({ backend: "yc-lockbox", name, key, version: id }))).resolves.toBe(expected.toString());
        const current = secret.versions.at(-1)?.entries.get(key);
        const reading = resolve(formatSecretReference({ backend: "yc-lockbox", name, key }));
        await (current === undefined ? expect(reading).rejects.toMatchObject({ code: "SECRET_KEY" }) : expect(reading).resolves.toBe(current.toString()));
      }
    }),
    { numRuns },
  );
});

function chosen<T>(all: readonly T[], choice = 0): T {
  return all[choice % all.length] as T;
}
