/** What was deployed, and locks of what is being deployed: ports, and their implementations by where the state is. */
export type { Deployment, DeploymentEnd, DeploymentEntry, DeploymentKind, DeploymentRecord, PlanSummary, RecordedPool, UnitKind, UnitRecords } from "./deployment";
export { deploymentId } from "./deployment-id";
export type { DeploymentStore, HistoryQuery } from "./deployment-store";
export type { GitlabPlace, GitlabToken } from "./gitlab-http";
export { openGitlabStore, type GitlabStoreOptions } from "./gitlab-store";
export { gitlabUnitLocks, type GitlabUnitLocksOptions } from "./gitlab-unit-locks";
export { kmsSealing, type KmsSealingOptions } from "./kms-sealing";
export type { S3Place } from "./s3-client";
export { openS3Store, type S3StoreOptions } from "./s3-store";
export { s3UnitLocks, type LeaseClock, type S3UnitLocksOptions } from "./s3-unit-locks";
export { keySealing, noSealing, type KeySealingOptions, type Sealing } from "./sealing";
export { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from "./sqlite-store";
export type { LockHolder, UnitLock, UnitLocks } from "./unit-locks";
