import type { BlockSpec } from "../schema";
import { cloud } from "./cloud";

/** `mothergoose { … }`: the webhook, scheduler and API service. */
export const mothergoose: BlockSpec = {
  typeName: "MotherGoose",
  description: "The webhook, scheduler and API service. At most one block in the Nest.",
  attributes: {},
  blocks: {
    cloud: { ...cloud, required: true },
    api: {
      typeName: "Api",
      description: "The service's address.",
      attributes: { domain: { type: { kind: "host" }, description: "Its own domain.", defaultNote: "the address that the cloud gives", example: '"goose.example.com"' } },
      blocks: {},
    },
    service: {
      typeName: "Service",
      description: "The process that answers webhooks and API requests.",
      assumed: true,
      attributes: {
        image: { type: { kind: "string" }, description: "Container image of the service.", defaultNote: "the image of this Gosling version", example: '"registry.example.com/gosling:1"' },
        memory: { type: { kind: "size", unit: "MB", min: 128 }, description: "Memory in MB.", default: 512, example: "512" },
        timeout: { type: { kind: "duration", minSeconds: 1, maxSeconds: 900 }, description: "Longest request, at most 15m.", default: "30s", example: '"30s"' },
        min_instances: { type: { kind: "integer", min: 0 }, description: "Instances that are always there.", default: 0, example: "0" },
        max_instances: { type: { kind: "integer", min: 1 }, description: "At most this many instances.", default: 10, example: "10" },
      },
      blocks: {},
    },
    workers: {
      typeName: "Workers",
      description: "The processes that deploy.",
      assumed: true,
      attributes: {
        memory: { type: { kind: "size", unit: "MB", min: 128 }, description: "Memory in MB.", default: 1024, example: "1024" },
        timeout: { type: { kind: "duration", minSeconds: 1, maxSeconds: 3600 }, description: "Longest deployment, at most 1h.", default: "15m", example: '"15m"' },
        max_instances: { type: { kind: "integer", min: 1 }, description: "At most this many at once.", default: 20, example: "20" },
      },
      blocks: {},
    },
    database: {
      typeName: "Database",
      description: "The service's tables.",
      assumed: true,
      attributes: { deletion_protection: { type: { kind: "bool" }, description: "Whether `destroy` has to leave the tables.", default: true, example: "true" } },
      blocks: {},
    },
    queue: {
      typeName: "Queue",
      description: "The queue between service and workers.",
      assumed: true,
      attributes: {
        visibility_timeout: {
          type: { kind: "duration", minSeconds: 1, maxSeconds: 43_200 },
          description: "How long a message belongs to the worker that took it: at least `workers.timeout`, at most 12h.",
          default: "20m",
          example: '"20m"',
        },
        max_receives: { type: { kind: "integer", min: 1, max: 1000 }, description: "After this many tries a message goes to the dead-letter queue.", default: 5, example: "5" },
        retention: { type: { kind: "duration", minSeconds: 60, maxSeconds: 1_209_600 }, description: "How long messages are kept, at most 14d.", default: "4d", example: '"4d"' },
      },
      blocks: {},
    },
    triggers: {
      typeName: "Triggers",
      description: "What the service does by the clock.",
      assumed: true,
      attributes: {
        git_sync: { type: { kind: "cron" }, description: "When it looks for changes of the Nest.", default: "*/5 * * * *", example: '"*/5 * * * *"' },
        health_check: { type: { kind: "cron" }, description: "When UglyFox looks at the runners.", default: "*/10 * * * *", example: '"*/10 * * * *"' },
      },
      blocks: {},
    },
  },
};
