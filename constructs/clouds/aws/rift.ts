import { DataAwsSubnet } from "../../bindings/aws/data-aws-subnet";
import { DataAwsVpc } from "../../bindings/aws/data-aws-vpc";
import { EbsVolume } from "../../bindings/aws/ebs-volume";
import { EcrPullThroughCacheRule } from "../../bindings/aws/ecr-pull-through-cache-rule";
import { IamInstanceProfile } from "../../bindings/aws/iam-instance-profile";
import { IamRolePolicy } from "../../bindings/aws/iam-role-policy";
import { Instance } from "../../bindings/aws/instance";
import { Route53Record } from "../../bindings/aws/route53-record";
import { Route53Zone } from "../../bindings/aws/route53-zone";
import { SecretsmanagerSecret } from "../../bindings/aws/secretsmanager-secret";
import { SecurityGroup } from "../../bindings/aws/security-group";
import { VolumeAttachment } from "../../bindings/aws/volume-attachment";
import { VpcSecurityGroupIngressRule } from "../../bindings/aws/vpc-security-group-ingress-rule";
import { sha256 } from "../../canonical-json";
import type { Construct } from "../../cdktf";
import { compressedCloudInit } from "../../cloud-init";
import { type NamedUnit, type NameRule, resourceName } from "../../names";
import { riftSetup } from "../../rift-setup";
import { expression, plainText, template, type Template, templateJson, templateText } from "../../template";
import { diskGb, openPorts, type RiftResources, type RiftSpecification } from "../rift-cloud";
import { type Bucket, makeBucket } from "./bucket";
import { chooseInstanceTypes } from "./instance-types";
import { makeLogGroup } from "./logs";
import { imageOf } from "./machines";
import { NAME_RULES } from "./name-rules";
import { networkOf } from "./network";
import { arn, type AwsPlace, placeOf } from "./place";
import { policyDocument, type Statement, writeLogs } from "./policies";
import { makeRole } from "./roles";
import { serviceTags } from "./service-tags";
import { regionOf } from "./unit";

/** Secrets Manager, CreateSecret. */
const SECRET_NAME: NameRule = { limit: 512, forbidden: /[^A-Za-z0-9/_+=.@-]/ };

const HASH_LENGTH = 12;
const DEVICE = "/dev/sdf";
const RECORD_SECONDS = 60;

/** Registries that ECR can mirror, with the address that it asks. Those with `login` it mirrors with credentials only. */
const UPSTREAMS: Readonly<Record<string, { readonly url: string; readonly prefix: string; readonly login?: boolean }>> = {
  "public.ecr.aws": { url: "public.ecr.aws", prefix: "ecr" },
  "quay.io": { url: "quay.io", prefix: "quay" },
  "registry.k8s.io": { url: "registry.k8s.io", prefix: "k8s" },
  "docker.io": { url: "registry-1.docker.io", prefix: "hub", login: true },
  "ghcr.io": { url: "ghcr.io", prefix: "ghcr", login: true },
  "registry.gitlab.com": { url: "registry.gitlab.com", prefix: "gitlab", login: true },
};

/**
 * A machine with an encrypted volume for the cache, its private name, a bucket for cold data, and
 * pull-through rules of ECR for the mirrored registries that ECR can ask; the service itself mirrors the others.
 *
 * Children: `machine` (`Instance`), `disk`, `attachment`, `zone`, `record`, `securityGroup` and one
 * `…Port` for each open port, `cold` and its parts (a bucket), `secret`, `profile`, `logs`, `riftRole`, `riftPolicy`,
 * `pull-REGISTRY`. Data sources: `account`, `place`, `clients`, `image`, and those of the network.
 */
