import { type Construct, type ITerraformDependable, type ITerraformIterator, type LocalExecProvisioner, TerraformResource, type TerraformResourceLifecycle } from "../cdktf";

export interface TerraformDataProps {
  /** Any value; `output` answers it after the apply. */
  readonly input?: unknown;
  /** The resource is replaced when this value changes. */
  readonly triggersReplace?: unknown;
  /** Commands that the engine runs on this machine after creation, or before destruction. */
  readonly provisioners?: readonly LocalExecProvisioner[];
  readonly lifecycle?: TerraformResourceLifecycle;
  /** One instance per element: an expression (`"${var.runners}"`), or an iterator of the engine library. */
  readonly forEach?: string | ITerraformIterator;
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * The engine's built-in `terraform_data` resource. The engine library has a class for it too, which
 * starts `terraform version` each time one is made and fails where there is none; this one starts nothing.
 */
export class TerraformData extends TerraformResource {
  static readonly tfResourceType = "terraform_data";

  private readonly values: Pick<TerraformDataProps, "input" | "triggersReplace">;

  constructor(scope: Construct, id: string, props: TerraformDataProps = {}) {
    super(scope, id, {
      terraformResourceType: TerraformData.tfResourceType,
      terraformGeneratorMetadata: { providerName: "terraform" },
      ...(props.provisioners && { provisioners: [...props.provisioners] }),
      ...(props.lifecycle && { lifecycle: props.lifecycle }),
      ...(props.forEach !== undefined && { forEach: typeof props.forEach === "string" ? iterateOver(props.forEach) : props.forEach }),
      ...(props.dependsOn && { dependsOn: [...props.dependsOn] }),
    });
    this.values = { input: props.input, triggersReplace: props.triggersReplace };
  }

  /** Made by the engine on creation. */
  get id(): string {
    return this.getStringAttribute("id");
  }

  /** What `input` was when the resource was last applied. */
  get output(): { [key: string]: unknown } {
    return this.getAnyMapAttribute("output");
  }

  /** Address of the resource in plans and on the engine's command line: `terraform_data.process`. */
  get address(): string {
    return `${TerraformData.tfResourceType}.${this.friendlyUniqueId}`;
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    return { input: this.values.input, triggers_replace: this.values.triggersReplace };
  }

  protected override synthesizeHclAttributes(): { [name: string]: unknown } {
    const attribute = (value: unknown): unknown => ({ value, isBlock: false, type: "any", storageClassType: "any" });
    return Object.fromEntries(Object.entries(this.synthesizeAttributes()).flatMap(([name, value]) => (value === undefined ? [] : [[name, attribute(value)]])));
  }
}

/** The library wants an iterator object where a plain expression says it all; this method is what it calls. */
function iterateOver(expression: string): ITerraformIterator {
  return { _getForEachExpression: () => expression };
}
