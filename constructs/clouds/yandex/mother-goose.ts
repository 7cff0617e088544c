import { durationSeconds } from "../../../src/vocabulary/duration";
import { GoslingError } from "../../../src/vocabulary/error";
import { ApiGateway } from "../../bindings/yandex/api-gateway";
import { DataYandexContainerRegistry } from "../../bindings/yandex/data-yandex-container-registry";
import { FunctionTrigger } from "../../bindings/yandex/function-trigger";
import { KmsSymmetricKey } from "../../bindings/yandex/kms-symmetric-key";
import { KmsSymmetricKeyIamMember } from "../../bindings/yandex/kms-symmetric-key-iam-member";
import { MessageQueue } from "../../bindings/yandex/message-queue";
import { ResourcemanagerFolderIamMember } from "../../bindings/yandex/resourcemanager-folder-iam-member";
import { ServerlessContainer } from "../../bindings/yandex/serverless-container";
import { ServerlessContainerIamBinding } from "../../bindings/yandex/serverless-container-iam-binding";
import { StorageBucketIamBinding } from "../../bindings/yandex/storage-bucket-iam-binding";
import { YdbDatabaseIamBinding } from "../../bindings/yandex/ydb-database-iam-binding";
import { YdbDatabaseServerless } from "../../bindings/yandex/ydb-database-serverless";
import { canonicalJson } from "../../canonical-json";
import type { Construct } from "../../cdktf";
import { type NamedUnit, resourceName } from "../../names";
import { cronExpressions, intervalExpression } from "../../schedule-expression";
import { DEFAULT_SERVICE_IMAGE, GOOSE_VARIABLE } from "../../service-image";
import { expression, plainText, template, templateJson } from "../../template";
import { GOOSE_MESSAGES, GOOSE_UNIT, type MotherGooseResources, type MotherGooseSpecification } from "../mother-goose-cloud";
import { makeBucket } from "./bucket";
import { containerSize } from "./container-size";
import { makeLogGroup } from "./logs";
import { KEY_ROTATION } from "./machines";
import { NAME_RULES } from "./name-rules";
import { containerNetwork } from "./network";
import { makeServiceAccount, type ServiceAccount } from "./service-account";
import { serviceLabels } from "./service-labels";
import { folderOf } from "./unit";

const KEEP_VERSIONS_DAYS = 90;
const DEAD_RETENTION_SECONDS = 14 * 24 * 3600;
/** What a timer hands over. Cloud Functions, "Timer". */
const PAYLOAD_LIMIT = 4096;
/** Requests that one instance of the API answers at once. */
const API_CONCURRENCY = 16;

/** What the service's processes may do in the folder: Yandex Cloud's roles know no tags, so the folder is the limit. */
const API_ROLES = ["lockbox.payloadViewer", "logging.writer", "ymq.writer"];
const WORKER_ROLES = ["compute.editor", "iam.serviceAccounts.user", "lockbox.payloadViewer", "logging.writer", "viewer", "vpc.user", "ymq.reader", "ymq.writer"];

/**
 * API gateway → container; queue → trigger → container; timers → container; database, buckets, key, one service
 * account each. The service makes its tables itself: they are document tables, which the provider can't make.
 *
 * Children: `gateway` (`ApiGateway`), `api` and `worker` (`ServerlessContainer`), `queue`, `dead` (`MessageQueue`),
 * `trigger` and `clock-NAME` (`FunctionTrigger`), `database` (`YdbDatabaseServerless`), `state` and `work`
 * (`StorageBucket`), `key` (`KmsSymmetricKey`), `logs`; the accounts `apiAccount`, `workerAccount`,
 * `invokerAccount` and what they are granted.
 *
 * @throws GoslingError `PROPS` for what the platform can't do
 */
