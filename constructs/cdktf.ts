/**
 * The one door to the engine library: no other file imports `cdktf` or `constructs`, so that its
 * continuation (`"cdktf": "npm:cdktn@0.24"`) or another version can be looked at in one place.
 */
export { App, LocalBackend, TerraformElement, TerraformOutput, TerraformResource, TerraformStack, TerraformVariable } from "cdktf";
export type { ITerraformDependable, ITerraformIterator, LocalExecProvisioner, TerraformResourceLifecycle } from "cdktf";
export { Construct } from "constructs";
export type { IConstruct } from "constructs";
