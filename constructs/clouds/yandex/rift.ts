import { ComputeDisk } from "../../bindings/yandex/compute-disk";
import { ComputeInstance } from "../../bindings/yandex/compute-instance";
import { ContainerRegistry } from "../../bindings/yandex/container-registry";
import { ContainerRegistryIamBinding } from "../../bindings/yandex/container-registry-iam-binding";
import { DataYandexVpcNetwork } from "../../bindings/yandex/data-yandex-vpc-network";
import { DataYandexVpcSubnet } from "../../bindings/yandex/data-yandex-vpc-subnet";
import { DnsRecordset } from "../../bindings/yandex/dns-recordset";
import { DnsZone } from "../../bindings/yandex/dns-zone";
import { KmsSymmetricKey } from "../../bindings/yandex/kms-symmetric-key";
import { KmsSymmetricKeyIamMember } from "../../bindings/yandex/kms-symmetric-key-iam-member";
import { LockboxSecret } from "../../bindings/yandex/lockbox-secret";
import { LockboxSecretIamMember } from "../../bindings/yandex/lockbox-secret-iam-member";
import { StorageBucketIamBinding } from "../../bindings/yandex/storage-bucket-iam-binding";
import { VpcSecurityGroup } from "../../bindings/yandex/vpc-security-group";
import { VpcSecurityGroupRule } from "../../bindings/yandex/vpc-security-group-rule";
import type { Construct } from "../../cdktf";
import { cloudInitTemplate } from "../../cloud-init";
import { type NamedUnit, resourceName } from "../../names";
import { riftSetup } from "../../rift-setup";
import { expression, plainText, template, templateText } from "../../template";
import { diskGb, openPorts, type RiftResources, type RiftSpecification } from "../rift-cloud";
import { makeBucket } from "./bucket";
import { logArguments, makeLogGroup, withLogSender } from "./logs";
import { DISK_TYPE, imageOf, KEY_ROTATION } from "./machines";
import { NAME_RULES } from "./name-rules";
import { networkOf } from "./network";
import { chooseSizes } from "./platforms";
import { makeServiceAccount } from "./service-account";
import { serviceLabels } from "./service-labels";
import { folderOf } from "./unit";

/** The cache's disk in the machine: `/dev/disk/by-id/virtio-cache`. */
const DEVICE_NAME = "cache";
const RECORD_SECONDS = 60;
const ON = 1;
const OFF = 2;

/**
 * A machine with an encrypted disk for the cache, its private name, a bucket for cold data, and a registry
 * for mirrored images.
 *
 * Children: `machine` (`ComputeInstance`), `disk`, `key`, `zone`, `record`, `securityGroup` and one `…Port`
 * for each open port, `cold` (`StorageBucket`), `secret`, `registry`, `logs`, the account `riftAccount` with its
 * `riftRoles`, `riftKey`, `riftSecret`, `coldAccess`, `registryAccess`. Data sources: `image`, `clients`,
 * `clientSubnet`, and those of the network.
 */
