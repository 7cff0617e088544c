/**
 * GitLab CI runners as constructs for CDK for Terraform (`cdktf`) and CDK Terrain (`cdktn`).
 *
 * Props are the Fly vocabulary in camelCase, with the same types, units, defaults and checks.
 */
export { ApexNadirPool, type ApexNadirPoolProps, type IApexNadirPool } from "./apex-nadir-pool";
export { bindings } from "./bindings";
export { TerraformData, type TerraformDataProps } from "./bindings/terraform-data";
export { EggRunner, type EggRunnerProps, type IEggRunner } from "./egg-runner";
export { EggStack, type EggStackProps } from "./egg-stack";
export { EggsBucket, type EggsBucketProps, type IEggsBucket } from "./eggs-bucket";
export type { CompiledPolicy, CompiledPool, CompiledRule } from "./compiled-policy";
export { type IMotherGoose, MotherGoose, type MotherGooseProps } from "./mother-goose";
export { MotherGooseStack, type MotherGooseStackProps } from "./mother-goose-stack";
export { type IUglyFoxPolicy, UglyFoxPolicy, type UglyFoxPolicyProps } from "./uglyfox-policy";
export { type IRiftCache, RiftCache, type RiftCacheProps } from "./rift-cache";
export { RiftStack, type RiftStackProps } from "./rift-stack";
export type { IRunnerUnit } from "./runner-unit";
export type { UnitProps } from "./checked-props";
export type { StackSettings } from "./unit-stack";
export type { GitlabState, LocalState, S3State, StackState } from "./state-backend";
export { GoslingError } from "../src/vocabulary/error";
export type { RunnerConfiguration, RunnerRepository } from "../src/vocabulary/runner-configuration";
export type {
  ApexProps,
  CloudProps,
  EggProps,
  GitlabProps,
  NadirProps,
  NetworkProps,
  PoolProps,
  ProxyProps,
  RepoProps,
  RepositoriesProps,
  ResourcesProps,
  RoleProps,
  RunnerProps,
  TofuProps,
} from "../src/vocabulary/types";
