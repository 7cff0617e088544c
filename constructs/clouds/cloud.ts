import type { RunnerConfiguration } from "../../src/vocabulary/runner-configuration";
import type { CloudValues, ResourcesValues } from "../../src/vocabulary/types";
import type { ApexNadirPool } from "../apex-nadir-pool";
import type { Construct } from "../cdktf";

/** What a cloud is told of an Egg, a bucket or a Job: checked, with all defaults. */
export interface UnitSpecification {
  /** What each runner is told; its `egg` names the unit. */
  readonly configuration: RunnerConfiguration;
  readonly cloud: CloudValues;
  readonly resources: ResourcesValues;
  /** AWS: what runs serverless runners. Default: `fargate`. */
  readonly serverlessEngine?: "fargate" | "lambda";
  /** Earlier name of the unit: its runners go on with the secrets that follow from that name. */
  readonly renamedFrom?: string;
}

/** The most runners that a unit may have. */
export interface UnitLimits {
  readonly apex: { readonly maxCount: number };
  readonly nadir: { readonly maxCount: number };
}

/** The clouds that this version makes runners in. */
export const SUPPORTED_CLOUDS: readonly CloudValues["provider"][] = ["local", "aws", "yandex"];

/** What a cloud can do for a construct. Each makes its resources as children of `scope`. */
export interface Cloud {
  readonly name: CloudValues["provider"];
  /**
   * One machine, or process, for each runner of the pool; those that are on run. What all machines of a
   * unit share is made where `shard` is 1 and handed over (`outputs.shared`); a later shard takes it as
   * the variable `shared`.
   */
  makeMachines(scope: Construct, unit: UnitSpecification, pool: ApexNadirPool, shard: number): RunnerResources;
  /** All that is needed to start a runner for one job; nothing runs meanwhile. */
  makeServerless(scope: Construct, unit: UnitSpecification, limits: UnitLimits): RunnerResources;
  /** The engine's provider, for a stack of our own. Absent: the cloud needs none. */
  readonly provider?: CloudProvider;
}

/** The engine's provider of a cloud. */
export interface CloudProvider {
  /** Its name in the engine's configuration: `aws`. */
  readonly name: string;
  /** Makes it, for what stands in this cloud. */
  make(scope: Construct, unit: Pick<UnitSpecification, "cloud">): void;
  /** The line that a program of a user's own lacks. */
  line(unit: Pick<UnitSpecification, "cloud">): string;
}

/** What others may refer to. */
export interface RunnerResources {
  /** Expression: a map of the machines that exist: id → `{ egg, revision }`, the unit and the revision that each was made with. Absent for serverless ones. */
  readonly runners?: string;
  /** What a stack of our own tells after an apply: name → value and what it is. */
  readonly outputs?: Readonly<Record<string, { readonly value: string; readonly description: string }>>;
  readonly attributes?: RunnerAttributes;
  /** Serverless: makes the child `id`, which lets somebody start runners. AWS: name of a role, Yandex: id of a service account. */
  readonly grantStart?: (id: string, grantee: string) => void;
}

/** What a program of a user's own may refer to; each is an expression in `${}`. */
export interface RunnerAttributes {
  /** AWS: ARN of the role that jobs have. */
  readonly roleArn?: string;
  /** Yandex: id of the service account that jobs have. */
  readonly serviceAccountId?: string;
  /** Security group of the machines or containers. It lets everything out and nothing in. */
  readonly securityGroupId?: string;
  /** Name (Yandex: id) of the group that the runners' logs go to. */
  readonly logGroupName?: string;
  /** Serverless: URL of the queue; one message starts one runner. */
  readonly queueUrl?: string;
  /** Serverless: ARN of that queue. */
  readonly queueArn?: string;
}
