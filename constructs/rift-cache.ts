import { durationSeconds } from "../src/vocabulary/duration";
import type { CloudValues, RiftProps, RiftValues } from "../src/vocabulary/types";
import { atConstruct } from "./at-construct";
import { sha256 } from "./canonical-json";
import { Construct } from "./cdktf";
import { checkedRift } from "./checked-services";
import { makeRift as makeRiftOnAws } from "./clouds/aws/rift";
import { findCloud } from "./clouds/find-cloud";
import { type MakeRift, noRiftOn, type RiftAttributes, type RiftResources, type RiftSpecification } from "./clouds/rift-cloud";
import { makeRift as makeRiftOnYandex } from "./clouds/yandex/rift";
import { requireProvider } from "./required-provider";

/** A Rift as in Fly, in camelCase, and the names that tell it apart. */
export interface RiftCacheProps extends RiftProps {
  /** Name of the Nest: lower-case letters, digits and `-`; at most 20 characters. Part of every cloud name. */
  readonly nest: string;
  /** Name of the Rift: 1–63 letters, digits, `-` and `_`. Unique among the Nest's Rifts. */
  readonly name: string;
  /**
   * AWS: registry → ARN of the secret of Secrets Manager (`ecr-pullthroughcache/…`) with its credentials. ECR
   * mirrors docker.io, ghcr.io and registry.gitlab.com with credentials only. Default: none, and the Rift
   * itself mirrors these registries.
   */
  readonly registryCredentials?: Readonly<Record<string, string>>;
}

/** What others may use of a Rift. */
export interface IRiftCache extends RiftAttributes {
  /** Name of the Rift. */
  readonly name: string;
  /** Lets machines with this security group connect, also from outside of the Rift's network. Child: `ID-…Port` for each open port. */
  grantConnect(id: string, securityGroupId: string): void;
  /** Lets an identity read the bucket for cold data. AWS: the name of a role; Yandex: the id of a service account. */
  grantRead(id: string, identity: string): void;
}

/** Names of Rifts end with this, below the Nest's. */
const DOMAIN = "gosling.internal";
const LONGEST_LABEL = 63;
const HASH_LENGTH = 8;

const MAKERS: Readonly<Partial<Record<CloudValues["provider"], MakeRift>>> = { aws: makeRiftOnAws, yandex: makeRiftOnYandex };

/**
 * A machine beside the runners: artifact and dependency cache, registry mirror, and a remote Docker engine.
 * Runners in its network reach it by the name `host`; it lets nobody do anything without credentials.
 *
 * Children on AWS: `machine` (`Instance`), `disk` (`EbsVolume`), `attachment`, `zone`, `record`, `securityGroup`
 * and its `…Port` rules, `cold` (`S3Bucket`) and its parts, `secret`, `profile`, `logs`, `riftRole`, `riftPolicy`,
 * `pull-REGISTRY` (`EcrPullThroughCacheRule`). On Yandex Cloud: `machine` (`ComputeInstance`), `disk`
 * (`ComputeDisk`), `key`, `zone`, `record`, `securityGroup` and its `…Port` rules, `cold` (`StorageBucket`),
 * `secret`, `registry`, `logs`, `riftAccount` and what it is granted.
 *
 * @throws GoslingError `PROPS` with the messages of Fly's rules; `CLOUD_NOT_SUPPORTED`; `NO_INSTANCE_TYPE` where
 * no machine is large enough.
 */
export class RiftCache extends Construct implements IRiftCache {
  readonly name: string;
  readonly host: string;
  readonly securityGroupId: string;
  readonly bucketName: string;
  readonly secretId: string;
  readonly logGroupName: string;
  readonly roleArn?: string;
  readonly serviceAccountId?: string;
  readonly registryId?: string;
  private readonly made: RiftResources;

  constructor(scope: Construct, id: string, { registryCredentials, ...props }: RiftCacheProps) {
    super(scope, id);
    const rift = riftSpecification(props, checkedRift(this.node.path, props), registryCredentials);
    const { provider } = rift.cloud;
    const make = MAKERS[provider];
    if (!make) throw noRiftOn(provider);
    this.made = atConstruct(this.node.path, () => make(this, rift));
    this.name = props.name;
    const { attributes } = this.made;
    this.host = attributes.host;
    this.securityGroupId = attributes.securityGroupId;
    this.bucketName = attributes.bucketName;
    this.secretId = attributes.secretId;
    this.logGroupName = attributes.logGroupName;
    if (attributes.roleArn !== undefined) this.roleArn = attributes.roleArn;
    if (attributes.serviceAccountId !== undefined) this.serviceAccountId = attributes.serviceAccountId;
    if (attributes.registryId !== undefined) this.registryId = attributes.registryId;
    requireProvider(this, findCloud(provider).provider, rift, "a Rift");
  }

  grantConnect(id: string, securityGroupId: string): void {
    this.made.grantConnect(id, securityGroupId);
  }

  grantRead(id: string, identity: string): void {
    this.made.grantRead(id, identity);
  }
}

/** Name of a Rift in the private DNS of its network. A label of DNS neither starts nor ends with `-`: a name that loses something gets a hash. */
export function riftHost(nest: string, name: string): string {
  const written = name.toLowerCase().replaceAll("_", "-");
  const allowed = written.replace(/^-+|-+$/g, "");
  const label = allowed === written ? allowed : `${allowed.slice(0, LONGEST_LABEL - HASH_LENGTH - 1) || "rift"}-${sha256(name).slice(0, HASH_LENGTH)}`;
  return `${label}.rift.${nest}.${DOMAIN}`;
}

function riftSpecification({ nest, name }: { readonly nest: string; readonly name: string }, { cloud, resources, cache, docker, registry }: RiftValues, registryCredentials: RiftCacheProps["registryCredentials"] = {}): RiftSpecification {
  return {
    cloud,
    resources,
    configuration: {
      nest,
      name,
      host: riftHost(nest, name),
      cache: { maxSizeGb: cache.maxSize, maxAgeSeconds: durationSeconds(cache.maxAge) },
      docker: docker?.enabled ?? false,
      mirror: registry?.mirror ?? [],
    },
    registryCredentials,
  };
}