export function makeMotherGoose(scope: Construct, goose: MotherGooseSpecification): MotherGooseResources {
  const { nest, values, stateBucket } = goose;
  if (values.api?.domain !== undefined) {
    throw new GoslingError("PROPS", "mothergoose.api.domain: on Yandex Cloud this version makes no certificate", { hint: "Remove it; the gateway's own address is an output of the stack." });
  }
  const unit: NamedUnit = { nest, unit: GOOSE_UNIT };
  const labels = serviceLabels("service", unit, "mothergoose", values.cloud.tags);
  const folderId = folderOf(values);
  const image = imageOf(scope, goose, folderId);
  const logGroupId = `\${${makeLogGroup(scope, unit, folderId, labels).terraformAddress}.id}`;
  const keyId = `\${${new KmsSymmetricKey(scope, "key", { folderId, name: resourceName(unit, "data", NAME_RULES.key), description: `Data of MotherGoose of ${nest}`, defaultAlgorithm: "AES_256", rotationPeriod: KEY_ROTATION, deletionProtection: values.database.deletionProtection, labels }).terraformAddress}.id}`;
  const database = new YdbDatabaseServerless(scope, "database", { folderId, name: resourceName(unit, "data", NAME_RULES.key), description: `MotherGoose of ${nest}`, deletionProtection: values.database.deletionProtection, labels }).terraformAddress;
  const queue = makeQueues(scope, goose, unit, labels);
  const bucket = { unit, folderId, keyId, labels, keepVersionsDays: KEEP_VERSIONS_DAYS };
  const own = stateBucket === undefined ? makeBucket(scope, { ...bucket, part: "state" }) : undefined;
  const state = own ?? plainText(stateBucket ?? "");
  const work = makeBucket(scope, { ...bucket, part: "work" });

  const account = (part: string, description: string, folderRoles: readonly string[]): ServiceAccount => makeServiceAccount(scope, { unit, part, description: `${description} of MotherGoose of ${nest}`, folderId, folderRoles, labels });
  const pull = image.isOwn ? ["container-registry.images.puller"] : [];
  const api = account("api", "The API", [...API_ROLES, ...pull]);
  // Granting one role on a bucket of somebody else's would take it from all others who have it.
  const worker = account("worker", "The workers", [...WORKER_ROLES, ...pull, ...(own === undefined ? ["storage.editor"] : []), ...(values.cloud.role?.policies ?? [])]);
  const invoker = account("invoker", "The gateway and the clock", ["ymq.reader"]);
  new YdbDatabaseIamBinding(scope, "rows", { databaseId: `\${${database}.id}`, role: "ydb.editor", members: [api.member, worker.member] });
  for (const [id, { member }] of [["apiKey", api], ["workerKey", worker]] as const) new KmsSymmetricKeyIamMember(scope, id, { symmetricKeyId: keyId, role: "kms.keys.encrypterDecrypter", member });
  for (const [id, name] of [["stateAccess", own], ["workAccess", work]] as const) if (name !== undefined) new StorageBucketIamBinding(scope, id, { bucket: name, role: "storage.editor", members: [worker.member] });

  const networkId = containerNetwork(scope, values.cloud);
  const told = { format: 1, nest, database: template`${expression(`${database}.document_api_endpoint`)}`, queue: template`${expression(queue.url.slice(2, -1))}`, buckets: { state: own === undefined ? state : template`${expression(own.slice(2, -1))}`, work: template`${expression(work.slice(2, -1))}` }, key: template`${expression(keyId.slice(2, -1))}` };
  const container = (part: "api" | "worker", of: ServiceAccount, memory: number, timeout: string, concurrency: number, least: number): string => {
    const size = containerSize(`mothergoose (${part})`, { cpu: 1, memory, disk: 1, architecture: "amd64" });
    return new ServerlessContainer(scope, part, {
      folderId,
      name: resourceName(unit, part, NAME_RULES.container),
      description: `Gosling: MotherGoose's ${part}`,
      runtime: { type: "http" },
      concurrency,
      cores: size.cores,
      coreFraction: 100,
      memory: size.memoryMb,
      executionTimeout: `${durationSeconds(timeout)}s`,
      serviceAccountId: of.id,
      image: { url: image.url, command: ["gosling"], args: ["serve", `--part=${part}`], environment: { [GOOSE_VARIABLE]: templateJson({ ...told, part }) } },
      metadataOptions: { gceHttpEndpoint: 1, awsV1HttpEndpoint: 2 },
      logOptions: { logGroupId },
      ...(least > 0 && { provisionPolicy: { minInstances: least } }),
      ...(networkId !== undefined && { connectivity: { networkId } }),
      labels,
      dependsOn: of.permissions,
    }).terraformAddress;
  };
  const apiContainer = container("api", api, values.service.memory, values.service.timeout, API_CONCURRENCY, values.service.minInstances);
  const workerContainer = container("worker", worker, values.workers.memory, values.workers.timeout, 1, 0);
  const invoked = [["apiInvoker", apiContainer], ["workerInvoker", workerContainer]] as const;
  const mayInvoke = invoked.map(([id, address]) => new ServerlessContainerIamBinding(scope, id, { containerId: `\${${address}.id}`, role: "serverless-containers.containerInvoker", members: [invoker.member] }));

  const call = (path: string): { readonly id: string; readonly serviceAccountId: string; readonly path: string } => ({ id: `\${${workerContainer}.id}`, serviceAccountId: invoker.id, path });
  const dependsOn = [...invoker.permissions, ...mayInvoke];
  new FunctionTrigger(scope, "trigger", {
    folderId,
    name: resourceName(unit, "work", NAME_RULES.trigger),
    messageQueue: { queueId: queue.arn, serviceAccountId: invoker.id, batchSize: "1", batchCutoff: "0", visibilityTimeout: String(durationSeconds(values.queue.visibilityTimeout)) },
    container: call("/internal/work"),
    labels,
    dependsOn,
  });
  const timer = (of: Construct, id: string, part: string, message: string, cronExpression: string, payload: string): void =>
    void new FunctionTrigger(of, id, { folderId, name: resourceName(unit, part, NAME_RULES.trigger), timer: { cronExpression, payload }, container: call(`/internal/${message}`), labels, dependsOn });
  for (const [name, text, message] of [["sync", values.triggers.gitSync, GOOSE_MESSAGES.gitSync], ["health", values.triggers.healthCheck, GOOSE_MESSAGES.healthCheck]] as const) {
    cronExpressions(text).forEach((cron, index) => timer(scope, `clock-${name}${index === 0 ? "" : `-${index + 1}`}`, `${name}${index === 0 ? "" : index + 1}`, message, cron, "{}"));
  }
  const gateway = new ApiGateway(scope, "gateway", {
    folderId,
    name: resourceName(unit, "api", NAME_RULES.container),
    description: `Gosling: MotherGoose of ${nest}`,
    spec: gatewaySpecification(nest, apiContainer, invoker.id),
    executionTimeout: String(durationSeconds(values.service.timeout)),
    logOptions: { logGroupId },
    labels,
    dependsOn: mayInvoke,
  }).terraformAddress;

  return {
    attributes: { url: `https://\${${gateway}.domain}`, queueUrl: queue.url, stateBucketName: state, keyId, apiServiceAccountId: api.id, workerServiceAccountId: worker.id },
    makePolicy: (of, policy) => {
      const payload = canonicalJson(policy);
      const size = Buffer.byteLength(payload);
      if (size > PAYLOAD_LIMIT) {
        throw new GoslingError("CONFIGURATION_TOO_LARGE", `The compiled policy of uglyfox is ${size} bytes long; a timer of Yandex Cloud hands ${PAYLOAD_LIMIT} over`, { hint: "Write fewer rules, shorter conditions, or fewer runners_condition blocks." });
      }
      timer(of, "check", "uglyfox", GOOSE_MESSAGES.healthCheck, intervalExpression(policy.pruning.checkIntervalSeconds), plainText(payload));
    },
    // Yandex Cloud grants sending on nothing less than the folder.
    grantSend: (id, serviceAccountId) => void new ResourcemanagerFolderIamMember(scope, id, { folderId, role: "ymq.writer", member: `serviceAccount:${serviceAccountId}` }),
  };
}

