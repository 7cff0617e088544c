/** The GitLab API: servers, tokens, runner registrations, webhooks, schedules, discovery. */
export { type Activity, activityOf, askActivities } from "./activity";
export { ADDRESSES_VARIABLE, gitlabAddress } from "./address";
export { type Gitlab, type GitlabOptions, type HookWrite, openGitlab } from "./client";
export { GitlabError, isAbsentOrForbidden } from "./error";
export { fingerprint } from "./fingerprint";
export { type DeployKey, describeOwner, type Hook, type HookEvents, type Manager, type Owner, type Project, type ProjectDetails, type RunnerAttributes, type RunnerDetails, type Schedule, type ScheduleAttributes, type TokenFacts } from "./model";
export { checkToken, missingScopes, type TokenUse } from "./scopes";
