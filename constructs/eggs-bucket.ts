import type { EggsBucketProps as BucketProps } from "../src/vocabulary/types";
import type { Construct } from "./cdktf";
import { checkedBucket, type UnitProps } from "./checked-props";
import { type IRunnerUnit, RunnerUnit } from "./runner-unit";

/** An eggsbucket as in Fly, in camelCase, and the names that tell it apart. */
export interface EggsBucketProps extends BucketProps, UnitProps {}

/** What others may use of a bucket's runners. */
export type IEggsBucket = IRunnerUnit;

/**
 * Runners that several GitLab projects and groups share, also of several servers: the agent of each
 * serves every repository and takes one job at a time. Children as in EggRunner.
 *
 * @throws GoslingError as EggRunner
 */
export class EggsBucket extends RunnerUnit implements IEggsBucket {
  constructor(scope: Construct, id: string, props: EggsBucketProps) {
    super(scope, id, checkedBucket([scope.node.path, id].filter(Boolean).join("/"), props));
  }
}
