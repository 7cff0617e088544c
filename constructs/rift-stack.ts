import { type Construct, TerraformOutput, TerraformStack } from "./cdktf";
import { checkedRift } from "./checked-services";
import { findCloud } from "./clouds/find-cloud";
import { RiftCache, type RiftCacheProps } from "./rift-cache";
import { addStackSettings, type StackSettings } from "./unit-stack";

/** A Rift, and settings of its stack. */
export interface RiftStackProps extends StackSettings {
  readonly rift: RiftCacheProps;
}

/**
 * The stack that `gosling synth` makes for a Rift.
 *
 * Children: `Default` (`RiftCache`), `backend`, `engine`, the cloud's provider, and the outputs `host`,
 * `security_group_id`, `bucket` and `secret`.
 *
 * @throws GoslingError as RiftCache
 */
export class RiftStack extends TerraformStack {
  readonly rift: RiftCache;

  constructor(scope: Construct, id: string, { rift, ...settings }: RiftStackProps) {
    super(scope, id);
    addStackSettings(this, id, settings);
    const { registryCredentials: _, ...props } = rift;
    const { cloud } = checkedRift(this.node.path, props);
    if (cloud.provider !== "local") findCloud(cloud.provider).provider?.make(this, { cloud });
    // "Default" leaves no trace in the names of resources.
    this.rift = new RiftCache(this, "Default", rift);
    new TerraformOutput(this, "host", { value: this.rift.host, description: "Name that runners reach the Rift by." });
    new TerraformOutput(this, "security_group_id", { value: this.rift.securityGroupId, description: "Security group of the Rift's machine." });
    new TerraformOutput(this, "bucket", { value: this.rift.bucketName, description: "Bucket for what is rarely asked for." });
    new TerraformOutput(this, "secret", { value: this.rift.secretId, description: "The secret with the Rift's keys, which Gosling fills." });
  }
}
