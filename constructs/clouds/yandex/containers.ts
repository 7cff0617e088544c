import { GoslingError } from "../../../src/vocabulary/error";
import { serverlessLimits } from "../../../src/vocabulary/serverless-limits";
import { DataYandexContainerRegistry } from "../../bindings/yandex/data-yandex-container-registry";
import { FunctionTrigger } from "../../bindings/yandex/function-trigger";
import { ResourcemanagerFolderIamMember } from "../../bindings/yandex/resourcemanager-folder-iam-member";
import { ServerlessContainer } from "../../bindings/yandex/serverless-container";
import { ServerlessContainerIamBinding } from "../../bindings/yandex/serverless-container-iam-binding";
import { canonicalJson } from "../../canonical-json";
import type { Construct } from "../../cdktf";
import { literalJson } from "../../literal";
import { type NamedUnit, resourceName } from "../../names";
import { CONFIGURATION_VARIABLE, DEFAULT_RUNNER_IMAGE, RUNNER_FOLDER } from "../../runner-image";
import { plainText } from "../../template";
import { unitSecrets } from "../../unit-secrets";
import type { RunnerResources, UnitSpecification } from "../cloud";
import { containerSize } from "./container-size";
import { unitLabels } from "./labels";
import { makeLogGroup } from "./logs";
import { NAME_RULES } from "./name-rules";
import { containerNetwork } from "./network";
import { isPrivate, PULL_ROLE } from "./registry";
import { makeServiceAccount } from "./service-account";
import { makeStartQueue } from "./start-queue";
import { folderOf, jobRoles } from "./unit";

const LIMITS = serverlessLimits("yandex", undefined);

/** Where secrets are that are named, not given by id. */
const FOLDER_VARIABLE = "YC_FOLDER_ID";

/** Seconds beside a job's time limit for the start before it and the end after it. */
const GRACE_SECONDS = 300;

/**
 * A message is out of sight while its container runs, and a little longer: a trigger calls the container
 * and waits for the answer.
 */
const VISIBILITY_RESERVE_SECONDS = 120;
const RECEIVES = 3;

/**
 * A runner for each message: queue → trigger → container, which the platform ends after an hour. The
 * container runs in command mode: its entry point is started for each call, and finds the message in the
 * file that the variable `REQUEST_PATH` names.
 *
 * Children: `queue`, `dead` (`MessageQueue`), `trigger` (`FunctionTrigger`), `container`
 * (`ServerlessContainer`), `logs`; the accounts `runnerAccount` (jobs) and `triggerAccount`, with their
 * `…Roles` and `…Secrets`, and `invoker` (`ServerlessContainerIamBinding`). Data sources: `secret`,
 * `registry` where the Egg names no image, `subnet` where it names subnets.
 */
