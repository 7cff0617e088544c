/** A project or a group, by its number. */
export interface Owner {
  readonly kind: "project" | "group";
  readonly id: number;
}

export function describeOwner({ kind, id }: Owner): string {
  return `${kind} ${id}`;
}

export interface TokenFacts {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Neither expired nor revoked. */
  readonly active: boolean;
  /** `2027-01-31`; absent: never. */
  readonly expiresOn?: string;
}

/** What a runner registration is. Names as GitLab has them. */
export interface RunnerAttributes {
  readonly description: string;
  readonly paused: boolean;
  readonly tagList: string[];
  readonly runUntagged: boolean;
  readonly locked: boolean;
  /** `ref_protected`: only jobs of protected branches and tags. */
  readonly accessLevel: "not_protected" | "ref_protected";
  /** Longest job, in seconds; GitLab takes 600 and more. */
  readonly maximumTimeout: number;
  readonly maintenanceNote: string;
}

export interface RunnerDetails extends Omit<RunnerAttributes, "maximumTimeout"> {
  readonly id: number;
  readonly type: "instance_type" | "group_type" | "project_type";
  /** Groups that it was made for. */
  readonly groupIds: readonly number[];
  /** Absent: the project's own limit holds. */
  readonly maximumTimeout?: number;
}

/** One machine of a runner registration, as GitLab knows it. */
export interface Manager {
  readonly systemId: string;
  /** Offline after 2 hours without a word, stale after 7 days. */
  readonly status: "online" | "offline" | "stale" | "never_contacted";
  /** ISO 8601. GitLab renews it only now and then, up to an hour late. */
  readonly contactedAt?: string;
  /** Whether it runs a job; older servers don't say. */
  readonly jobs?: "active" | "idle";
}

export interface HookEvents {
  readonly pushEvents: boolean;
  readonly mergeRequestsEvents: boolean;
  readonly jobEvents: boolean;
  readonly pipelineEvents: boolean;
  readonly tagPushEvents: boolean;
  readonly issuesEvents: boolean;
  readonly confidentialIssuesEvents: boolean;
  readonly noteEvents: boolean;
  readonly confidentialNoteEvents: boolean;
  readonly wikiPageEvents: boolean;
  readonly deploymentEvents: boolean;
  readonly releasesEvents: boolean;
}

export interface Hook {
  readonly id: number;
  readonly url: string;
  /** Those that are on, as GitLab calls them: `job_events`. */
  readonly events: Readonly<Record<string, true>>;
  readonly sslVerification: boolean;
  /** Absent where the server keeps none (before 17.1). */
  readonly description?: string;
  /** GitLab has switched it off, after too many failures. */
  readonly disabled: boolean;
}

export interface ScheduleAttributes {
  readonly description: string;
  /** Branch; newer servers answer with `refs/heads/BRANCH`. */
  readonly ref: string;
  readonly cron: string;
  readonly cronTimezone: string;
  readonly active: boolean;
}

export interface Schedule extends ScheduleAttributes {
  readonly id: number;
  readonly variables: readonly { readonly key: string; readonly value: string }[];
}

export interface Project {
  readonly id: number;
  /** `group/sub-group/project` */
  readonly path: string;
}

/** A project as its own page has it. */
export interface ProjectDetails extends Project {
  /** `https://gitlab.example.org/group/project` */
  readonly webUrl: string;
}

/** An SSH key that reaches one project's repository, and others that it is enabled for. */
export interface DeployKey {
  readonly id: number;
  readonly title: string;
  /** `ssh-ed25519 AAAA… comment` */
  readonly key: string;
  /** Whether it may push to this project. */
  readonly canPush: boolean;
}
