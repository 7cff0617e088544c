import {
  type Construct,
  type FileProvisioner,
  type IResolvable,
  type ITerraformDependable,
  type ITerraformIterator,
  type LocalExecProvisioner,
  type RemoteExecProvisioner,
  type SSHProvisionerConnection,
  type TerraformCount,
  TerraformDataSource,
  TerraformProvider,
  TerraformResource,
  type TerraformResourceLifecycle,
  type WinrmProvisionerConnection,
  ref,
} from "../cdktf";
import { type Fields, toArguments, toHclArguments } from "./fields";
import { type Interpolate, defineReferences, pathText } from "./references";
import { ResolvedWhereDynamic } from "./resolved-where-dynamic";

/** What every data source takes beside its own arguments. */
export interface DataSourceConfig {
  /** How many instances. Not together with `forEach`. */
  readonly count?: number | TerraformCount;
  /** One instance per element: an expression (`"${var.runners}"`), or an iterator of the engine library. */
  readonly forEach?: string | ITerraformIterator;
  readonly dependsOn?: readonly ITerraformDependable[];
  /** Default: the stack's only provider of this name that has no alias. */
  readonly provider?: TerraformProvider;
  readonly lifecycle?: TerraformResourceLifecycle;
}

/** What every resource takes beside its own arguments. */
export interface ResourceConfig extends DataSourceConfig {
  /** Commands that the engine runs after creation, or before destruction. */
  readonly provisioners?: readonly (FileProvisioner | LocalExecProvisioner | RemoteExecProvisioner)[];
  readonly connection?: SSHProvisionerConnection | WinrmProvisionerConnection;
}

/** Which provider a class belongs to. */
export interface ProviderDescription {
  /** Local name in the configuration: `aws`. */
  readonly name: string;
  /** Address in the registry: `hashicorp/aws`. */
  readonly source: string;
  /** Version that the schemas were read from. */
  readonly version: string;
}

/** What the instances of resources and data sources have in common. */
export interface Bound<Attributes> {
  /** Address in plans and expressions: `aws_instance.runner`, `data.aws_ami.image`. */
  readonly terraformAddress: string;
  /**
   * References to one instance of what was made with `forEach` or `count`.
   *
   * @param key An expression without `${}`: `each.key`, `"a"` with its quotes, `0`.
   */
  at(key: string | number): Attributes;
}

type Arguments<Config> = object extends Config ? [scope: Construct, id: string, config?: Config] : [scope: Construct, id: string, config: Config];

export interface ResourceClass<Config, Attributes> {
  new (...args: Arguments<Config>): TerraformResource & Bound<Attributes> & Attributes;
  readonly tfResourceType: string;
}

export interface DataSourceClass<Config, Attributes> {
  new (...args: Arguments<Config>): TerraformDataSource & Bound<Attributes> & Attributes;
  readonly tfResourceType: string;
}

export interface ProviderClass<Config> {
  new (...args: Arguments<Config & ProviderConfig>): TerraformProvider;
  readonly tfResourceType: string;
}

export interface ProviderConfig {
  /** Name of this configuration, where the stack has several of one provider. */
  readonly alias?: string;
  /** Version constraint. Default: the major version that the bindings were made for, from that version on (`~> 6.66`). */
  readonly version?: string;
}

/** The class of a resource type; generated files hold the table. */
export function resourceClass<Config extends ResourceConfig, Attributes>(provider: ProviderDescription, type: string, fields: Fields): ResourceClass<Config, Attributes> {
  class BoundResource extends TerraformResource implements Bound<Attributes> {
    static readonly tfResourceType = type;

    private readonly given: object;

    constructor(...[scope, id, config]: Arguments<Config>) {
      const { count, forEach, dependsOn, provider: ofStack, lifecycle, provisioners, connection, ...given } = config ?? ({} as Config);
      super(scope, id, {
        ...metadata(provider, type),
        ...meta({ count, forEach, dependsOn, provider: ofStack, lifecycle }),
        ...(provisioners && { provisioners: [...provisioners] }),
        ...(connection && { connection }),
      });
      this.given = given;
    }

    get terraformAddress(): string {
      return `${type}.${this.friendlyUniqueId}`;
    }

    at(key: string | number): Attributes {
      return instance(this, fields, key);
    }

    override interpolationForAttribute(attribute: string): IResolvable {
      return interpolate(this, attribute);
    }

    override get terraformMetaArguments(): { [name: string]: unknown } {
      return defined(super.terraformMetaArguments);
    }

    override toTerraform(): unknown {
      return withStaticBody(super.toTerraform() as Synthesized, "resource", type, this.friendlyUniqueId);
    }

    protected override synthesizeAttributes(): { [name: string]: unknown } {
      return toArguments(type, fields, this.given);
    }

    protected override synthesizeHclAttributes(): { [name: string]: unknown } {
      return toHclArguments(type, fields, this.given);
    }
  }
  defineReferences(BoundResource.prototype, fields, interpolation);
  return BoundResource as unknown as ResourceClass<Config, Attributes>;
}