export function makeContainers(scope: Construct, unit: UnitSpecification): RunnerResources {
  const { configuration, cloud, resources } = unit;
  const { egg } = configuration;
  const names: NamedUnit = { nest: configuration.nest, unit: egg };
  const folderId = folderOf(unit);
  const size = containerSize(egg, resources);
  const environment = environmentValue(unit, folderId);
  const seconds = executionSeconds(unit);
  const labels = unitLabels(names, cloud.tags);
  const image = imageOf(scope, unit, folderId);
  const logs = makeLogGroup(scope, names, folderId, labels).terraformAddress;
  const queue = makeStartQueue(scope, names, { visibilitySeconds: seconds + VISIBILITY_RESERVE_SECONDS, receives: RECEIVES, labels });

  const runner = makeServiceAccount(scope, {
    unit: names,
    part: "runner",
    description: `The runners of ${plainText(egg)}`,
    folderId,
    folderRoles: ["logging.writer", ...(image.isPublic ? [] : [PULL_ROLE]), ...jobRoles(unit)],
    secrets: unitSecrets(unit, "yc-lockbox").map(({ name }) => name),
    labels,
  });
  const networkId = containerNetwork(scope, cloud);
  const container = new ServerlessContainer(scope, "container", {
    folderId,
    name: resourceName(names, "runner", NAME_RULES.container),
    description: `A runner of ${plainText(egg)} for one job`,
    runtime: { type: "task" },
    // One job each: another message gets another instance.
    concurrency: 1,
    cores: size.cores,
    coreFraction: 100,
    memory: size.memoryMb,
    executionTimeout: `${seconds}s`,
    serviceAccountId: runner.id,
    image: { url: image.url, environment: { [CONFIGURATION_VARIABLE]: environment, [FOLDER_VARIABLE]: folderId } },
    // The rest of the file system is held in memory.
    mounts: [{ mountPointPath: RUNNER_FOLDER, mode: "rw", ephemeralDisk: { sizeGb: resources.disk } }],
    metadataOptions: { gceHttpEndpoint: 1, awsV1HttpEndpoint: 2 },
    logOptions: { logGroupId: `\${${logs}.id}` },
    ...(networkId !== undefined && { connectivity: { networkId } }),
    labels: { ...labels, "gosling-config": configuration.revision },
    dependsOn: runner.permissions,
    lifecycle: { ignoreChanges: ["name"] },
  }).terraformAddress;

  const starter = makeServiceAccount(scope, { unit: names, part: "trigger", description: `Starts the runners of ${plainText(egg)}`, folderId, folderRoles: ["ymq.reader"], labels });
  const invoker = new ServerlessContainerIamBinding(scope, "invoker", { containerId: `\${${container}.id}`, role: "serverless-containers.containerInvoker", members: [starter.member] });
  new FunctionTrigger(scope, "trigger", {
    folderId,
    name: resourceName(names, "start", NAME_RULES.trigger),
    description: `Starts a runner of ${plainText(egg)} for each message`,
    messageQueue: { queueId: queue.arn, serviceAccountId: starter.id, batchSize: "1", batchCutoff: "0", visibilityTimeout: String(seconds + VISIBILITY_RESERVE_SECONDS) },
    container: { id: `\${${container}.id}`, serviceAccountId: starter.id },
    labels,
    dependsOn: [...starter.permissions, invoker],
    lifecycle: { ignoreChanges: ["name"] },
  });
  return {
    attributes: { serviceAccountId: runner.id, logGroupName: `\${${logs}.id}`, queueUrl: queue.url, queueArn: queue.arn },
    outputs: { queue: { value: queue.url, description: "One message to this queue starts one runner." } },
    // Message Queue has no permissions of single queues: a role on the folder is the least that there is.
    grantStart: (id, serviceAccount) => void new ResourcemanagerFolderIamMember(scope, id, { folderId, role: "ymq.writer", member: `serviceAccount:${serviceAccount}` }),
  };
}

/** @throws GoslingError `PROPS` where a job's time limit is over the platform's. */
function executionSeconds({ configuration }: UnitSpecification): number {
  const { timeoutSeconds, egg } = configuration;
  if (timeoutSeconds > LIMITS.timeoutSeconds) {
    throw new GoslingError("PROPS", `A timeout of ${timeoutSeconds} s for the runners of ${egg} is over the ${LIMITS.timeoutSeconds} s of ${LIMITS.name}`, { hint: 'Lower timeout to "60m", or use type = "vm".' });
  }
  return Math.min(timeoutSeconds + GRACE_SECONDS, LIMITS.timeoutSeconds);
}

/** @throws GoslingError `CONFIGURATION_TOO_LARGE` */
function environmentValue({ configuration }: UnitSpecification, folderId: string): string {
  const json = literalJson(canonicalJson(configuration));
  const size = [CONFIGURATION_VARIABLE, json, FOLDER_VARIABLE, folderId].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const limit = LIMITS.environmentBytes ?? Infinity;
  if (size > limit) {
    throw new GoslingError("CONFIGURATION_TOO_LARGE", `What the runners of ${configuration.egg} are told is ${size} bytes long; ${LIMITS.name} can be told ${limit}`, {
      hint: 'Shorten startup_script, ca_certificate, environment, secrets or agent_config, or use type = "vm".',
    });
  }
  return json;
}

interface ContainerImage {
  /** For an attribute. */
  readonly url: string;
  /** Everybody may read it. */
  readonly isPublic: boolean;
}

/**
 * Containers take images of Yandex's registries only. The default is the runner's image in the Nest's own
 * registry, `gosling-NEST` in the Egg's folder.
 *
 * @throws GoslingError `PROPS` for an image that stands elsewhere.
 */
function imageOf(scope: Construct, { configuration }: UnitSpecification, folderId: string): ContainerImage {
  const { image, nest, egg } = configuration;
  if (image === undefined) {
    const registry = new DataYandexContainerRegistry(scope, "registry", { folderId, name: `gosling-${nest}` }).terraformAddress;
    return { url: `cr.yandex/\${${registry}.id}/${DEFAULT_RUNNER_IMAGE}`, isPublic: false };
  }
  if (LIMITS.images && !LIMITS.images.pattern.test(image)) {
    throw new GoslingError("PROPS", `runner.image of ${egg} is no image that ${LIMITS.name} can run: ${image}`, { hint: `They take images of Yandex Container Registry: ${LIMITS.images.example}. Or use type = "vm".` });
  }
  return { url: plainText(image), isPublic: !isPrivate(image) };
}
