import fc from "fast-check";
import { copyFileSync, existsSync, mkdirSync, truncateSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { openSqliteStore } from "../../src/store";
import type { DeploymentEntry } from "../../src/store/deployment";
import { describeWithMoto } from "../support/moto";
import { seenBy, steps, take } from "../support/store-steps";
import { gitlabServers, s3Server, sqlitePlace, type S3Server, type StorePlace } from "../support/stores";

jest.setTimeout(180_000);
const numRuns = Number(process.env["FC_RUNS"] ?? 100);

test("P31: a file of this machine, wherever between two bytes its writer was killed", async () => {
  await fc.assert(
    fc.asyncProperty(steps(5), fc.double({ min: 0, max: 1, noNaN: true }), async (all, cut) => {
      const place = sqlitePlace();
      const store = place.open();
      const states: (readonly DeploymentEntry[])[] = [[]];
      for (const step of all) {
        const { after, write } = take(step, states.at(-1) ?? []);
        await write(store);
        states.push(after);
      }
      // What the writer had written when it was killed, and the same with its last bytes missing.
      for (const kept of [1, cut]) {
        const copy = sqlitePlace().path;
        mkdirSync(dirname(copy));
        for (const suffix of ["", "-wal"]) if (existsSync(place.path + suffix)) copyFileSync(place.path + suffix, copy + suffix);
        if (existsSync(`${copy}-wal`)) truncateSync(`${copy}-wal`, Math.floor(statSync(`${copy}-wal`).size * kept));
        const again = openSqliteStore(copy);
        const seen = await seenBy(again);
        if (kept === 1) expect(seen).toEqual(states.at(-1));
        else expect(states).toContainEqual(seen);
        await again.close();
      }
      await store.close();
    }),
    { numRuns },
  );
});

/** Each step by another process, some of which write an index when they end, and some of which are killed before. */
async function survives(place: StorePlace, all: Parameters<typeof take>[0][], killed: readonly boolean[]): Promise<void> {
  let entries: readonly DeploymentEntry[] = [];
  for (const [index, step] of all.entries()) {
    const store = place.open({ indexEvery: 2 });
    if (index % 2 === 0) await store.current();
    const { after, write } = take(step, entries);
    await write(store);
    entries = after;
    if (!killed[index]) await store.close();
  }
  const reader = place.open();
  expect(await seenBy(reader)).toEqual(entries);
  await reader.close();
}

const fates = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 });

describe("P31: objects, with and without the index that a process would have left", () => {
  const gitlab = gitlabServers();
  afterAll(() => gitlab.close());

  test("P31: in GitLab's package registry", async () => {
    await fc.assert(
      fc.asyncProperty(steps(5), fates, fc.boolean(), async (all, killed, duplicates) => survives(await gitlab.place({ duplicates }), all, killed)),
      { numRuns },
    );
  });
});

describeWithMoto("P31: objects in a bucket", () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await s3Server();
  }, 30_000);
  afterAll(() => s3.close());

  test("P31: with and without the index that a process would have left", async () => {
    await fc.assert(
      // What differs from GitLab are names and conditions, not what a state is.
      fc.asyncProperty(steps(5), fates, async (all, killed) => survives(await s3.place(), all, killed)),
      { numRuns: Math.ceil(numRuns / 25) },
    );
  });
});