/** The class of a data source. */
export function dataSourceClass<Config extends DataSourceConfig, Attributes>(provider: ProviderDescription, type: string, fields: Fields): DataSourceClass<Config, Attributes> {
  class BoundDataSource extends TerraformDataSource implements Bound<Attributes> {
    static readonly tfResourceType = type;

    private readonly given: object;

    constructor(...[scope, id, config]: Arguments<Config>) {
      const { count, forEach, dependsOn, provider: ofStack, lifecycle, ...given } = config ?? ({} as Config);
      super(scope, id, { ...metadata(provider, type), ...meta({ count, forEach, dependsOn, provider: ofStack, lifecycle }) });
      this.given = given;
    }

    get terraformAddress(): string {
      return `data.${type}.${this.friendlyUniqueId}`;
    }

    at(key: string | number): Attributes {
      return instance(this, fields, key);
    }

    override interpolationForAttribute(attribute: string): IResolvable {
      return interpolate(this, attribute);
    }

    override get terraformMetaArguments(): { [name: string]: unknown } {
      return defined(super.terraformMetaArguments);
    }

    override toTerraform(): unknown {
      return withStaticBody(super.toTerraform() as Synthesized, "data", type, this.friendlyUniqueId);
    }

    protected override synthesizeAttributes(): { [name: string]: unknown } {
      return toArguments(`data.${type}`, fields, this.given);
    }

    protected override synthesizeHclAttributes(): { [name: string]: unknown } {
      return toHclArguments(`data.${type}`, fields, this.given);
    }
  }
  defineReferences(BoundDataSource.prototype, fields, interpolation);
  return BoundDataSource as unknown as DataSourceClass<Config, Attributes>;
}

/** The class of a provider's configuration. It asks for the provider's source and version, too. */
export function providerClass<Config>(provider: ProviderDescription, fields: Fields): ProviderClass<Config> {
  class BoundProvider extends TerraformProvider {
    static readonly tfResourceType = provider.name;

    private readonly given: object;
    private readonly aliasGiven: string | undefined;

    constructor(...[scope, id, config]: Arguments<Config & ProviderConfig>) {
      const { alias, version, ...given } = config ?? ({} as Config & ProviderConfig);
      super(scope, id, {
        ...metadata({ ...provider, version: version ?? "" }, provider.name),
        terraformGeneratorMetadata: { providerName: provider.name, providerVersionConstraint: version ?? `~> ${provider.version.split(".").slice(0, 2).join(".")}` },
        terraformProviderSource: provider.source,
      });
      this.given = given;
      this.aliasGiven = alias;
    }

    override get alias(): string | undefined {
      return this.aliasGiven;
    }

    override set alias(_: string | undefined) {
      // The library's own class assigns nothing here; an alias is given when the provider is made.
    }

    protected override synthesizeAttributes(): { [name: string]: unknown } {
      return toArguments(`provider ${provider.name}`, fields, this.given);
    }

    protected override synthesizeHclAttributes(): { [name: string]: unknown } {
      return toHclArguments(`provider ${provider.name}`, fields, this.given);
    }
  }
  return BoundProvider as unknown as ProviderClass<Config>;
}

function metadata(provider: ProviderDescription, type: string): { terraformResourceType: string; terraformGeneratorMetadata: { providerName: string } } {
  return { terraformResourceType: type, terraformGeneratorMetadata: { providerName: provider.name } };
}

interface Meta {
  readonly count: number | TerraformCount | undefined;
  readonly forEach: string | ITerraformIterator | undefined;
  readonly dependsOn: readonly ITerraformDependable[] | undefined;
  readonly provider: TerraformProvider | undefined;
  readonly lifecycle: TerraformResourceLifecycle | undefined;
}

function meta({ count, forEach, dependsOn, provider, lifecycle }: Meta): object {
  return {
    ...(count !== undefined && { count }),
    ...(forEach !== undefined && { forEach: typeof forEach === "string" ? iterateOver(forEach) : forEach }),
    ...(dependsOn && { dependsOn: [...dependsOn] }),
    ...(provider && { provider }),
    ...(lifecycle && { lifecycle }),
  };
}

/** The library wants an iterator object where a plain expression says it all; this method is what it calls. */
export function iterateOver(expression: string): ITerraformIterator {
  return { _getForEachExpression: () => expression };
}

/** The library takes its time for each key, also for those without a value. */
function defined<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

function withDefinedMetadata(body: Record<string, unknown>): Record<string, unknown> {
  const comment = body["//"] as { readonly metadata: object };
  return { ...body, "//": { ...comment, metadata: defined(comment.metadata) } };
}

type Synthesized = Readonly<Partial<Record<"resource" | "data", Record<string, Record<string, Record<string, unknown>>>>>>;

function withStaticBody(element: Synthesized, section: "resource" | "data", type: string, id: string): unknown {
  const body = element[section]?.[type]?.[id];
  // A resource that has moved to another one's name has none.
  return body ? defined({ ...element, [section]: { [type]: { [id]: new ResolvedWhereDynamic(withDefinedMetadata(body)) } } }) : element;
}

interface Addressed {
  readonly terraformAddress: string;
  readonly cdktfStack: TerraformResource["cdktfStack"];
  readonly forEach?: ITerraformIterator;
}

/** What was made with `forEach` is a map: a reference without a key is a list, of all its instances. */
function interpolate({ terraformAddress: address, cdktfStack, forEach }: Addressed, attribute: string): IResolvable {
  return ref(forEach ? `values(${address})[*].${attribute}` : `${address}.${attribute}`, cdktfStack);
}

function interpolation(element: { interpolationForAttribute(attribute: string): IResolvable }): Interpolate {
  return (path) => element.interpolationForAttribute(pathText(path));
}

function instance<Attributes>(element: Addressed, fields: Fields, key: string | number): Attributes {
  return defineReferences({}, fields, () => (path) => ref(`${element.terraformAddress}[${key}].${pathText(path)}`, element.cdktfStack)) as Attributes;
}
