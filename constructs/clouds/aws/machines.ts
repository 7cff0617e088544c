import { gzipSync } from "node:zlib";
import { GoslingError } from "../../../src/vocabulary/error";
import type { ApexNadirPool } from "../../apex-nadir-pool";
import { DataAwsAmi } from "../../bindings/aws/data-aws-ami";
import { Ec2InstanceState } from "../../bindings/aws/ec2-instance-state";
import { IamInstanceProfile } from "../../bindings/aws/iam-instance-profile";
import { Instance } from "../../bindings/aws/instance";
import { type Construct, type ITerraformDependable, TerraformLocal, TerraformVariable } from "../../cdktf";
import { cloudInitTemplate, compressedCloudInit } from "../../cloud-init";
import { machineSetup } from "../../machine-setup";
import { type NamedUnit, resourceName, unitTags } from "../../names";
import { expression, plainText, template, type Template, templateText } from "../../template";
import { unitSecrets } from "../../unit-secrets";
import type { RunnerAttributes, RunnerResources, UnitSpecification } from "../cloud";
import { chooseInstanceTypes } from "./instance-types";
import { makeLogGroup } from "./logs";
import { NAME_RULES } from "./name-rules";
import { type AwsNetwork, egressOnly, networkOf, placeExpression, placesExpression } from "./network";
import { partitionOf, placeOf } from "./place";
import { readSecrets, writeLogs } from "./policies";
import { makeRole, waitFor } from "./roles";
import { checkedTags, regionOf } from "./unit";

/** Debian's own account, which publishes its images in all regions of the partition `aws`. */
const DEBIAN_ACCOUNT = "136693071363";
const DEBIAN_IMAGE = "debian-13";
/** The size of Debian's image: no disk that is made of it can be smaller. */
const SMALLEST_DISK_GB = 8;

/** EC2 takes 16 KB of user data; what the engine's own compression gives may be a little longer than ours. */
const USER_DATA_LIMIT = 16 * 1024;
const USER_DATA_RESERVE = 512;

/** What all machines of a unit share. */
interface Shared {
  readonly instanceProfile: string;
  readonly securityGroupId: string;
  readonly logGroup: Template;
  readonly attributes: RunnerAttributes;
  readonly outputs: RunnerResources["outputs"];
  /** What has to be there before a machine is of use. */
  readonly needed: readonly ITerraformDependable[];
}

/**
 * Children: `runner` (`Instance`, one for each runner) and `power` (`Ec2InstanceState`, whether it is on);
 * in the first shard what they share: `runnerRole`, `runnerPolicy`, `runnerPolicies`, `profile`,
 * `securityGroup`, `logs`; in the others the variable `shared`. Data sources: `image`, and those of the network.
 */
export function makeMachines(scope: Construct, unit: UnitSpecification, pool: ApexNadirPool, shard: number): RunnerResources {
  const { configuration, cloud, resources } = unit;
  const types = chooseInstanceTypes(configuration.egg, resources);
  const network = networkOf(scope, cloud);
  const shared = shard === 1 ? makeShared(scope, unit, network) : sharedByVariable(scope);
  const places = `local.${new TerraformLocal(scope, "places", `\${${placesExpression(types, network.subnets)}}`).friendlyUniqueId}`;
  pool.require(
    (runner) => `can(regex("^[0-9]{1,4}$", ${runner}.place))`,
    "The place of a runner is the number of one of the Egg's places, from 0: every instance type in every subnet.",
  );
  const runner = new Instance(scope, "runner", {
    // A spot machine can't be stopped and kept: it is on, or gone.
    forEach: `\${${cloud.preemptible ? pool.runnersOn : pool.runners}}`,
    ami: imageOf(scope, unit),
    instanceType: placeExpression(places, "instance_type"),
    subnetId: placeExpression(places, "subnet_id"),
    vpcSecurityGroupIds: [shared.securityGroupId],
    iamInstanceProfile: shared.instanceProfile,
    associatePublicIpAddress: cloud.network.assignPublicIp,
    userDataBase64: userData(unit, shared.logGroup),
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: configuration.executor === "docker" ? 2 : 1 },
    rootBlockDevice: {
      volumeType: "gp3",
      volumeSize: resources.machineImage === undefined ? Math.max(resources.disk, SMALLEST_DISK_GB) : resources.disk,
      encrypted: true,
      deleteOnTermination: true,
      tags: machineTags(unit),
    },
    ...(cloud.preemptible && { instanceMarketOptions: { marketType: "spot", spotOptions: { spotInstanceType: "one-time", instanceInterruptionBehavior: "terminate" } } }),
    tags: machineTags(unit),
    lifecycle: {
      // A machine that is there never changes with the configuration: only a new one has a new one.
      ignoreChanges: "all",
      precondition: [{ condition: `\${length(${places}) > 0}`, errorMessage: `${plainText(network.description)}: name network.subnet_ids.` }],
    },
  });
  waitFor(runner, shared.needed);
  if (!cloud.preemptible) {
    new Ec2InstanceState(scope, "power", { forEach: `\${${pool.runners}}`, instanceId: `\${${runner.terraformAddress}[each.key].id}`, state: '${each.value.power == "on" ? "running" : "stopped"}' });
  }
  return {
    runners: `{ for id, machine in ${runner.terraformAddress} : id => { egg = machine.tags["gosling:egg"], revision = machine.tags["gosling:config"] } }`,
    attributes: shared.attributes,
    outputs: { places: { value: `\${${places}}`, description: "Where machines can be made, in the order in which it is tried: a runner's place is a number in this list." }, ...shared.outputs },
  };
}

