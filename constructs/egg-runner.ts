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
 * Children: for machines `Default` (`ApexNadirPool`, with the variable `runners`) and `runner`, with an
 * instance for each runner (`local`: `TerraformData`, AWS: `Instance`, Yandex Cloud: `ComputeInstance`);
 * for serverless runners `queue` (AWS: `SqsQueue`, Yandex Cloud: `MessageQueue`), and `registration`
 * (`TerraformData`) on the `local` cloud. Each cloud's further children are documented with it.
 *
 * @throws GoslingError `PROPS` with the messages of Fly's rules; what the cloud refuses with the
 * construct's path: `NO_INSTANCE_TYPE`, `CONFIGURATION_TOO_LARGE`, `NO_MACHINE_IMAGE`.
 */
export class EggRunner extends RunnerUnit implements IEggRunner {
  constructor(scope: Construct, id: string, props: EggRunnerProps) {
    super(scope, id, checkedEgg([scope.node.path, id].filter(Boolean).join("/"), props));
  }
}
