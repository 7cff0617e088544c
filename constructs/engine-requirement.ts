import { type Construct, TerraformElement } from "./cdktf";

/** Oldest engine whose language the stacks use: OpenTofu 1.8, Terraform 1.9. */
export const OLDEST_ENGINE = ">= 1.8.0";

/** Which versions of the engine may apply the stack (`required_version`). */
export class EngineRequirement extends TerraformElement {
  constructor(
    scope: Construct,
    id: string,
    private readonly version: string,
  ) {
    super(scope, id);
  }

  override toTerraform(): { [name: string]: unknown } {
    return { terraform: { required_version: this.version } };
  }

  override toHclTerraform(): { [name: string]: unknown } {
    return this.toTerraform();
  }
}