function makeShared(scope: Construct, unit: UnitSpecification, network: AwsNetwork): Shared {
  const { configuration, cloud } = unit;
  const names: NamedUnit = { nest: configuration.nest, unit: configuration.egg };
  const tags = checkedTags(unitTags(names, cloud.tags), configuration.egg);
  const place = placeOf(scope, regionOf(unit));
  const logs = makeLogGroup(scope, names, tags);
  const role = makeRole(scope, {
    unit: names,
    part: "runner",
    service: "ec2.amazonaws.com",
    statements: [...readSecrets(place, unitSecrets(unit, "aws-sm")), ...writeLogs(logs.arn)],
    ...(cloud.role && { jobs: cloud.role }),
    tags,
  });
  const profile = new IamInstanceProfile(scope, "profile", { name: resourceName(names, "runner", NAME_RULES.role), role: role.name, tags, lifecycle: { ignoreChanges: ["name"] } });
  const group = egressOnly(scope, names, network.vpcId, tags);
  const value = `\${{ instance_profile = ${profile.terraformAddress}.name, security_group_id = ${group.terraformAddress}.id, log_group = ${logs.name.parts.map((part) => (typeof part === "string" ? part : part.expression)).join("")} }}`;
  return {
    instanceProfile: `\${${profile.terraformAddress}.name}`,
    securityGroupId: `\${${group.terraformAddress}.id}`,
    logGroup: logs.name,
    attributes: { roleArn: templateText(role.arn), securityGroupId: `\${${group.terraformAddress}.id}`, logGroupName: templateText(logs.name) },
    outputs: { shared: { value, description: "What the machines of all shards share: the variable of the same name of the further stacks." } },
    needed: role.permissions,
  };
}

function sharedByVariable(scope: Construct): Shared {
  const variable = new TerraformVariable(scope, "shared", {
    type: "object({ instance_profile = string, security_group_id = string, log_group = string })",
    description: "What the machines of all shards share: the output of the same name of the first stack.",
    nullable: false,
  });
  const name = `var.${variable.friendlyUniqueId}`;
  const securityGroupId = `\${${name}.security_group_id}`;
  const logGroup = template`${expression(`${name}.log_group`)}`;
  return { instanceProfile: `\${${name}.instance_profile}`, securityGroupId, logGroup, attributes: { securityGroupId, logGroupName: templateText(logGroup) }, outputs: {}, needed: [] };
}

/** A machine's tags tell what it is; they are what it is found by when the engine's state has lost it. */
function machineTags({ configuration, cloud }: UnitSpecification): Readonly<Record<string, string>> {
  const unit: NamedUnit = { nest: configuration.nest, unit: configuration.egg };
  const tags = { ...unitTags(unit, cloud.tags, configuration.revision), "gosling:runner": "${each.key}", Name: `gosling-${unit.nest}-${unit.unit}-\${each.key}` };
  return checkedTags(tags, configuration.egg);
}

/** The image that is named, else the newest Debian. Child, for Debian: `image` (data source). */
export function imageOf(scope: Construct, { configuration, cloud, resources }: Pick<UnitSpecification, "cloud" | "resources"> & { readonly configuration: { readonly egg: string } }): string {
  if (resources.machineImage !== undefined) return plainText(resources.machineImage);
  if (partitionOf(cloud.region ?? "") !== "aws") {
    throw new GoslingError("NO_MACHINE_IMAGE", `Debian publishes no image in ${cloud.region} for the machines of ${configuration.egg}`, { hint: "Name one in resources.machine_image." });
  }
  const image = new DataAwsAmi(scope, "image", {
    mostRecent: true,
    owners: [DEBIAN_ACCOUNT],
    filter: [
      { name: "name", values: [`${DEBIAN_IMAGE}-${resources.architecture}-*`] },
      { name: "architecture", values: [resources.architecture === "arm64" ? "arm64" : "x86_64"] },
      { name: "virtualization-type", values: ["hvm"] },
    ],
  });
  return `\${${image.terraformAddress}.id}`;
}

/** @throws GoslingError `CONFIGURATION_TOO_LARGE` */
function userData(unit: UnitSpecification, logGroup: Template): string {
  const logging = ["--log-driver", "awslogs", "--log-opt", `awslogs-region=${regionOf(unit)}`, "--log-opt", template`awslogs-group=${logGroup}`, "--log-opt", template`awslogs-stream=${expression("each.key")}`];
  const setup = machineSetup({ configuration: unit.configuration, secretsPlace: { AWS_REGION: regionOf(unit) }, logging: [...logging, "--log-opt", "mode=non-blocking"] });
  const size = gzipSync(templateText(cloudInitTemplate(setup)), { level: 6 }).length;
  if (size > USER_DATA_LIMIT - USER_DATA_RESERVE) {
    throw new GoslingError("CONFIGURATION_TOO_LARGE", `What a machine of ${unit.configuration.egg} is told is ${size} bytes long, compressed; AWS takes ${USER_DATA_LIMIT - USER_DATA_RESERVE}`, {
      hint: "Shorten startup_script, ca_certificate, environment or agent_config; a long script can be fetched by startup_script.",
    });
  }
  return compressedCloudInit(setup);
}
