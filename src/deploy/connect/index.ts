/** Connecting a Nest with GitLab: runner registrations, webhooks and schedules as the Nest says. */
export { type ConnectedUnit, type Connection, connectNest, type ConnectOptions, type ConnectResult, lookAtGitlab } from "./connect-nest";
export { disconnectUnit, type DisconnectOptions, type LeavingUnit } from "./disconnect";
export { machineActivity, surelyIdleMachines, type UnitRegistrations } from "./machine-activity";
export { pauseRunners } from "./pause";
export type { ResolvePlaced, SecretWriter } from "./secret-writer";
export type { SessionOptions } from "./session";
export { type DisconnectedUnit, type GitlabOptions, type GitlabSettled, planGitlab, settleGitlab } from "./after-deployment";
export type { ConnectStep } from "./step";
export { webhookUrl } from "./wanted";
