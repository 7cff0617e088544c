import type { EggProps } from "../src/vocabulary/types";
import type { Construct } from "./cdktf";
import { checkedEgg, type UnitProps } from "./checked-props";
import { type IRunnerUnit, RunnerUnit } from "./runner-unit";

/** An Egg as in Fly, in camelCase, and the names that tell it apart. */
export interface EggRunnerProps extends EggProps, UnitProps {}

/** What others may use of an Egg's runners. */
export type IEggRunner = IRunnerUnit;

/**
 * The runners of one GitLab project or group.
 *
 * On the `local` cloud, children: `Default` (`ApexNadirPool`, with the variable `runners`), `runner` and
 * `process` (`TerraformData`, one instance for each runner and for each that is on); for serverless
 * runners `registration` (`TerraformData`) alone.
 *
 * @throws GoslingError `PROPS` with the messages of Fly's rules; `CLOUD_NOT_SUPPORTED` for a cloud that
 * this version makes no runners in.
 */
export class EggRunner extends RunnerUnit implements IEggRunner {
  constructor(scope: Construct, id: string, props: EggRunnerProps) {
    super(scope, id, checkedEgg([scope.node.path, id].filter(Boolean).join("/"), props));
  }
}
