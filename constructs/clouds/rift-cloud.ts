import { GoslingError } from "../../src/vocabulary/error";
import type { CloudValues, ResourcesValues } from "../../src/vocabulary/types";
import type { Construct } from "../cdktf";

/** What a cloud is told of a Rift: checked, with all defaults. */
export interface RiftSpecification {
  readonly cloud: CloudValues;
  readonly resources: ResourcesValues;
  readonly configuration: RiftConfiguration;
  /** AWS: registry → ARN of the secret with its credentials, for pulling through ECR. */
  readonly registryCredentials: Readonly<Record<string, string>>;
}

/** What a Rift's service is told. It holds no secret. */
export interface RiftConfiguration {
  readonly nest: string;
  readonly name: string;
  /** Name that runners reach it by. */
  readonly host: string;
  readonly cache: { readonly maxSizeGb: number; readonly maxAgeSeconds: number };
  /** Whether runners may use its Docker engine. */
  readonly docker: boolean;
  /** Registries whose images it keeps. */
  readonly mirror: readonly string[];
}

/** What others may use of a Rift; each is an expression in `${}` where it is known after an apply only. */
export interface RiftAttributes {
  /** Name in the private DNS of its network. */
  readonly host: string;
  readonly securityGroupId: string;
  /** Bucket for what is rarely asked for. */
  readonly bucketName: string;
  /** The secret with its keys; Gosling fills it. */
  readonly secretId: string;
  readonly logGroupName: string;
  /** AWS: ARN of its role. */
  readonly roleArn?: string;
  /** Yandex: id of its service account. */
  readonly serviceAccountId?: string;
  /** Yandex: id of the registry for mirrored images. */
  readonly registryId?: string;
}

export interface RiftResources {
  readonly attributes: RiftAttributes;
  /** Lets machines with this security group connect. */
  grantConnect(id: string, securityGroupId: string): void;
  /** Lets an identity (AWS: name of a role; Yandex: id of a service account) read the cold data. */
  grantRead(id: string, identity: string): void;
}

/** Ports of a Rift. */
export const RIFT_PORTS = {
  /** Cache and registry mirror, over TLS. */
  cache: 443,
  /** The Docker engine, behind mutual TLS. */
  docker: 2376,
} as const;

/** The clouds that this version makes Rifts in. */
export const RIFT_CLOUDS: readonly string[] = ["aws", "yandex"];

/** Makes a Rift's resources as children of `scope`. */
export type MakeRift = (scope: Construct, rift: RiftSpecification) => RiftResources;

/** The ports that are open, with what they are for. */
export function openPorts({ docker }: RiftConfiguration): readonly (readonly [name: string, port: number])[] {
  return Object.entries(RIFT_PORTS).filter(([name]) => name !== "docker" || docker);
}

/** The cache's disk: room for the largest size, and for what is being written and removed. */
export function diskGb({ cache }: RiftConfiguration): number {
  return Math.ceil((cache.maxSizeGb * 11) / 10);
}

/** @throws GoslingError `CLOUD_NOT_SUPPORTED` */
export function noRiftOn(provider: string): GoslingError {
  return new GoslingError("CLOUD_NOT_SUPPORTED", `This version makes no Rift on ${provider} yet`, { hint: `It makes them on: ${RIFT_CLOUDS.join(", ")}.` });
}