interface Queue {
  readonly arn: string;
  readonly url: string;
}

function makeQueues(scope: Construct, { values: { queue } }: MotherGooseSpecification, unit: NamedUnit, labels: Readonly<Record<string, string>>): Queue {
  const dead = new MessageQueue(scope, "dead", { name: resourceName(unit, "dead", NAME_RULES.queue), messageRetentionSeconds: DEAD_RETENTION_SECONDS, tags: labels }).terraformAddress;
  const address = new MessageQueue(scope, "queue", {
    name: resourceName(unit, "work", NAME_RULES.queue),
    visibilityTimeoutSeconds: durationSeconds(queue.visibilityTimeout),
    messageRetentionSeconds: durationSeconds(queue.retention),
    redrivePolicy: templateJson({ deadLetterTargetArn: template`${expression(`${dead}.arn`)}`, maxReceiveCount: queue.maxReceives }),
    tags: labels,
  }).terraformAddress;
  return { arn: `\${${address}.arn}`, url: `\${${address}.id}` };
}

/** Containers take images of Yandex's registries only; the default is Gosling's image in the Nest's own registry, `gosling-NEST`. */
function imageOf(scope: Construct, { nest, values: { service } }: MotherGooseSpecification, folderId: string): { readonly url: string; readonly isOwn: boolean } {
  if (service.image === undefined) {
    const registry = new DataYandexContainerRegistry(scope, "registry", { folderId, name: `gosling-${nest}` }).terraformAddress;
    return { url: `cr.yandex/\${${registry}.id}/${DEFAULT_SERVICE_IMAGE}`, isOwn: true };
  }
  if (!service.image.startsWith("cr.yandex/")) {
    throw new GoslingError("PROPS", `mothergoose.service.image is no image that Serverless Containers can run: ${service.image}`, { hint: "They take images of Yandex Container Registry: cr.yandex/REGISTRY/NAME:TAG." });
  }
  return { url: plainText(service.image), isOwn: !/^cr\.yandex\/(?:yc|mirror)\//.test(service.image) };
}

/** Every request goes to the service: it knows its paths, and who may use them. */
function gatewaySpecification(nest: string, container: string, serviceAccountId: string): string {
  const any = { "x-yc-apigateway-any-method": { "x-yc-apigateway-integration": { type: "serverless_containers", container_id: template`${expression(`${container}.id`)}`, service_account_id: template`${expression(serviceAccountId.slice(2, -1))}` } } };
  const rest = { ...any, parameters: [{ name: "path", in: "path", required: true, schema: { type: "string" } }] };
  return templateJson({ openapi: "3.0.0", info: { title: `MotherGoose of ${nest}`, version: "1" }, paths: { "/": any, "/{path+}": rest } });
}
