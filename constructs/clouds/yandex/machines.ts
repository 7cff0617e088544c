import { GoslingError } from "../../../src/vocabulary/error";
import type { ApexNadirPool } from "../../apex-nadir-pool";
import { ComputeInstance } from "../../bindings/yandex/compute-instance";
import { DataYandexComputeImage } from "../../bindings/yandex/data-yandex-compute-image";
import { KmsSymmetricKey } from "../../bindings/yandex/kms-symmetric-key";
import { type Construct, type ITerraformDependable, TerraformLocal, TerraformVariable } from "../../cdktf";
import { cloudInitTemplate } from "../../cloud-init";
import { machineImage, machineSetup } from "../../machine-setup";
import { type NamedUnit, resourceName } from "../../names";
import { expression, plainText, template, type Template, templateText } from "../../template";
import { unitSecrets } from "../../unit-secrets";
import type { RunnerAttributes, RunnerResources, UnitSpecification } from "../cloud";
import { unitLabels } from "./labels";
import { logArguments, makeLogGroup, withLogSender } from "./logs";
import { NAME_RULES, RUNNER_ID_LIMIT } from "./name-rules";
import { egressOnly, networkOf, placeExpression, placesExpression, type YandexNetwork } from "./network";
import { chooseSizes } from "./platforms";
import { dockerLogin, isPrivate, PULL_ROLE } from "./registry";
import { makeServiceAccount } from "./service-account";
import { folderOf, jobRoles } from "./unit";

/** The folder of Yandex's own images, and the family that is taken where the Egg names no image. */
const STANDARD_IMAGES = "standard-images";
const DEBIAN_FAMILY = "debian-13";

export const DISK_TYPE = "network-ssd";
export const KEY_ROTATION = "8760h";

/** Compute takes 256 KB for one value of the metadata; what the engine puts in is an id or two. */
const USER_DATA_LIMIT = 256 * 1024;
const USER_DATA_RESERVE = 512;

/** `metadata_options` count: 1 is on, 2 is off. */
const ON = 1;
const OFF = 2;

/** What all machines of a unit share; each is for an attribute. */
interface Shared {
  readonly serviceAccountId: string;
  readonly securityGroupId: string;
  readonly diskKeyId: string;
  readonly logGroup: Template;
  readonly attributes: RunnerAttributes;
  readonly outputs: RunnerResources["outputs"];
  /** What has to be there before a machine is of use. */
  readonly needed: readonly ITerraformDependable[];
}

/**
 * Child: `runner` (`ComputeInstance`, one for each runner); in the first shard what they share:
 * `runnerAccount` (`IamServiceAccount`), `runnerRoles`, `runnerSecrets`, `runnerKeys`, `securityGroup`, `logs`,
 * `diskKey`; in the others the variable `shared`. Data sources: `image`, `secret`, and those of the network.
 *
 * The engine can't start or stop a machine of Yandex Cloud: the output `power` says which ones are to be on,
 * for whoever does that through the compute API after an apply.
 */
export function makeMachines(scope: Construct, unit: UnitSpecification, pool: ApexNadirPool, shard: number): RunnerResources {
  const { configuration, cloud, resources } = unit;
  const names: NamedUnit = { nest: configuration.nest, unit: configuration.egg };
  const folderId = folderOf(unit);
  const sizes = chooseSizes(configuration.egg, resources);
  const network = networkOf(scope, cloud, folderId);
  const shared = shard === 1 ? makeShared(scope, unit, network) : sharedByVariable(scope);
  const places = `local.${new TerraformLocal(scope, "places", `\${${placesExpression(sizes, network.subnets)}}`).friendlyUniqueId}`;
  const image = imageOf(scope, unit);
  pool.require((runner) => `can(regex("^[0-9]{1,4}$", ${runner}.place))`, "The place of a runner is the number of one of the Egg's places, from 0: every platform in every subnet.");
  pool.require((_, id) => `can(regex("^[a-z0-9]([a-z0-9-]{0,${RUNNER_ID_LIMIT - 2}}[a-z0-9])?$", ${id}))`, `On Yandex Cloud the id of a runner has 1 to ${RUNNER_ID_LIMIT} small letters, digits and "-", and neither starts nor ends with "-".`);
  const runner = new ComputeInstance(scope, "runner", {
    forEach: `\${${pool.runners}}`,
    folderId,
    name: `${resourceName(names, "vm", NAME_RULES.machine)}-\${each.key}`,
    zone: placeExpression(places, "zone"),
    platformId: placeExpression(places, "platform"),
    resources: { cores: placeExpression(places, "cores"), memory: placeExpression(places, "memory"), coreFraction: 100 },
    bootDisk: {
      autoDelete: true,
      initializeParams: { imageId: `\${${image}.id}`, size: `\${max(${resources.disk}, ${image}.min_disk_size)}`, type: DISK_TYPE, kmsKeyId: shared.diskKeyId },
    },
    networkInterface: [{ subnetId: placeExpression(places, "subnet_id"), nat: cloud.network.assignPublicIp, securityGroupIds: [shared.securityGroupId] }],
    // A request for a token carries a header here (Google's flavour) or a token of its own (Amazon's second): none can be forged through a redirect.
    metadataOptions: { gceHttpEndpoint: ON, gceHttpToken: ON, awsV1HttpEndpoint: OFF, awsV1HttpToken: OFF, awsV2HttpEndpoint: ON, awsV2HttpToken: OFF },
    metadata: { "user-data": userData(unit, shared.logGroup), [EGG_METADATA]: plainText(configuration.egg) },
    schedulingPolicy: { preemptible: cloud.preemptible },
    serviceAccountId: shared.serviceAccountId,
    labels: unitLabels(names, cloud.tags, { "gosling-config": configuration.revision, "gosling-runner": "${each.key}" }),
    ...(shared.needed.length > 0 && { dependsOn: shared.needed }),
    lifecycle: {
      // A machine that is there never changes with the configuration: only a new one has a new one.
      ignoreChanges: "all",
      precondition: [{ condition: `\${length(${places}) > 0}`, errorMessage: `${plainText(network.description)}: name network.subnet_ids.` }],
    },
  });
  const machine = runner.terraformAddress;
  return {
    runners: `{ for id, machine in ${machine} : id => { egg = machine.metadata["${EGG_METADATA}"], revision = machine.labels["gosling-config"] } }`,
    attributes: shared.attributes,
    outputs: {
      places: { value: `\${${places}}`, description: "Where machines can be made, in the order in which it is tried: a runner's place is a number in this list." },
      power: { value: `\${{ for id, runner in ${pool.runners} : id => { instance = ${machine}[id].id, power = runner.power } }}`, description: 'The machines of this stack: id => the instance and whether it is to be "on" or "off".' },
      ...shared.outputs,
    },
  };
}

