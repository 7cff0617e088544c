import fc from "fast-check";
import { openSecrets } from "../../src/secrets";
import { testTiming } from "../support/secret-timing";
import { type Vault, vault, vaultEnvironment } from "../support/vault";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

let server: Vault;

beforeAll(async () => {
  server = await vault();
});

afterAll(() => server.close());

const step = fc.oneof(fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 2000 }) }), fc.record({ do: fc.constant("rotate" as const) }), fc.record({ do: fc.constant("read" as const) }));

test("P38: a value is never older than its time to live, and within that time nobody is asked again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1500 }), fc.array(step, { maxLength: 12 }), async (ttlMs, steps) => {
      const timing = testTiming();
      server.secrets.clear();
      let current = 0;
      server.put("secret/app", { key: "value-0" });
      const secrets = openSecrets({ env: vaultEnvironment(server), nestRoot: "/none", timing, ttlMs });
      let fetched: { at: number; value: string } | undefined;
      for (const each of [...steps, { do: "read" as const }]) {
        if (each.do === "wait") timing.advance(each.ms);
        else if (each.do === "rotate") server.put("secret/app", { key: `value-${++current}` });
        else {
          const asked = server.requests.length;
          const fresh = fetched !== undefined && timing.now() < fetched.at + ttlMs;
          if (!fresh) fetched = { at: timing.now(), value: `value-${current}` };
          await expect(secrets.read("vault://secret/app/key")).resolves.toBe(fetched?.value);
          expect(server.requests.length - asked).toBe(fresh ? 0 : 1);
        }
      }
      await secrets.close();
    }),
    { numRuns },
  );
});
