import { GoslingError } from "../src/vocabulary/error";
import type { RunnerConfiguration } from "../src/vocabulary/runner-configuration";
import { atConstruct } from "./at-construct";
import { ApexNadirPool, type IApexNadirPool } from "./apex-nadir-pool";
import { Construct } from "./cdktf";
import type { RunnerAttributes, RunnerResources, UnitLimits, UnitSpecification } from "./clouds/cloud";
import { findCloud } from "./clouds/find-cloud";
import { requireProvider } from "./required-provider";

export type { UnitLimits } from "./clouds/cloud";

/** A unit (an Egg, a bucket or a Job) that has been checked, and which of its stacks this is. */
export interface RunnerUnitProps {
  readonly unit: UnitSpecification;
  readonly limits: UnitLimits;
  /** From 1. */
  readonly shard: number;
}

/** What others may use of an Egg's or a bucket's runners. */
export interface IRunnerUnit extends RunnerAttributes {
  /** Name of the Egg or bucket. */
  readonly name: string;
  /** What each runner that is made from now on is told. It names secrets and holds none. */
  readonly configuration: RunnerConfiguration;
  /** Twelve hex digits: runners of one revision are configured alike. */
  readonly revision: string;
  /** The pools of a `vm` unit; serverless runners have none. */
  readonly pool?: IApexNadirPool;
  /** Expression of the engine's language, without `${}` around it: a map of the machines that exist, id → `{ egg, revision }`. Absent for serverless ones. */
  readonly runners?: string;
  /**
   * Lets somebody start runners by a message to `queueUrl`: makes the child `id` with the permission.
   *
   * @param grantee AWS: name of a role. Yandex Cloud: id of a service account.
   * @throws GoslingError `NOT_STARTED_BY_MESSAGE` for machines and on the local cloud.
   */
  grantStart(id: string, grantee: string): void;
}

/**
 * What EggRunner, EggsBucket and a Job's runner have in common: runners of one configuration in one cloud.
 *
 * Children: `Default` (`ApexNadirPool`, for `vm`), and what the cloud makes; each cloud documents its own.
 */
export class RunnerUnit extends Construct implements IRunnerUnit {
  readonly name: string;
  readonly configuration: RunnerConfiguration;
  readonly revision: string;
  readonly pool?: ApexNadirPool;
  readonly runners?: string;
  readonly roleArn?: string;
  readonly serviceAccountId?: string;
  readonly securityGroupId?: string;
  readonly logGroupName?: string;
  readonly queueUrl?: string;
  readonly queueArn?: string;
  /** What a stack of our own tells after an apply. */
  readonly outputs: NonNullable<RunnerResources["outputs"]>;
  private readonly start: RunnerResources["grantStart"];

  constructor(scope: Construct, id: string, { unit, limits, shard }: RunnerUnitProps) {
    super(scope, id);
    const cloud = findCloud(unit.cloud.provider);
    this.name = unit.configuration.egg;
    this.configuration = unit.configuration;
    this.revision = unit.configuration.revision;
    // "Default" leaves no trace in the names of resources: an Egg's stack has a variable "runners".
    const pool = unit.configuration.type === "vm" ? new ApexNadirPool(this, "Default", { egg: this.name, ...limits, shard }) : undefined;
    if (pool) this.pool = pool;
    const made = atConstruct(this.node.path, () => (pool ? cloud.makeMachines(this, unit, pool, shard) : cloud.makeServerless(this, unit, limits)));
    if (made.runners !== undefined) this.runners = made.runners;
    Object.assign(this, made.attributes);
    this.outputs = made.outputs ?? {};
    this.start = made.grantStart;
    requireProvider(this, cloud.provider, unit, "runners");
  }

  grantStart(id: string, grantee: string): void {
    if (!this.start) throw new GoslingError("NOT_STARTED_BY_MESSAGE", `${this.node.path}: the runners of ${this.name} are not started by a message`, { hint: "Only serverless runners in a cloud have a queue; machines are scaled by the variable runners." });
    this.start(id, grantee);
  }
}