export function makeRift(scope: Construct, rift: RiftSpecification): RiftResources {
  const { cloud, resources, configuration } = rift;
  const names: NamedUnit = { nest: configuration.nest, unit: `rift.${configuration.name}` };
  const tags = serviceTags("rift", names, configuration.name, cloud.tags);
  const place = placeOf(scope, regionOf(rift));
  const network = networkOf(scope, cloud);
  const subnet = new DataAwsSubnet(scope, "place", { id: `\${element(${network.subnets}, 0)}` }).terraformAddress;
  const logs = makeLogGroup(scope, names, tags);
  const cold = makeBucket(scope, { unit: names, part: "cold", place, tags, expireDays: Math.max(1, Math.ceil(configuration.cache.maxAgeSeconds / 86_400)), disposable: true });
  const secret = new SecretsmanagerSecret(scope, "secret", { name: resourceName(names, "keys", SECRET_NAME), description: `Keys of the Rift ${configuration.name}; Gosling fills it`, tags }).terraformAddress;
  const secretArn = template`${expression(`${secret}.arn`)}`;
  const group = new SecurityGroup(scope, "securityGroup", {
    name: resourceName(names, "rift", NAME_RULES.securityGroup),
    description: "Gosling Rift: everything out, its ports in",
    vpcId: network.vpcId,
    egress: [{ description: "everything", fromPort: 0, toPort: 0, protocol: "-1", cidrBlocks: ["0.0.0.0/0"], ipv6CidrBlocks: ["::/0"], self: false }],
    tags,
    lifecycle: { createBeforeDestroy: true },
  }).terraformAddress;
  const securityGroupId = `\${${group}.id}`;
  const clients = new DataAwsVpc(scope, "clients", { id: network.vpcId }).terraformAddress;
  // Runners of every stack stand in this network; who may do what is settled by the service, request by request.
  for (const [name, port] of openPorts(configuration)) {
    new VpcSecurityGroupIngressRule(scope, `${name}Port`, { securityGroupId, description: name, ipProtocol: "tcp", fromPort: port, toPort: port, cidrIpv4: `\${${clients}.cidr_block}`, tags });
  }

  const role = makeRole(scope, {
    unit: names,
    part: "rift",
    service: "ec2.amazonaws.com",
    statements: [...writeLogs(logs.arn), ...keepObjects(cold), readSecret(secretArn), ...pullThrough(scope, rift, names, place)],
    ...(cloud.role && { jobs: cloud.role }),
    tags,
  });
  const profile = new IamInstanceProfile(scope, "profile", { name: resourceName(names, "rift", NAME_RULES.role), role: role.name, tags }).terraformAddress;
  const disk = new EbsVolume(scope, "disk", { availabilityZone: `\${${subnet}.availability_zone}`, size: diskGb(configuration), type: "gp3", encrypted: true, tags: { ...tags, Name: `gosling-${names.nest}-rift-${configuration.name}` } }).terraformAddress;
  const machine = new Instance(scope, "machine", {
    ami: imageOf(scope, { cloud, resources, configuration: { egg: names.unit } }),
    instanceType: chooseInstanceTypes(names.unit, resources)[0] ?? "",
    subnetId: `\${${subnet}.id}`,
    vpcSecurityGroupIds: [securityGroupId],
    iamInstanceProfile: `\${${profile}.name}`,
    associatePublicIpAddress: cloud.network.assignPublicIp,
    userDataBase64: compressedCloudInit(setupOf(rift, place, { cold, secretArn, logGroup: logs.name, disk })),
    userDataReplaceOnChange: true,
    // One hop reaches the service itself; builds in the shared Docker engine are a hop further away.
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    rootBlockDevice: { volumeType: "gp3", volumeSize: Math.max(resources.disk, 8), encrypted: true, deleteOnTermination: true, tags },
    ...(cloud.preemptible && { instanceMarketOptions: { marketType: "spot", spotOptions: { spotInstanceType: "one-time", instanceInterruptionBehavior: "terminate" } } }),
    tags: { ...tags, Name: `gosling-${names.nest}-rift-${configuration.name}` },
    dependsOn: role.permissions,
    // A newer image is no reason to make the machine anew.
    lifecycle: { ignoreChanges: ["ami"] },
  }).terraformAddress;
  new VolumeAttachment(scope, "attachment", { deviceName: DEVICE, volumeId: `\${${disk}.id}`, instanceId: `\${${machine}.id}`, stopInstanceBeforeDetaching: true });
  const zone = new Route53Zone(scope, "zone", { name: configuration.host, comment: `Gosling Rift ${configuration.name}`, vpc: [{ vpcId: network.vpcId }], forceDestroy: true, tags }).terraformAddress;
  new Route53Record(scope, "record", { zoneId: `\${${zone}.zone_id}`, name: configuration.host, type: "A", ttl: RECORD_SECONDS, records: [`\${${machine}.private_ip}`] });

  return {
    attributes: { host: configuration.host, securityGroupId, bucketName: templateText(cold.name), secretId: templateText(secretArn), logGroupName: templateText(logs.name), roleArn: templateText(role.arn) },
    grantConnect: (id, clientGroup) => {
      for (const [name, port] of openPorts(configuration)) {
        new VpcSecurityGroupIngressRule(scope, `${id}-${name}Port`, { securityGroupId, description: name, ipProtocol: "tcp", fromPort: port, toPort: port, referencedSecurityGroupId: clientGroup, tags });
      }
    },
    grantRead: (id, roleName) => void new IamRolePolicy(scope, id, { name: `gosling-rift-${configuration.name}`, role: roleName, policy: templateJson(policyDocument(readObjects(cold))) }),
  };
}

