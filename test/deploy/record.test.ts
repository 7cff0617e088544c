import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lockUnit } from "../../src/deploy/lock";
import { beginRecord, type DeploymentRecord, finishRecord, readAllRecords } from "../../src/deploy/record";
import { folderWith } from "../support/folder";

const record = (unit: string): DeploymentRecord => ({
  format: 1, unit, kind: "egg", runnerType: "vm", revision: "r", stacks: [{ name: unit, configurationHash: "h" }],
  runners: {}, engine: { name: "tofu", version: "1.12.6" }, at: "2026-01-01T00:00:00.000Z",
});

describe("the record of a deployment", () => {
  test("is pending until it has succeeded", async () => {
    const workspace = { root: folderWith({}) };
    await beginRecord(workspace, record("app"));
    expect((await readAllRecords(workspace)).get("app")).toEqual({ unit: "app", pending: record("app") });
    await finishRecord(workspace, record("app"));
    expect((await readAllRecords(workspace)).get("app")).toEqual({ unit: "app", applied: record("app") });
  });

  test("that is damaged is an error that names the file and the way out", async () => {
    const workspace = { root: folderWith({}) };
    mkdirSync(join(workspace.root, ".gosling/deployments/app"), { recursive: true });
    writeFileSync(join(workspace.root, ".gosling/deployments/app/applied.json"), "{");
    await expect(readAllRecords(workspace)).rejects.toMatchObject({ code: "RECORD_DAMAGED", message: expect.stringContaining("app/applied.json"), hint: expect.stringContaining("backup") });
  });
});

describe("the lock of a unit", () => {
  test("is held by one at a time, and may be taken again after it was released", async () => {
    const workspace = { root: folderWith({}) };
    const lock = await lockUnit(workspace, "app");
    await expect(lockUnit(workspace, "app")).rejects.toMatchObject({ code: "DEPLOYMENT_RUNNING", message: expect.stringContaining(`process ${process.pid}`) });
    await lockUnit(workspace, "other");
    await lock.release();
    await (await lockUnit(workspace, "app")).release();
  });

  test("of a process that has died is taken over", async () => {
    const workspace = { root: folderWith({ ".gosling/deployments/app/process.4.json": JSON.stringify({ pid: 1, startedAt: "before the last boot", launch: "x" }) }) };
    await (await lockUnit(workspace, "app")).release();
  });
});
