import { localUnitLocks } from "../../src/deploy/lock";
import { folderWith } from "../support/folder";

describe("the lock of a unit on this machine", () => {
  test("is held by one at a time, and may be taken again after it was released", async () => {
    const locks = localUnitLocks({ root: folderWith({}) });
    const lock = await locks.lock("app");
    await expect(locks.lock("app")).rejects.toMatchObject({ code: "DEPLOYMENT_RUNNING", message: expect.stringContaining(`process ${process.pid}`) });
    expect(await locks.holder("app")).toMatchObject({ who: `process ${process.pid}` });
    await locks.lock("other");
    await lock.release();
    expect(await locks.holder("app")).toBeUndefined();
    await (await locks.lock("app")).release();
  });

  test("of a process that has died is taken over", async () => {
    const locks = localUnitLocks({ root: folderWith({ ".gosling/locks/app/process.4.json": JSON.stringify({ pid: 1, startedAt: "before the last boot", launch: "x" }) }) });
    expect(await locks.holder("app")).toBeUndefined();
    await (await locks.lock("app")).release();
  });

  test("of a living process can't be broken: it ends with the process", async () => {
    const locks = localUnitLocks({ root: folderWith({}) });
    const lock = await locks.lock("app");
    await expect(locks.unlock("app")).rejects.toMatchObject({ code: "LOCK_ALIVE", message: expect.stringContaining("is alive") });
    await lock.release();
    expect(await locks.unlock("app")).toBeUndefined();
    await (await locks.lock("app")).release();
  });
});
