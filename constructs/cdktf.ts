/**
 * The one door to the engine library: no other file imports `cdktf` or `constructs`, so that its
 * continuation (`"cdktf": "npm:cdktn@0.24"`) or another version can be looked at in one place.
 */
export {
  App,
  Fn,
  HttpBackend,
  LocalBackend,
  S3Backend,
  TerraformBackend,
  TerraformCount,
  TerraformDataSource,
  TerraformElement,
  TerraformIterator,
  TerraformLocal,
  TerraformOutput,
  TerraformProvider,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
  Token,
  Tokenization,
  listMapper,
  propertyAccess,
  ref,
} from "cdktf";
export type {
  FileProvisioner,
  IResolvable,
  IResolveContext,
  ITerraformDependable,
  ITerraformIterator,
  LocalExecProvisioner,
  RemoteExecProvisioner,
  SSHProvisionerConnection,
  TerraformResourceLifecycle,
  WinrmProvisionerConnection,
} from "cdktf";
export { Construct } from "constructs";
export type { IConstruct } from "constructs";