interface SetupValues {
  readonly cold: Bucket;
  readonly secretArn: Template;
  readonly logGroup: Template;
  /** Address of the volume. */
  readonly disk: string;
}

function setupOf({ configuration }: RiftSpecification, { region }: AwsPlace, { cold, secretArn, logGroup, disk }: SetupValues): ReturnType<typeof riftSetup> {
  return riftSetup({
    configuration,
    values: { BUCKET: cold.name, SECRET: secretArn, REGION: template`${region}` },
    // How a volume shows itself depends on the machine's generation.
    devices: [template`/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${expression(`replace(${disk}.id, "-", "")`)}`, "/dev/xvdf", DEVICE],
    logging: ["--log-driver", "awslogs", "--log-opt", `awslogs-region=${region}`, "--log-opt", template`awslogs-group=${logGroup}`, "--log-opt", "awslogs-stream=rift", "--log-opt", "mode=non-blocking"],
  });
}

function keepObjects({ arn: bucket }: Bucket): readonly Statement[] {
  return [
    { Effect: "Allow", Action: ["s3:ListBucket"], Resource: [bucket] },
    { Effect: "Allow", Action: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"], Resource: [template`${bucket}/*`] },
  ];
}

function readObjects({ arn: bucket }: Bucket): readonly Statement[] {
  return [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: [template`${bucket}/*`] }];
}

function readSecret(secretArn: Template): Statement {
  return { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: [secretArn] };
}

/** Makes the rules of ECR, and says what the Rift needs to pull through them. */
function pullThrough(scope: Construct, { configuration, registryCredentials }: RiftSpecification, names: NamedUnit, place: AwsPlace): readonly Statement[] {
  // ECR takes 30 characters, too few for the names of a Nest and a Rift.
  const prefix = `gosling-${sha256(`${names.nest}/${names.unit}`).slice(0, HASH_LENGTH)}`;
  const rules = configuration.mirror.flatMap((registry) => {
    const upstream = UPSTREAMS[registry];
    const credentials = registryCredentials[registry];
    if (!upstream || (upstream.login && credentials === undefined)) return [];
    new EcrPullThroughCacheRule(scope, `pull-${upstream.prefix}`, {
      ecrRepositoryPrefix: `${prefix}-${upstream.prefix}`,
      upstreamRegistryUrl: upstream.url,
      ...(credentials !== undefined && { credentialArn: plainText(credentials) }),
    });
    return [arn(place, "ecr", `repository/${prefix}-${upstream.prefix}/*`)];
  });
  if (rules.length === 0) return [];
  return [
    { Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] },
    { Effect: "Allow", Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:BatchImportUpstreamImage", "ecr:CreateRepository", "ecr:GetDownloadUrlForLayer"], Resource: rules },
  ];
}

