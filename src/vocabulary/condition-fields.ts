/** Type of an operand in a policy condition. `values` of an enum are all that it can be. */
export type ConditionType =
  | { readonly kind: "boolean" }
  | { readonly kind: "number" }
  | { readonly kind: "duration" }
  | { readonly kind: "string" }
  /** A version such as `'17.5.0'`; ordered by its numbers. */
  | { readonly kind: "version" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly of: ConditionType | undefined };

export interface ConditionField {
  readonly type: ConditionType;
  readonly description: string;
}

/** What a policy may ask about a runner. */
export const CONDITION_FIELDS: Readonly<Record<string, ConditionField>> = {
  state: { type: { kind: "enum", values: ["apex", "nadir", "provisioning", "failed"] }, description: "Where the runner is in its life." },
  status: { type: { kind: "enum", values: ["idle", "busy", "offline", "starting"] }, description: "What its agent does." },
  type: { type: { kind: "enum", values: ["vm", "serverless"] }, description: "What it is." },
  egg: { type: { kind: "string" }, description: "Name of its Egg, bucket or Job." },
  cloud: { type: { kind: "enum", values: ["aws", "yandex", "local"] }, description: "Where it runs." },
  tags: { type: { kind: "list", of: { kind: "string" } }, description: "Its GitLab tags; ask with `'docker' IN tags`." },
  age: { type: { kind: "duration" }, description: "Time since it was made." },
  idle_time: { type: { kind: "duration" }, description: "Time since its last job ended." },
  uptime: { type: { kind: "duration" }, description: "Time since it was switched on." },
  since_heartbeat: { type: { kind: "duration" }, description: "Time since it last reported." },
  failed_count: { type: { kind: "number" }, description: "Failures in a row." },
  job_count: { type: { kind: "number" }, description: "Jobs that it has run." },
  cpu: { type: { kind: "number" }, description: "Load of its processors, in percent." },
  memory: { type: { kind: "number" }, description: "Memory in use, in percent." },
  disk: { type: { kind: "number" }, description: "Disk in use, in percent." },
  agent_version: { type: { kind: "version" }, description: "Version of its gitlab-runner." },
  config_stale: { type: { kind: "boolean" }, description: "Whether its Egg's configuration is newer than what it was made with." },
  preemptible: { type: { kind: "boolean" }, description: "Whether the cloud may take it back." },
};

/** The field of that name, if there is one. */
export function conditionField(name: string): ConditionField | undefined {
  return Object.hasOwn(CONDITION_FIELDS, name) ? CONDITION_FIELDS[name] : undefined;
}

export function describeConditionType(type: ConditionType): string {
  switch (type.kind) {
    case "enum":
      return `one of ${type.values.map((value) => `'${value}'`).join(", ")}`;
    case "list":
      return "a list";
    default:
      return `a ${type.kind}`;
  }
}
