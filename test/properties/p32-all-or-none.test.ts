import fc from "fast-check";
import Sqlite from "libsql";
import type { DeploymentEntry } from "../../src/store/deployment";
import { seenBy, steps, take } from "../support/store-steps";
import { gitlabServers, sqlitePlace } from "../support/stores";

jest.setTimeout(180_000);
const numRuns = Number(process.env["FC_RUNS"] ?? 100);

test("P32: a write to a file of this machine that fails half-way has done nothing, and can be done again", async () => {
  await fc.assert(
    fc.asyncProperty(steps(4), fc.array(fc.constantFrom(undefined, "INSERT ON configurations", "INSERT ON deployments", "INSERT ON units", "UPDATE ON units", "INSERT ON ends")), async (all, faults) => {
      const place = sqlitePlace();
      const store = place.open();
      await store.begin((take({ unit: "first", kind: "deploy" }, []).after[0] as DeploymentEntry), new Map());
      const other = new Sqlite(place.path, { timeout: 5000 });
      other.exec("PRAGMA synchronous = OFF");
      let entries = await seenBy(store);
      for (const [index, step] of all.entries()) {
        const { after, write } = take(step, entries);
        const fault = faults[index];
        if (fault !== undefined) {
          other.exec(`CREATE TRIGGER fault AFTER ${fault} BEGIN SELECT RAISE(ABORT, 'no more'); END`);
          const outcome = await write(store).then(
            () => "done",
            (error: Error) => error.message,
          );
          other.exec("DROP TRIGGER fault");
          expect(await seenBy(store)).toEqual(outcome === "done" ? after : entries);
          expect(outcome).toMatch(/^(done|no more)$/);
          if (outcome === "done") {
            entries = after;
            continue;
          }
          expect(await store.configuration(after.at(-1)?.id.slice(-8) ?? "")).toBe(step.end !== undefined && after.length === entries.length ? "text" : undefined);
        }
        await write(store);
        entries = after;
        expect(await seenBy(store)).toEqual(entries);
      }
      other.close();
      await store.close();
    }),
    { numRuns },
  );
});

describe("P32: a write to a server that is gone in the middle of it", () => {
  const gitlab = gitlabServers();
  afterAll(() => gitlab.close());

  test("P32: has been done or has not, for all who look, and the next goes on", async () => {
    await fc.assert(
      fc.asyncProperty(steps(5), fc.array(fc.record({ after: fc.nat(6), how: fc.constantFrom("drop" as const, "drop after" as const, 503, 429) }), { minLength: 5, maxLength: 5 }), fc.boolean(), async (all, faults, duplicates) => {
        const place = await gitlab.place({ duplicates });
        let entries: readonly DeploymentEntry[] = [];
        for (const [index, step] of all.entries()) {
          const store = place.open({ indexEvery: 2 });
          const { after, write } = take(step, entries);
          const { after: requests, how } = faults[index] as (typeof faults)[number];
          let asked = 0;
          place.packages.fault = () => (asked++ >= requests ? how : undefined);
          const failed = await write(store).then(
            () => false,
            () => true,
          );
          place.packages.fault = undefined;
          await store.close();
          const reader = place.open();
          const seen = await seenBy(reader);
          await reader.close();
          if (failed) expect([entries, after]).toContainEqual(seen);
          else expect(seen).toEqual(after);
          entries = seen;
        }
      }),
      { numRuns },
    );
  });
});
