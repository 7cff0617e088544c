import type { ExpandedDeployKeySchema, ExpandedHookSchema, ExpandedPipelineScheduleSchema, ExpandedRunnerSchema, PersonalAccessTokenSchema } from "@gitbeaker/core";

/** What exists on a GitLab server of the tests. Tests may look at it and change it. */
export interface GitlabWorld {
  /** The server's clock, in milliseconds since 1970. */
  now: () => number;
  /** Whether groups can have webhooks. */
  premium: boolean;
  /** Servers before 17.1 keep no description of a webhook. */
  hookDescriptions: boolean;
  /** By value. */
  readonly tokens: Map<string, WorldToken>;
  readonly groups: Map<number, WorldGroup>;
  readonly projects: Map<number, WorldProject>;
  readonly runners: Map<number, WorldRunner>;
  readonly hooks: Map<number, WorldHook>;
  readonly schedules: Map<number, WorldSchedule>;
  readonly deployKeys: Map<number, WorldDeployKey>;
  /** A number that nothing has had. */
  nextId(): number;
}

export interface WorldToken extends Pick<PersonalAccessTokenSchema, "id" | "name" | "revoked" | "active"> {
  readonly scopes: readonly string[];
  readonly expires_at?: string;
  /** Role in every project and group. */
  readonly role: "owner" | "developer";
}

export interface WorldGroup {
  readonly id: number;
  readonly path: string;
  readonly parent?: number;
}

export interface WorldProject {
  readonly id: number;
  readonly path: string;
  readonly group?: number;
  archived: boolean;
  /** Groups that it is shared with. */
  readonly sharedWith: readonly number[];
}

export interface WorldManager {
  readonly system_id: string;
  status: "online" | "offline" | "stale" | "never_contacted";
  contacted_at: string | null;
  job_execution_status?: "active" | "idle";
}

export interface WorldRunner {
  readonly schema: ExpandedRunnerSchema & { maintenance_note: string | null };
  readonly owner: { readonly kind: "project" | "group"; readonly id: number };
  token: string;
  readonly managers: WorldManager[];
  /** System ids of machines on which jobs run. */
  readonly running: string[];
}

export interface WorldHook {
  readonly owner: { readonly kind: "project" | "group"; readonly id: number };
  readonly schema: ExpandedHookSchema & { description: string };
  /** What GitLab never shows. */
  token: string;
}

export interface WorldSchedule {
  readonly projectId: number;
  readonly schema: ExpandedPipelineScheduleSchema;
}

export interface WorldDeployKey {
  readonly projectId: number;
  readonly schema: ExpandedDeployKeySchema;
}

export function emptyWorld(): GitlabWorld {
  let last = 1000;
  return { now: Date.now, premium: true, hookDescriptions: true, tokens: new Map(), groups: new Map(), projects: new Map(), runners: new Map(), hooks: new Map(), schedules: new Map(), deployKeys: new Map(), nextId: () => ++last };
}
