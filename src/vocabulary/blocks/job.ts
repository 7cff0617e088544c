import type { BlockSpec } from "../schema";
import { cloud, resources } from "./cloud";
import { environment } from "./egg";

/** `job "NAME" { … }` */
export const job: BlockSpec = {
  typeName: "Job",
  description: "A task of the Nest itself, on a schedule, on a runner of its own.",
  labels: ["name"],
  exampleLabel: "nightly",
  attributes: {
    schedule: { type: { kind: "cron" }, description: "When it runs.", required: true, example: '"0 2 * * *"' },
    timezone: { type: { kind: "timezone" }, description: "Time zone of the schedule, an IANA name.", default: "UTC", example: '"UTC"' },
    task: {
      type: { kind: "enum", values: ["rotate-secrets", "update-nest", "update-runner-images", "drift", "prune"] },
      description: "What it does. Exactly one of `task` and `script`.",
      example: '"rotate-secrets"',
    },
    script: { type: { kind: "string" }, description: "Shell script of one's own. Exactly one of `task` and `script`.", example: '"gosling rotate --all"' },
    timeout: { type: { kind: "duration", minSeconds: 1, maxSeconds: 600 }, description: "Longest run, at most 10m.", default: "10m", example: '"10m"' },
    environment: { ...environment.environment, description: "Environment variables of the run. Not for secrets." },
    secrets: environment.secrets,
    enabled: { type: { kind: "bool" }, description: "Whether the schedule is active.", default: true, example: "true" },
  },
  blocks: {
    runner: {
      typeName: "JobRunner",
      description: "The Job's own runner.",
      required: true,
      attributes: {
        type: {
          type: { kind: "enum", values: ["vm", "serverless", "auto"] },
          description: "What the runner is, as in an Egg.",
          default: "auto",
          example: '"auto"',
        },
        tags: {
          type: { kind: "list", of: { kind: "string" }, minItems: 1, unique: true },
          description: "GitLab tags of the runner.",
          default: ["nest"],
          pattern: { regex: /^[^\s,][^,]{0,253}[^\s,]$|^[^\s,]$/, message: "be a tag: 1–255 characters, no comma, no space around it" },
          example: '["nest"]',
        },
      },
      blocks: {},
    },
    cloud: { ...cloud, description: "Where it runs. Without it, where MotherGoose runs; one of the two must be there." },
    resources: {
      ...resources,
      typeName: "JobResources",
      description: "How large the runner is.",
      assumed: true,
      attributes: {
        ...resources.attributes,
        cpu: { type: { kind: "integer", min: 1, unit: "vCPU" }, description: "Virtual processors.", default: 1, example: "1" },
        memory: { type: { kind: "size", unit: "MB", min: 128 }, description: 'Memory in MB, or a size such as "1GiB".', default: 1024, example: "1024" },
        disk: { type: { kind: "size", unit: "GB", min: 1 }, description: 'Disk in GB, or a size such as "10GiB".', default: 10, example: "10" },
      },
    },
    on_failure: {
      typeName: "OnFailure",
      description: "What happens when it fails.",
      attributes: {
        notify: {
          type: { kind: "list", of: { kind: "string" }, minItems: 1, unique: true },
          description: "Mail addresses of those who are told.",
          required: true,
          pattern: { regex: /^[^\s@,;]+@[^\s@,;]+$/, message: "be a mail address" },
          example: '["ops@example.com"]',
        },
      },
      blocks: {},
    },
  },
  exactlyOne: [["task", "script"]],
};
