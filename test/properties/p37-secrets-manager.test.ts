import fc from "fast-check";
import { openSecrets, type Secrets } from "../../src/secrets";
import { formatSecretReference } from "../../src/vocabulary/secret";
import { testTiming } from "../support/secret-timing";
import { awsEnvironment, type SecretsManager, secretsManager } from "../support/secrets-manager";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

let server: SecretsManager;
let secrets: Secrets;

beforeAll(async () => {
  server = await secretsManager();
  secrets = openSecrets({ env: awsEnvironment(server), nestRoot: "/none", timing: testTiming(), ttlMs: 0 });
});

afterAll(async () => {
  await secrets.close();
  await server.close();
});

const name = fc.array(fc.stringMatching(/^[A-Za-z0-9_+=.@-]{1,8}$/), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const key = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }).filter((text) => !/[\s\p{C}#/]/u.test(text));
const value = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }).filter((text) => !text.includes("\0"));
const entries = fc.uniqueArray(fc.tuple(key, value), { minLength: 1, maxLength: 4, selector: ([each]) => each });

/** Secrets with the keys of each of their versions, oldest first, and one of those values that is asked for. */
const question = fc
  .uniqueArray(fc.record({ name, versions: fc.array(entries, { minLength: 1, maxLength: 3 }) }), { minLength: 1, maxLength: 4, selector: (secret) => secret.name })
  .chain((world) =>
    fc.constantFrom(...world).chain(({ name, versions }) =>
      fc.nat(versions.length - 1).chain((index) => fc.record({ world: fc.constant(world), name: fc.constant(name), version: fc.constantFrom(...namesOf(index, versions.length)), entry: fc.constantFrom(...(versions[index] ?? [])) })),
    ),
  );

test("P37: a reference to Secrets Manager gives the value of that secret, that key and that version", async () => {
  await fc.assert(
    fc.asyncProperty(question, async ({ world, name, version, entry: [key, expected] }) => {
      server.secrets.clear();
      for (const secret of world) secret.versions.forEach((each, index) => server.put(secret.name, JSON.stringify(Object.fromEntries(each)), idOf(index)));
      await expect(secrets.read(formatSecretReference({ backend: "aws-sm", name, key, ...(version !== undefined && { version }) }))).resolves.toBe(expected);
    }),
    { numRuns },
  );
});

test("P37: what is written behind a reference is there, and nothing else changes", async () => {
  await fc.assert(
    fc.asyncProperty(name, entries, key, value, async (name, before, key, written) => {
      server.secrets.clear();
      server.put(name, JSON.stringify(Object.fromEntries(before)));
      await secrets.write(formatSecretReference({ backend: "aws-sm", name, key }), written, { replace: true });
      const current = [...(server.secrets.get(name)?.versions.values() ?? [])].find(({ stages }) => stages.includes("AWSCURRENT"));
      expect(new Map(Object.entries(JSON.parse(current?.text ?? "{}") as object))).toEqual(new Map([...before, [key, written]]));
    }),
    { numRuns },
  );
});

/** All that a version is called by. */
function namesOf(index: number, count: number): readonly (string | undefined)[] {
  if (index === count - 1) return [idOf(index), "AWSCURRENT", undefined];
  return index === count - 2 ? [idOf(index), "AWSPREVIOUS"] : [idOf(index)];
}

function idOf(index: number): string {
  return `00000000-0000-0000-0000-${String(index).padStart(12, "0")}`;
}
