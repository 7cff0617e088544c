import type { DeploymentStore } from "../../src/store";
import { deployment, gitlabServers, now, record, s3Server, sqlitePlace, type S3Server, type StorePlace } from "../support/stores";
import { describeWithMoto, hasMoto } from "../support/moto";

const TEXT = JSON.stringify({ resource: { terraform_data: { runner: { input: "a configuration" } } } });
const HASH = "ab".repeat(32);
const S3 = "S3";
const NONE = new Map<string, string>();

const gitlab = gitlabServers();
let s3: S3Server | undefined;
beforeAll(async () => {
  if (hasMoto) s3 = await s3Server();
}, 30_000);
afterAll(async () => {
  await Promise.all([gitlab.close(), s3?.close()]);
});

const places: readonly (readonly [string, () => Promise<StorePlace>])[] = [
  ["SQLite", async () => sqlitePlace()],
  [S3, async () => (s3 as S3Server).place()],
  ["GitLab's package registry", () => gitlab.place()],
  ["GitLab's package registry without duplicates", () => gitlab.place({ duplicates: false })],
];

for (const [name, newPlace] of places) {
  const describePlace = name === S3 ? describeWithMoto : describe;
  describePlace(`A store in ${name}`, () => {
    let place: StorePlace;
    let store: DeploymentStore;
    beforeEach(async () => {
      place = await newPlace();
      store = place.open();
    });
    afterEach(() => store.close());

    const begun = async (...given: Parameters<typeof deployment>) => {
      const made = deployment(...given);
      await store.begin(made, NONE);
      return made;
    };
    const done = async (...given: Parameters<typeof deployment>) => {
      const made = await begun(...given);
      await store.end(made.unit, made.id, { result: "succeeded", at: now().toISOString() });
      return made;
    };
    /** As a pipeline's next job sees it. */
    const elsewhere = async <T>(work: (other: DeploymentStore) => Promise<T>): Promise<T> => {
      const other = place.open();
      try {
        return await work(other);
      } finally {
        await other.close();
      }
    };

    test("is empty at first", async () => {
      expect(await store.current()).toEqual(new Map());
      expect(await store.currentOf("app")).toEqual({ unit: "app" });
      expect(await store.history({})).toEqual([]);
      expect(await store.find("2026")).toBeUndefined();
      expect(await store.configuration(HASH)).toBeUndefined();
    });

    test("shows what is under way as pending, and then as applied, from anywhere", async () => {
      const first = await begun("app");
      await elsewhere(async (other) => expect(await other.currentOf("app")).toEqual({ unit: "app", pending: first.record }));
      await store.end("app", first.id, { result: "succeeded", at: now().toISOString(), summary: { create: 2, change: 0, replace: 0, destroy: 0 } });
      await elsewhere(async (other) => {
        expect(await other.current()).toEqual(new Map([["app", { unit: "app", applied: first.record }]]));
        expect(await other.currentOf("app")).toEqual({ unit: "app", applied: first.record });
        expect(await other.history({})).toEqual([{ ...first, end: { result: "succeeded", at: now().toISOString(), summary: { create: 2, change: 0, replace: 0, destroy: 0 } } }]);
      });
    });

    test("keeps the last success beside what failed after it, and the runners as they were applied", async () => {
      const first = await begun("app");
      const runners = { r1: { power: "on", revision: "0a1b2c3d", shard: 1, place: "b" } } as const;
      await store.end("app", first.id, { result: "succeeded", at: now().toISOString(), runners, notes: ["no capacity in a"] });
      await done("other");
      for (const result of ["failed", "interrupted"] as const) {
        const next = await begun("app", "deploy", { record: record("app", "later", { revision: result }) });
        await store.end("app", next.id, { result, at: now().toISOString(), reason: "the zone is full" });
        const expected = { unit: "app", applied: { ...first.record, runners }, pending: next.record };
        expect(await store.currentOf("app")).toEqual(expected);
        expect((await store.current()).get("app")).toEqual(expected);
        expect((await store.find(next.id))?.end).toMatchObject({ result, reason: "the zone is full" });
      }
      const last = await done("app", "rollback", { restores: first.id });
      expect(await store.currentOf("app")).toEqual({ unit: "app", applied: last.record });
      expect([...(await store.current()).keys()].sort()).toEqual(["app", "other"]);
    });

    test.each(["destroy", "move"] as const)("forgets a unit after a %s, not before, and until it is deployed again", async (kind) => {
      const first = await done("app");
      const going = await begun("app", kind);
      expect(await store.currentOf("app")).toEqual({ unit: "app", applied: first.record, pending: going.record });
      await store.end("app", going.id, { result: "succeeded", at: now().toISOString() });
      expect(await store.currentOf("app")).toEqual({ unit: "app" });
      expect(await store.current()).toEqual(new Map());
      const again = await begun("app");
      expect(await store.currentOf("app")).toEqual({ unit: "app", pending: again.record });
    });

    test("ends a deployment once, and only one that was begun", async () => {
      const first = await done("app");
      const end = { result: "failed", at: now().toISOString() } as const;
      await expect(store.end("app", first.id, end)).rejects.toMatchObject({ code: "DEPLOYMENT_ENDED" });
      await expect(store.end("app", deployment("app").id, end)).rejects.toMatchObject({ code: "DEPLOYMENT_UNKNOWN" });
      await expect(store.end("other", first.id, end)).rejects.toMatchObject({ code: "DEPLOYMENT_UNKNOWN" });
      expect(await store.currentOf("app")).toEqual({ unit: "app", applied: first.record });
    });

    test("lets nobody begin by what is no longer so", async () => {
      await elsewhere(async (other) => {
        expect(await store.current()).toEqual(await other.current());
        await begun("app");
        await expect(other.begin(deployment("app"), NONE)).rejects.toMatchObject({ code: "DEPLOYMENT_CONFLICT", message: expect.stringContaining("app") });
        await expect(other.begin(deployment("another"), NONE)).resolves.toBeUndefined();
        await other.currentOf("app");
        await other.begin(deployment("app"), NONE);
      });
      expect(await store.history({ unit: "app" })).toHaveLength(2);
    });

    test("lets nobody end what another has gone beyond", async () => {
      const first = await begun("app");
      await elsewhere(async (other) => {
        await other.currentOf("app");
        const next = deployment("app");
        await other.begin(next, NONE);
        await expect(store.end("app", first.id, { result: "succeeded", at: now().toISOString() })).rejects.toMatchObject({ code: "DEPLOYMENT_CONFLICT" });
        expect(await other.currentOf("app")).toEqual({ unit: "app", pending: next.record });
      });
    });

    test("of two that begin at once, at most one goes on, and the next can", async () => {
      const others = [place.open(), place.open()];
      const outcomes = await Promise.allSettled(others.map((other) => other.begin(deployment("app"), NONE)));
      const lost = outcomes.filter((outcome) => outcome.status === "rejected");
      expect(lost.length).toBeGreaterThanOrEqual(name === "SQLite" ? 0 : 1);
      for (const { reason } of lost) expect(reason).toMatchObject({ code: expect.stringMatching(/^(DEPLOYMENT_CONFLICT|CLOCK_BEHIND)$/) });
      expect(await store.history({ unit: "app" })).toHaveLength(2 - lost.length);
      await done("app");
      expect((await store.currentOf("app")).pending).toBeUndefined();
      await Promise.all(others.map((other) => other.close()));
    });

    test("refuses a clock that is behind the last deployment", async () => {
      const early = deployment("app");
      await done("app");
      await expect(store.begin(early, NONE)).rejects.toMatchObject({ code: "CLOCK_BEHIND", hint: expect.stringContaining("clock") });
    });

    test("gives the history newest first, in pages, of all or of one unit", async () => {
      const ids: string[] = [];
      for (const unit of ["app", "app-2", "app", "app-2", "app"]) ids.unshift((await done(unit)).id);
      const idsOf = async (query: Parameters<DeploymentStore["history"]>[0]) => (await store.history(query)).map(({ id }) => id);
      expect(await idsOf({})).toEqual(ids);
      expect(await idsOf({ limit: 2 })).toEqual(ids.slice(0, 2));
      expect(await idsOf({ limit: 2, before: ids[1] as string })).toEqual(ids.slice(2, 4));
      expect(await idsOf({ unit: "app" })).toEqual([ids[0], ids[2], ids[4]]);
      expect(await idsOf({ unit: "app", before: ids[0] as string, limit: 1 })).toEqual([ids[2]]);
      expect(await idsOf({ unit: "nobody" })).toEqual([]);
    });

    test("goes on with the history of what a unit took over, and not with what came there later", async () => {
      const before = [await done("c"), await done("b", "deploy", { takesOver: "c" }), await done("b")];
      await done("c");
      const taken = await done("a", "deploy", { takesOver: "b" });
      await done("b");
      const last = await done("a");
      const expected = [last, taken, ...before.reverse()].map(({ id }) => id);
      expect((await store.history({ unit: "a" })).map(({ id }) => id)).toEqual(expected);
      expect((await store.history({ unit: "a", before: taken.id, limit: 2 })).map(({ id }) => id)).toEqual(expected.slice(2, 4));
    });

    test("finds a deployment by the beginning of its id, where only one has it", async () => {
      const [one, other] = [await done("app"), await done("other")];
      expect((await store.find(one.id))?.unit).toBe("app");
      expect((await store.find(other.id.slice(0, -2)))?.unit).toBe("other");
      await expect(store.find("2026")).rejects.toMatchObject({ code: "DEPLOYMENT_AMBIGUOUS" });
      expect(await store.find("2027")).toBeUndefined();
      expect(await store.find("")).toBeUndefined();
    });

    test("keeps the exact configuration, once", async () => {
      for (const unit of ["app", "other"]) await store.begin(deployment(unit), new Map([[HASH, TEXT.repeat(200)]]));
      expect(await elsewhere((other) => other.configuration(HASH))).toBe(TEXT.repeat(200));
      expect((await place.bytes()).includes("a configuration")).toBe(false);
      expect(await store.configuration("cd".repeat(32))).toBeUndefined();
    });
  });
}
