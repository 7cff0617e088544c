import type { RunnerConfiguration } from "../src/vocabulary/runner-configuration";
import { ApexNadirPool, type IApexNadirPool } from "./apex-nadir-pool";
import { Construct } from "./cdktf";
import type { RunnerResources, UnitSpecification } from "./clouds/cloud";
import { findCloud } from "./clouds/find-cloud";

/** The most runners that a unit may have. */
export interface UnitLimits {
  readonly apex: { readonly maxCount: number };
  readonly nadir: { readonly maxCount: number };
}

/** A unit (an Egg, a bucket or a Job) that has been checked, and which of its stacks this is. */
export interface RunnerUnitProps {
  readonly unit: UnitSpecification;
  readonly limits: UnitLimits;
  /** From 1. */
  readonly shard: number;
}

/** What others may use of an Egg's or a bucket's runners. */
export interface IRunnerUnit {
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

  constructor(scope: Construct, id: string, { unit, limits, shard }: RunnerUnitProps) {
    super(scope, id);
    const cloud = findCloud(unit.cloud.provider);
    this.name = unit.configuration.egg;
    this.configuration = unit.configuration;
    this.revision = unit.configuration.revision;
    let made: RunnerResources;
    if (unit.configuration.type === "vm") {
      // "Default" leaves no trace in the names of resources: an Egg's stack has a variable "runners".
      this.pool = new ApexNadirPool(this, "Default", { egg: this.name, ...limits, shard });
      made = cloud.makeMachines(this, unit, this.pool);
    } else {
      made = cloud.makeServerless(this, unit);
    }
    if (made.runners !== undefined) this.runners = made.runners;
  }
}
