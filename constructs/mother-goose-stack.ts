import type { UglyFoxProps } from "../src/vocabulary/types";
import { type Construct, TerraformOutput, TerraformStack } from "./cdktf";
import { checkedMotherGoose } from "./checked-services";
import { findCloud } from "./clouds/find-cloud";
import { MotherGoose, type MotherGooseProps } from "./mother-goose";
import { UglyFoxPolicy } from "./uglyfox-policy";
import { addStackSettings, type StackSettings } from "./unit-stack";

/** MotherGoose, its policy, and settings of its stack. */
export interface MotherGooseStackProps extends StackSettings {
  readonly motherGoose: MotherGooseProps;
  /** Default: no policy. */
  readonly uglyFox?: UglyFoxProps;
}

/**
 * The stack that `gosling synth` makes for MotherGoose.
 *
 * Children: `Default` (`MotherGoose`), `uglyfox` (`UglyFoxPolicy`), `backend`, `engine`, the cloud's provider, and
 * the outputs `url`, `queue` and `state_bucket`.
 *
 * @throws GoslingError as MotherGoose and UglyFoxPolicy
 */
export class MotherGooseStack extends TerraformStack {
  readonly motherGoose: MotherGoose;
  readonly uglyFox?: UglyFoxPolicy;

  constructor(scope: Construct, id: string, { motherGoose, uglyFox, ...settings }: MotherGooseStackProps) {
    super(scope, id);
    addStackSettings(this, id, settings);
    const { stateBucket: _, ...props } = motherGoose;
    const { cloud } = checkedMotherGoose(this.node.path, props);
    if (cloud.provider !== "local") findCloud(cloud.provider).provider?.make(this, { cloud });
    // "Default" leaves no trace in the names of resources.
    this.motherGoose = new MotherGoose(this, "Default", motherGoose);
    if (uglyFox) this.uglyFox = new UglyFoxPolicy(this, "uglyfox", { ...uglyFox, motherGoose: this.motherGoose });
    new TerraformOutput(this, "url", { value: this.motherGoose.url, description: "Address of the API." });
    new TerraformOutput(this, "queue", { value: this.motherGoose.queueUrl, description: "Queue of the workers." });
    new TerraformOutput(this, "state_bucket", { value: this.motherGoose.stateBucketName, description: "Bucket with the engine's states." });
  }
}
