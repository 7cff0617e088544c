import { gitlabUnitLocks, s3UnitLocks, type LeaseClock, type UnitLocks } from "../../src/store";
import { eventually } from "../support/eventually";
import { describeWithMoto } from "../support/moto";
import { gitlabServers, s3Server, type S3Server } from "../support/stores";

/** A clock that tests move; what was asked for is done when it has come. */
class TestClock implements LeaseClock {
  private time = Date.parse("2026-11-27T12:00:00.000Z");
  private readonly timers = new Set<{ next: number; readonly ms: number; readonly work: () => void }>();
  now = (): Date => new Date(this.time);
  every = (ms: number, work: () => void): (() => void) => {
    const timer = { next: this.time + ms, ms, work };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  };
  pass(ms: number, awake = true): void {
    this.time += ms;
    for (const timer of this.timers) for (; timer.next <= this.time; timer.next += timer.ms) if (awake) timer.work();
  }
}

let number = 0;
const newId = (): string => `holding-${++number}`;
const MINUTE = 60_000;

function behavesAsALock(places: () => Promise<(who: string) => UnitLocks>): void {
  let by: (who: string) => UnitLocks;
  beforeEach(async () => {
    by = await places();
  });

  test("one holds a unit; the other is told who, since when, and the way out", async () => {
    const held = await by("ada@build-7").lock("app");
    await expect(by("bob@laptop").lock("app")).rejects.toMatchObject({
      code: "DEPLOYMENT_RUNNING",
      message: expect.stringMatching(/works on app \(ada@build-7, since 2026-11-27T1\d:00/),
      hint: expect.stringContaining("gosling state unlock app"),
    });
    await (await by("bob@laptop").lock("other")).release();
    await held.release();
    await held.release();
    await (await by("bob@laptop").lock("app")).release();
  });

  test("of many who want it at once, one gets it", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, (_, index) => by(`job ${index}`).lock("app")));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "DEPLOYMENT_RUNNING" });
  });

  test("tells who holds it, and breaks what was left behind", async () => {
    expect(await by("bob").holder("app")).toBeUndefined();
    expect(await by("bob").unlock("app")).toBeUndefined();
    await by("ada").lock("app");
    expect(await by("bob").holder("app")).toMatchObject({ who: "ada", id: expect.stringMatching(/^holding-\d+$/) });
    expect(await by("bob").unlock("app")).toMatchObject({ who: "ada" });
    expect(await by("bob").holder("app")).toBeUndefined();
    const mine = await by("bob").lock("app");
    expect(await by("carol").holder("app")).toMatchObject({ who: "bob" });
    await mine.release();
  });

  test("whoever held a lock that was broken can't let go the next one's", async () => {
    const lost = await by("ada").lock("app");
    await by("bob").unlock("app");
    await by("bob").lock("app");
    await lost.release();
    expect(await by("carol").holder("app")).toMatchObject({ who: "bob" });
  });
}

describe("Locks in GitLab", () => {
  const gitlab = gitlabServers();
  afterAll(() => gitlab.close());
  behavesAsALock(async () => {
    const { api } = await gitlab.place();
    return (who) => gitlabUnitLocks({ api, project: 7, token: { kind: "job", value: "glpat-test" }, who, newId, now: () => new Date("2026-11-27T10:00:00Z"), sleep: async () => undefined });
  });

  test("a lock is ours where the answer was lost", async () => {
    const { api, packages } = await gitlab.place();
    let asked = 0;
    packages.fault = () => (asked++ === 0 ? "drop after" : undefined);
    const locks = gitlabUnitLocks({ api, project: 7, token: { kind: "private", value: "glpat-test" }, who: "ada", newId, sleep: async () => undefined });
    await (await locks.lock("app")).release();
    expect(await locks.holder("app")).toBeUndefined();
  });
});

describeWithMoto("Locks in S3", () => {
  let s3: S3Server;
  let clock: TestClock;
  let by: (who: string) => UnitLocks;
  beforeAll(async () => {
    s3 = await s3Server();
  }, 30_000);
  afterAll(() => s3.close());
  beforeEach(async () => {
    clock = new TestClock();
    const { bucket } = await s3.place();
    const { region, endpoint, credentials } = s3.moto;
    by = (who) => s3UnitLocks({ bucket, region, endpoint, credentials, who, newId, clock, leaseMs: 6 * MINUTE });
  });
  behavesAsALock(async () => by);

  test("holds as long as its holder renews it", async () => {
    const held = await by("ada").lock("app");
    clock.pass(20 * MINUTE);
    expect(await eventually("the lock is renewed", () => by("bob").holder("app"))).toMatchObject({ who: "ada" });
    await expect(by("bob").lock("app")).rejects.toMatchObject({ code: "DEPLOYMENT_RUNNING" });
    await held.release();
    expect(await by("bob").holder("app")).toBeUndefined();
  });

  test("is taken over by one of many when its holder is gone, who can't have it back", async () => {
    const gone = await by("ada").lock("app");
    clock.pass(6 * MINUTE, false);
    await expect(by("bob").lock("app")).rejects.toMatchObject({ code: "DEPLOYMENT_RUNNING" }); // clocks may differ
    clock.pass(MINUTE, false);
    expect(await by("bob").holder("app")).toBeUndefined();
    const outcomes = await Promise.allSettled(["bob", "carol", "dan"].map((who) => by(who).lock("app")));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const holder = await by("eve").holder("app");
    clock.pass(2 * MINUTE); // the first one wakes up and renews
    await gone.release();
    expect(await by("eve").holder("app")).toEqual(holder);
  });
});
