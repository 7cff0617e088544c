import { type Construct, LocalBackend, TerraformOutput, TerraformStack } from "./cdktf";
import { EngineRequirement, OLDEST_ENGINE } from "./engine-requirement";
import { findCloud } from "./clouds/find-cloud";
import { RunnerUnit, type RunnerUnitProps } from "./runner-unit";

/** What belongs to the stack itself and not to its runners. */
export interface StackSettings {
  /** Version of the engine that applies the stack, exactly. Default: any that is new enough. */
  readonly engineVersion?: string;
  /**
   * File of the engine's state, relative to the folder that the engine runs in.
   * Default: `../../../.gosling/state/STACK.tfstate`, the Nest's for a stack in `gosling.out/stacks/STACK`.
   */
  readonly statePath?: string;
}

/** A checked unit, and its stack's own settings. */
export interface UnitStackProps extends RunnerUnitProps, StackSettings {}

/**
 * One stack of an Egg, a bucket or a Job, with a state and a lock of its own. A unit that may have more
 * than 100 runners has several, one for each shard.
 *
 * Children: `Default` (the runners), `backend`, `engine`, the cloud's provider (`aws`), the outputs `revision`
 * and, for `vm`, `machines`, and those of the cloud.
 */
export class UnitStack extends TerraformStack {
  readonly unit: RunnerUnit;

  constructor(scope: Construct, id: string, props: UnitStackProps) {
    super(scope, id);
    // Always set: the library's default writes an absolute path into the stack.
    new LocalBackend(this, { path: props.statePath ?? `../../../.gosling/state/${id}.tfstate` });
    new EngineRequirement(this, "engine", props.engineVersion ?? OLDEST_ENGINE);
    findCloud(props.unit.cloud.provider).provider?.make(this, props.unit);
    this.unit = new RunnerUnit(this, "Default", props);
    new TerraformOutput(this, "revision", { value: this.unit.revision, description: "Revision of the configuration that new runners are made with." });
    if (this.unit.runners !== undefined) {
      new TerraformOutput(this, "machines", { value: `\${${this.unit.runners}}`, description: "The runners of this stack: id => the unit and the revision that each was made with." });
    }
    for (const [name, output] of Object.entries(this.unit.outputs)) new TerraformOutput(this, name, output);
  }
}
