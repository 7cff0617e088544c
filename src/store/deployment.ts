import type { RunnerEntry } from "../vocabulary/runner-entry";

/** What is deployed together. */
export type UnitKind = "egg" | "eggsbucket" | "job" | "rift" | "mothergoose";

/** What a unit was deployed as: all that a later deployment has to know of it. */
export interface DeploymentRecord {
  readonly format: 1;
  /** Egg's or bucket's name; `job.NAME` for a Job, `rift.NAME` for a Rift, `service.mothergoose`. */
  readonly unit: string;
  readonly kind: UnitKind;
  readonly cloud: "local" | "aws" | "yandex";
  /** What its provider is bound to: a region of AWS, a folder of Yandex Cloud; empty on this machine. */
  readonly location: string;
  readonly runnerType: "vm" | "serverless";
  /** Revision that new runners were made with. */
  readonly revision: string;
  /** Limits of its pools; zero for what has no machines. */
  readonly pool: RecordedPool;
  /** What its runners serve, with references to secrets: GitLab is asked about them when they go. */
  readonly repositories?: readonly RecordedRepository[];
  /** In the order of their shards. */
  readonly stacks: readonly { readonly name: string; readonly configurationHash: string }[];
  /** The value of the `runners` variable. */
  readonly runners: Readonly<Record<string, RunnerEntry>>;
  /** Egg under whose name a runner was made, where a `renamed_from` took it over. */
  readonly homes?: Readonly<Record<string, string>>;
  /** Unit whose state and machines became this one's with this deployment. */
  readonly takesOver?: string;
  readonly engine: { readonly name: string; readonly version: string };
  /** Start of the deployment, ISO 8601. */
  readonly at: string;
}

export interface RecordedRepository {
  readonly name: string;
  readonly gitlab: { readonly server: string; readonly projectId?: number; readonly groupId?: number; readonly apiToken: string; readonly runnerToken: string; readonly webhookSecret: string };
}

export interface RecordedPool {
  readonly apex: { readonly minCount: number; readonly maxCount: number };
  readonly nadir: { readonly minCount: number; readonly maxCount: number };
}

/**
 * - `deploy`: brought to what the Nest says;
 * - `rollback`: brought back to what an earlier deployment was;
 * - `destroy`: removed;
 * - `move`: taken over under another name (`renamed_from`); what was its own is the other unit's now.
 */
export type DeploymentKind = "deploy" | "rollback" | "destroy" | "move";

/** One deployment of one unit, as it was begun. Never changes. */
export interface Deployment {
  /** Sortable by time and unique: `20261127T133205123Z-9f86d081`. */
  readonly id: string;
  readonly unit: string;
  readonly kind: DeploymentKind;
  /** What the unit is to become; for `destroy` and `move`: what it was. */
  readonly record: DeploymentRecord;
  /** Commit of the Nest's repository; `dirty`: files differed from it. Absent where there is no repository. */
  readonly commit?: { readonly sha: string; readonly dirty: boolean };
  /** Who: a GitLab user in a pipeline, else the user of the machine. */
  readonly by: string;
  /** The pipeline's job that did it. */
  readonly jobUrl?: string;
  /** Unit that this one took over (`renamed_from`): its history goes on here. */
  readonly takesOver?: string;
  /** Deployment whose configuration a rollback brought back. */
  readonly restores?: string;
}

/** Numbers of the engine's resources: to be made, changed in place, made anew, removed. */
export interface PlanSummary {
  readonly create: number;
  readonly change: number;
  readonly replace: number;
  readonly destroy: number;
}

/** How a deployment ended. */
export interface DeploymentEnd {
  readonly result: "succeeded" | "failed" | "interrupted";
  /** ISO 8601. */
  readonly at: string;
  /** What the engine did; for a failure: up to there. */
  readonly summary?: PlanSummary;
  /** Why it failed, without secrets. */
  readonly reason?: string;
  /** What is worth knowing of a success, such as a zone that had no capacity. */
  readonly notes?: readonly string[];
  /** The `runners` as they were applied, where they differ from the record's (another place was tried). */
  readonly runners?: Readonly<Record<string, RunnerEntry>>;
}

/** A deployment with its end; without one it is under way, or whoever did it was killed. */
export interface DeploymentEntry extends Deployment {
  readonly end?: DeploymentEnd;
}

/**
 * A unit's last deployments: `applied` is the last that succeeded; `pending` one that was begun after it and has
 * not succeeded, so that only the engine's state knows what is there.
 */
export interface UnitRecords {
  readonly unit: string;
  readonly applied?: DeploymentRecord;
  readonly pending?: DeploymentRecord;
}
