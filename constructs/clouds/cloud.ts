import type { RunnerConfiguration } from "../../src/vocabulary/runner-configuration";
import type { CloudValues, ResourcesValues } from "../../src/vocabulary/types";
import type { IApexNadirPool } from "../apex-nadir-pool";
import type { Construct } from "../cdktf";

/** What a cloud is told of an Egg, a bucket or a Job: checked, with all defaults. */
export interface UnitSpecification {
  /** What each runner is told; its `egg` names the unit. */
  readonly configuration: RunnerConfiguration;
  readonly cloud: CloudValues;
  readonly resources: ResourcesValues;
}

/** The clouds that this version makes runners in. */
export const SUPPORTED_CLOUDS: readonly CloudValues["provider"][] = ["local"];

/** What a cloud can do for a construct. Each makes its resources as children of `scope`. */
export interface Cloud {
  readonly name: CloudValues["provider"];
  /** One machine, or process, for each runner of the pool; those that are on run. */
  makeMachines(scope: Construct, unit: UnitSpecification, pool: IApexNadirPool): RunnerResources;
  /** All that is needed to start a runner for one job; nothing runs meanwhile. */
  makeServerless(scope: Construct, unit: UnitSpecification): RunnerResources;
}

/** What others may refer to. */
export interface RunnerResources {
  /** Expression: a map of the machines that exist: id → `{ egg, revision }`, the unit and the revision that each was made with. Absent for serverless ones. */
  readonly runners?: string;
}