/** The unit's name as it is: a label could not hold all of them. */
const EGG_METADATA = "gosling-egg";

function makeShared(scope: Construct, unit: UnitSpecification, network: YandexNetwork): Shared {
  const { configuration, cloud } = unit;
  const names: NamedUnit = { nest: configuration.nest, unit: configuration.egg };
  const folderId = folderOf(unit);
  const labels = unitLabels(names, cloud.tags);
  const logs = makeLogGroup(scope, names, folderId, labels).terraformAddress;
  const account = makeServiceAccount(scope, {
    unit: names,
    part: "runner",
    description: `The runners of ${plainText(configuration.egg)}`,
    folderId,
    folderRoles: ["logging.writer", ...(isPrivate(machineImage(configuration)) ? [PULL_ROLE] : []), ...jobRoles(unit)],
    secrets: unitSecrets(unit, "yc-lockbox").map(({ name }) => name),
    labels,
  });
  const group = egressOnly(scope, names, network.networkId, folderId, labels).terraformAddress;
  const key = new KmsSymmetricKey(scope, "diskKey", {
    folderId,
    name: resourceName(names, "disk", NAME_RULES.key),
    description: `Disks of the runners of ${plainText(configuration.egg)}`,
    defaultAlgorithm: "AES_256",
    rotationPeriod: KEY_ROTATION,
    labels,
    lifecycle: { ignoreChanges: ["name"] },
  }).terraformAddress;
  const ids = { service_account_id: account.id.slice(2, -1), security_group_id: `${group}.id`, log_group_id: `${logs}.id`, disk_key_id: `${key}.id` };
  const value = `\${{ ${Object.entries(ids).map(([name, id]) => `${name} = ${id}`).join(", ")} }}`;
  return {
    serviceAccountId: account.id,
    securityGroupId: `\${${ids.security_group_id}}`,
    diskKeyId: `\${${ids.disk_key_id}}`,
    logGroup: template`${expression(ids.log_group_id)}`,
    attributes: { serviceAccountId: account.id, securityGroupId: `\${${ids.security_group_id}}`, logGroupName: `\${${ids.log_group_id}}` },
    outputs: { shared: { value, description: "What the machines of all shards share: the variable of the same name of the further stacks." } },
    needed: account.permissions,
  };
}

function sharedByVariable(scope: Construct): Shared {
  const variable = new TerraformVariable(scope, "shared", {
    type: "object({ service_account_id = string, security_group_id = string, log_group_id = string, disk_key_id = string })",
    description: "What the machines of all shards share: the output of the same name of the first stack.",
    nullable: false,
  });
  const of = (name: string): string => `var.${variable.friendlyUniqueId}.${name}`;
  const serviceAccountId = `\${${of("service_account_id")}}`;
  const securityGroupId = `\${${of("security_group_id")}}`;
  const attributes = { serviceAccountId, securityGroupId, logGroupName: `\${${of("log_group_id")}}` };
  return { serviceAccountId, securityGroupId, diskKeyId: `\${${of("disk_key_id")}}`, logGroup: template`${expression(of("log_group_id"))}`, attributes, outputs: {}, needed: [] };
}

/** Address of the image: the newest of the family, or the one that the Egg names. */
export function imageOf(scope: Construct, { resources }: Pick<UnitSpecification, "resources">): string {
  const { machineImage } = resources;
  return new DataYandexComputeImage(scope, "image", machineImage === undefined ? { family: DEBIAN_FAMILY, folderId: STANDARD_IMAGES } : { imageId: plainText(machineImage) }).terraformAddress;
}

/** @throws GoslingError `CONFIGURATION_TOO_LARGE` */
function userData(unit: UnitSpecification, logGroup: Template): string {
  const { configuration } = unit;
  const setup = machineSetup({ configuration, secretsPlace: { YC_FOLDER_ID: unit.cloud.folderId ?? "" }, logging: logArguments(template`${expression("each.key")}`), ...(isPrivate(machineImage(configuration)) && { login: dockerLogin() }) });
  const text = templateText(cloudInitTemplate(withLogSender(setup, logGroup, configuration.proxy)));
  const size = Buffer.byteLength(text);
  if (size > USER_DATA_LIMIT - USER_DATA_RESERVE) {
    throw new GoslingError("CONFIGURATION_TOO_LARGE", `What a machine of ${configuration.egg} is told is ${size} bytes long; Yandex Cloud takes ${USER_DATA_LIMIT - USER_DATA_RESERVE}`, {
      hint: "Shorten startup_script, ca_certificate, environment or agent_config; a long script can be fetched by startup_script.",
    });
  }
  return text;
}
