import type { UglyFoxProps } from "../src/vocabulary/types";
import { atConstruct } from "./at-construct";
import { Construct } from "./cdktf";
import { checkedUglyFox } from "./checked-services";
import { type CompiledPolicy, compilePolicy } from "./compiled-policy";
import type { IMotherGoose } from "./mother-goose";

/** An uglyfox block as in Fly, in camelCase, and the service that goes by it. */
export interface UglyFoxPolicyProps extends UglyFoxProps {
  readonly motherGoose: IMotherGoose;
}

/** What others may use of a policy. */
export interface IUglyFoxPolicy {
  /** The policy as UglyFox evaluates it: durations in seconds, conditions as trees. */
  readonly policy: CompiledPolicy;
}

/**
 * What runners UglyFox removes, moves and keeps: the compiled policy is handed to MotherGoose, and the clock
 * asks it to look at the runners every `pruning.checkInterval` (or a little more often, where the interval does
 * not divide an hour or a day).
 *
 * Children on AWS: `policy` (`SsmParameter`), `uglyfoxGroup`, `uglyfoxRole`, `uglyfoxPolicy`, `uglyfox-check`
 * (`SchedulerSchedule`), `foxerrorsAlarm` and `foxdroppedAlarm` (`CloudwatchMetricAlarm`). On Yandex Cloud: `check`
 * (`FunctionTrigger`), whose timer carries the policy.
 *
 * @throws GoslingError `PROPS` with the messages of Fly's rules; `CONFIGURATION_TOO_LARGE` for more rules than the
 * cloud's parameter holds
 */
export class UglyFoxPolicy extends Construct implements IUglyFoxPolicy {
  readonly policy: CompiledPolicy;

  constructor(scope: Construct, id: string, { motherGoose, ...props }: UglyFoxPolicyProps) {
    super(scope, id);
    this.policy = compilePolicy(motherGoose.nest, checkedUglyFox(this.node.path, { nest: motherGoose.nest, ...props }));
    atConstruct(this.node.path, () => motherGoose.addPolicy(this, this.policy));
  }
}