export function makeRift(scope: Construct, rift: RiftSpecification): RiftResources {
  const { cloud, resources, configuration } = rift;
  const names: NamedUnit = { nest: configuration.nest, unit: `rift.${configuration.name}` };
  const labels = serviceLabels("rift", names, configuration.name, cloud.tags);
  const folderId = folderOf(rift);
  const network = networkOf(scope, cloud, folderId);
  const [size] = chooseSizes(names.unit, resources);
  if (!size) throw new TypeError("A choice of sizes is never empty.");
  const place = (attribute: "subnet_id" | "zone"): string => `\${element(${network.subnets}, 0).${attribute}}`;
  const logs = makeLogGroup(scope, names, folderId, labels).terraformAddress;
  const keyId = `\${${new KmsSymmetricKey(scope, "key", { folderId, name: resourceName(names, "rift", NAME_RULES.key), description: `Data of the Rift ${plainText(configuration.name)}`, defaultAlgorithm: "AES_256", rotationPeriod: KEY_ROTATION, labels }).terraformAddress}.id}`;
  const account = makeServiceAccount(scope, {
    unit: names,
    part: "rift",
    description: `The Rift ${plainText(configuration.name)}`,
    folderId,
    folderRoles: ["logging.writer", ...(cloud.role?.policies ?? [])],
    labels,
  });
  const cold = makeBucket(scope, { unit: names, part: "cold", folderId, keyId, labels, expireDays: Math.max(1, Math.ceil(configuration.cache.maxAgeSeconds / 86_400)), disposable: true });
  const secret = `\${${new LockboxSecret(scope, "secret", { folderId, name: resourceName(names, "keys", NAME_RULES.key), description: `Keys of the Rift ${plainText(configuration.name)}; Gosling fills it`, labels }).terraformAddress}.id}`;
  const registry = `\${${new ContainerRegistry(scope, "registry", { folderId, name: resourceName(names, "mirror", NAME_RULES.container), labels }).terraformAddress}.id}`;
  const { member } = account;
  const permissions = [
    ...account.permissions,
    new KmsSymmetricKeyIamMember(scope, "riftKey", { symmetricKeyId: keyId, role: "kms.keys.encrypterDecrypter", member }),
    new LockboxSecretIamMember(scope, "riftSecret", { secretId: secret, role: "lockbox.payloadViewer", member }),
    new StorageBucketIamBinding(scope, "coldAccess", { bucket: cold, role: "storage.editor", members: [member] }),
    new ContainerRegistryIamBinding(scope, "registryAccess", { registryId: registry, role: "container-registry.images.pusher", members: [member] }),
  ];
  const group = new VpcSecurityGroup(scope, "securityGroup", {
    folderId,
    name: resourceName(names, "rift", NAME_RULES.securityGroup),
    description: "Gosling Rift: everything out, its ports in",
    networkId: network.networkId,
    egress: [{ description: "everything", protocol: "ANY", fromPort: 0, toPort: 65535, v4CidrBlocks: ["0.0.0.0/0"] }],
    labels,
    // The rules for what comes in are resources of their own.
    lifecycle: { ignoreChanges: ["ingress"] },
  }).terraformAddress;
  const securityGroupId = `\${${group}.id}`;
  const clients = new DataYandexVpcNetwork(scope, "clients", { networkId: network.networkId }).terraformAddress;
  const clientSubnet = new DataYandexVpcSubnet(scope, "clientSubnet", { forEach: `\${toset(${clients}.subnet_ids)}`, subnetId: "${each.value}" }).terraformAddress;
  // Runners of every stack stand in this network; who may do what is settled by the service, request by request.
  for (const [name, port] of openPorts(configuration)) {
    new VpcSecurityGroupRule(scope, `${name}Port`, { securityGroupBinding: securityGroupId, direction: "ingress", description: name, protocol: "TCP", port, v4CidrBlocks: `\${flatten(values(${clientSubnet})[*].v4_cidr_blocks)}` });
  }

  const disk = new ComputeDisk(scope, "disk", { folderId, name: resourceName(names, "cache", NAME_RULES.container), zone: place("zone"), type: DISK_TYPE, size: diskGb(configuration), kmsKeyId: keyId, labels }).terraformAddress;
  const image = imageOf(scope, { resources });
  const setup = riftSetup({
    configuration,
    values: { BUCKET: template`${expression(cold.slice(2, -1))}`, SECRET: template`${expression(secret.slice(2, -1))}`, REGISTRY: template`cr.yandex/${expression(registry.slice(2, -1))}` },
    devices: [`/dev/disk/by-id/virtio-${DEVICE_NAME}`],
    logging: logArguments(template`rift`),
  });
  const machine = new ComputeInstance(scope, "machine", {
    folderId,
    name: resourceName(names, "machine", NAME_RULES.container),
    zone: place("zone"),
    platformId: size.platform,
    resources: { cores: size.cores, memory: size.memoryGb, coreFraction: 100 },
    bootDisk: { autoDelete: true, initializeParams: { imageId: `\${${image}.id}`, size: `\${max(${resources.disk}, ${image}.min_disk_size)}`, type: DISK_TYPE, kmsKeyId: keyId } },
    secondaryDisk: [{ diskId: `\${${disk}.id}`, deviceName: DEVICE_NAME, autoDelete: false }],
    networkInterface: [{ subnetId: place("subnet_id"), nat: cloud.network.assignPublicIp, securityGroupIds: [securityGroupId] }],
    metadataOptions: { gceHttpEndpoint: ON, gceHttpToken: ON, awsV1HttpEndpoint: OFF, awsV1HttpToken: OFF, awsV2HttpEndpoint: ON, awsV2HttpToken: OFF },
    metadata: { "user-data": templateText(cloudInitTemplate(withLogSender(setup, template`${expression(`${logs}.id`)}`))) },
    schedulingPolicy: { preemptible: cloud.preemptible },
    serviceAccountId: account.id,
    allowStoppingForUpdate: true,
    labels,
    dependsOn: permissions,
    // A newer image is no reason to make the machine anew.
    lifecycle: { ignoreChanges: ["boot_disk[0].initialize_params[0].image_id"] },
  }).terraformAddress;
  const zone = new DnsZone(scope, "zone", { folderId, name: resourceName(names, "rift", NAME_RULES.key), zone: `${configuration.host}.`, public: false, privateNetworks: [network.networkId], labels }).terraformAddress;
  new DnsRecordset(scope, "record", { zoneId: `\${${zone}.id}`, name: `${configuration.host}.`, type: "A", ttl: RECORD_SECONDS, data: [`\${${machine}.network_interface[0].ip_address}`] });

  return {
    attributes: { host: configuration.host, securityGroupId, bucketName: cold, secretId: secret, logGroupName: `\${${logs}.id}`, serviceAccountId: account.id, registryId: registry },
    grantConnect: (id, clientGroup) => {
      for (const [name, port] of openPorts(configuration)) {
        new VpcSecurityGroupRule(scope, `${id}-${name}Port`, { securityGroupBinding: securityGroupId, direction: "ingress", description: name, protocol: "TCP", port, securityGroupId: clientGroup });
      }
    },
    grantRead: (id, serviceAccountId) => {
      const reader = `serviceAccount:${serviceAccountId}`;
      new StorageBucketIamBinding(scope, id, { bucket: cold, role: "storage.viewer", members: [reader] });
      new KmsSymmetricKeyIamMember(scope, `${id}-key`, { symmetricKeyId: keyId, role: "kms.keys.decrypter", member: reader });
    },
  };
}
