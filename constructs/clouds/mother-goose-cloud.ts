import { GoslingError } from "../../src/vocabulary/error";
import type { MotherGooseValues } from "../../src/vocabulary/types";
import type { CompiledPolicy } from "../compiled-policy";
import type { Construct } from "../cdktf";

/** What a cloud is told of MotherGoose: checked, with all defaults. */
export interface MotherGooseSpecification {
  readonly nest: string;
  readonly values: MotherGooseValues;
  /** Bucket that holds the engine's states. Absent: MotherGoose's own. */
  readonly stateBucket?: string;
}

/** Unit of MotherGoose's names: no Egg's name holds a dot. */
export const GOOSE_UNIT = "service.mothergoose";

/** Tables of the service, each a word of at most 12 letters. Rows have the keys `pk` and `sk`, and expire at `expires_at` (seconds since 1970) where they have it. */
export const GOOSE_TABLES = ["audit", "demand", "deployments", "eggs", "engines", "inbox", "jobs", "leases", "metrics", "runners", "syncs"] as const;

/** Messages that the clock sends to the service. */
export const GOOSE_MESSAGES = { gitSync: "sync-git", healthCheck: "health-check" } as const;

/** What others may use of MotherGoose; each is an expression in `${}` where it is known after an apply only. */
export interface MotherGooseAttributes {
  /** Address of the API, with scheme. */
  readonly url: string;
  /** Queue of the workers. */
  readonly queueUrl: string;
  /** Bucket that holds the engine's states. */
  readonly stateBucketName: string;
  /** AWS: ARN of the key that encrypts its data; Yandex: the key's id. */
  readonly keyId: string;
  /** AWS: ARN of the role of the API's process. */
  readonly apiRoleArn?: string;
  /** AWS: ARN of the role of the workers. */
  readonly workerRoleArn?: string;
  /** Yandex: id of the service account of the API's process. */
  readonly apiServiceAccountId?: string;
  /** Yandex: id of the service account of the workers. */
  readonly workerServiceAccountId?: string;
  /** AWS: ARN of the topic that alarms go to. */
  readonly alarmTopicArn?: string;
}

export interface MotherGooseResources {
  readonly attributes: MotherGooseAttributes;
  /** Hands a policy over, and has it looked at by the clock. Makes children of `scope`. */
  makePolicy(scope: Construct, policy: CompiledPolicy): void;
  /** Lets an identity (AWS: name of a role; Yandex: id of a service account) send events to the workers. */
  grantSend(id: string, identity: string): void;
}

/** The clouds that this version makes MotherGoose in. */
export const GOOSE_CLOUDS: readonly string[] = ["aws", "yandex"];

/** Makes MotherGoose's resources as children of `scope`. */
export type MakeMotherGoose = (scope: Construct, goose: MotherGooseSpecification) => MotherGooseResources;

/** @throws GoslingError `CLOUD_NOT_SUPPORTED` */
export function noGooseOn(provider: string): GoslingError {
  return new GoslingError("CLOUD_NOT_SUPPORTED", `This version makes no MotherGoose on ${provider}`, { hint: provider === "local" ? "On a machine of your own the service needs no resources." : `It makes it on: ${GOOSE_CLOUDS.join(", ")}.` });
}
