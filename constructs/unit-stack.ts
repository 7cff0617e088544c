import { type Construct, TerraformOutput, TerraformStack } from "./cdktf";
import { EngineRequirement } from "./engine-requirement";
import { findCloud } from "./clouds/find-cloud";
import { RunnerUnit, type RunnerUnitProps } from "./runner-unit";
import { makeBackend, requiredEngine, type StackState } from "./state-backend";

/** What belongs to the stack itself and not to its runners. */
export interface StackSettings {
  /** Version of the engine that applies the stack, exactly. Default: any that is new enough. */
  readonly engineVersion?: string;
  /** Where the engine's state is kept. Default: a local file, `statePath`. */
  readonly state?: StackState;
  /**
   * File of the engine's local state, relative to the folder that the engine runs in.
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
    addStackSettings(this, id, props);
    findCloud(props.unit.cloud.provider).provider?.make(this, props.unit);
    this.unit = new RunnerUnit(this, "Default", props);
    new TerraformOutput(this, "revision", { value: this.unit.revision, description: "Revision of the configuration that new runners are made with." });
    if (this.unit.runners !== undefined) {
      new TerraformOutput(this, "machines", { value: `\${${this.unit.runners}}`, description: "The runners of this stack: id => the unit and the revision that each was made with." });
    }
    for (const [name, output] of Object.entries(this.unit.outputs)) new TerraformOutput(this, name, output);
  }
}

/** What every stack of ours has. Children: `backend`, `engine`. */
export function addStackSettings(stack: TerraformStack, name: string, { engineVersion, state, statePath }: StackSettings): void {
  const kept = state ?? { kind: "local", ...(statePath !== undefined && { path: statePath }) };
  makeBackend(stack, name, kept, engineVersion);
  new EngineRequirement(stack, "engine", requiredEngine(kept, engineVersion));
}
