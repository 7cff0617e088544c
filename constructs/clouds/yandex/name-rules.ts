import type { NameRule } from "../../names";

/** Services that share one rule: lower-case letters, digits and `-`, a letter first, at most 63 characters. */
const COMMON = { limit: 63, forbidden: /[^a-z0-9-]/, lowerCase: true };

/**
 * Most characters of a runner's id on Yandex Cloud: a machine's name holds it, and has 63.
 */
export const RUNNER_ID_LIMIT = 16;

/** What each service of Yandex Cloud allows in a name (November 2026, from its API reference). */
export const NAME_RULES = {
  /** IAM, ServiceAccountService.Create. */
  serviceAccount: COMMON,
  /** VPC, SecurityGroupService.Create (which allows more). */
  securityGroup: COMMON,
  /** Cloud Logging, LogGroupService.Create. */
  logGroup: COMMON,
  /** KMS, SymmetricKeyService.Create (which allows 100, and any character). */
  key: COMMON,
  /** Compute, InstanceService.Create; behind it comes `-` and the runner's id. */
  machine: { ...COMMON, limit: COMMON.limit - 1 - RUNNER_ID_LIMIT },
  /** Serverless Containers, ContainerService.Create. */
  container: COMMON,
  /** Cloud Functions, TriggerService.Create. */
  trigger: COMMON,
  /** Message Queue, CreateQueue. */
  queue: { limit: 80, forbidden: /[^A-Za-z0-9_-]/ },
} as const satisfies Readonly<Record<string, NameRule>>;
