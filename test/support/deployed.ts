import { openSqliteStore } from "../../src/store/sqlite-store";
import type { DeploymentRecord } from "../../src/store/deployment";
import { localUnitLocks } from "../../src/deploy/lock";
import type { DeploymentSite } from "../../src/deploy/site";
import { databaseFile } from "../../src/deploy/workspace";

/** A record of a deployment of one Egg on this machine. */
export function deploymentRecord(more: Partial<DeploymentRecord> = {}): DeploymentRecord {
  return {
    format: 1,
    unit: "app",
    kind: "egg",
    cloud: "local",
    location: "",
    runnerType: "vm",
    revision: "r2",
    pool: { apex: { minCount: 0, maxCount: 1 }, nadir: { minCount: 0, maxCount: 0 } },
    stacks: [{ name: more.unit ?? "app", configurationHash: "h1" }],
    runners: {},
    engine: { name: "tofu", version: "1.12.6" },
    at: "2026-01-01T00:00:00.000Z",
    ...more,
  };
}

/** Where the deployments of a Nest on this machine are recorded. */
export function localSite(root: string, { readOnly = false } = {}): DeploymentSite {
  const workspace = { root };
  return { workspace, store: openSqliteStore(databaseFile(workspace), { readOnly }), locks: localUnitLocks(workspace), state: "local" };
}
