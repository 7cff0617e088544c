import type { Construct } from "./cdktf";
import { checkedBucket, checkedEgg } from "./checked-props";
import type { EggRunnerProps } from "./egg-runner";
import type { EggsBucketProps } from "./eggs-bucket";
import { type StackSettings, UnitStack } from "./unit-stack";

/** An Egg or a bucket, and settings of its stack. */
export type EggStackProps = StackSettings & ({ readonly egg: EggRunnerProps; readonly bucket?: undefined } | { readonly bucket: EggsBucketProps; readonly egg?: undefined });

/**
 * The stack that `gosling synth` makes for an Egg or a bucket, for a program of one's own. Its runners
 * are scaled by the variable `runners` (see ApexNadirPool). A unit that may have more than 100 runners
 * needs one stack for each hundred, named `NAME`, `NAME.2` and so on, with that `shard` in its props.
 *
 * Children: `Default` (the runners, as in EggRunner), `backend`, `engine`, and the outputs `revision` and,
 * for machines, `machines`.
 *
 * @throws GoslingError as EggRunner
 */
export class EggStack extends UnitStack {
  constructor(scope: Construct, id: string, props: EggStackProps) {
    const path = [scope.node.path, id].filter(Boolean).join("/");
    const unit = props.egg ? checkedEgg(path, props.egg) : checkedBucket(path, props.bucket);
    const engineVersion = props.engineVersion ?? (props.egg ?? props.bucket).tofu?.version;
    super(scope, id, { ...unit, ...(engineVersion !== undefined && { engineVersion }), ...(props.state && { state: props.state }), ...(props.statePath !== undefined && { statePath: props.statePath }) });
  }
}
