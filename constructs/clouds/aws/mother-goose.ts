import { durationSeconds } from "../../../src/vocabulary/duration";
import { GoslingError } from "../../../src/vocabulary/error";
import { AcmCertificate } from "../../bindings/aws/acm-certificate";
import { AcmCertificateValidation } from "../../bindings/aws/acm-certificate-validation";
import { Apigatewayv2Api } from "../../bindings/aws/apigatewayv2-api";
import { Apigatewayv2ApiMapping } from "../../bindings/aws/apigatewayv2-api-mapping";
import { Apigatewayv2DomainName } from "../../bindings/aws/apigatewayv2-domain-name";
import { Apigatewayv2Integration } from "../../bindings/aws/apigatewayv2-integration";
import { Apigatewayv2Route } from "../../bindings/aws/apigatewayv2-route";
import { Apigatewayv2Stage } from "../../bindings/aws/apigatewayv2-stage";
import { DynamodbTable } from "../../bindings/aws/dynamodb-table";
import { IamRolePolicy } from "../../bindings/aws/iam-role-policy";
import { KmsAlias } from "../../bindings/aws/kms-alias";
import { KmsKey } from "../../bindings/aws/kms-key";
import { LambdaEventSourceMapping } from "../../bindings/aws/lambda-event-source-mapping";
import { LambdaFunction } from "../../bindings/aws/lambda-function";
import { LambdaPermission } from "../../bindings/aws/lambda-permission";
import { SnsTopic } from "../../bindings/aws/sns-topic";
import { SqsQueue } from "../../bindings/aws/sqs-queue";
import type { Construct, ITerraformDependable } from "../../cdktf";
import { type NamedUnit, type NameRule, resourceName } from "../../names";
import { cronExpressions } from "../../schedule-expression";
import { DEFAULT_SERVICE_IMAGE, GOOSE_VARIABLE } from "../../service-image";
import { expression, plainText, template, type Template, templateJson, templateText } from "../../template";
import { GOOSE_MESSAGES, GOOSE_TABLES, GOOSE_UNIT, type MotherGooseResources, type MotherGooseSpecification } from "../mother-goose-cloud";
import { makeAlarm } from "./alarms";
import { type Bucket, makeBucket } from "./bucket";
import { type LogGroup, makeLogGroup } from "./logs";
import { apiStatements, type GooseData, workerStatements } from "./mother-goose-policies";
import { NAME_RULES } from "./name-rules";
import { egressOnly, networkOf } from "./network";
import { type AwsPlace, placeOf } from "./place";
import { policyDocument, sendMessages, useNetwork, writeLogs } from "./policies";
import { makeRole, type Role } from "./roles";
import { makeSchedules } from "./schedules";
import { serviceTags } from "./service-tags";
import { regionOf } from "./unit";
import { makePolicy } from "./uglyfox-policy";

/** AWS, "Lambda quotas" and "Quotas for HTTP APIs". */
const LAMBDA_SECONDS = 900;
const LAMBDA_MEMORY_MB = 10_240;
const GATEWAY_SECONDS = 30;
const MOST_AT_ONCE = { least: 2, most: 1000 };
/** The engine and its providers stand in the worker's own disk. */
const WORKER_DISK_MB = 10_240;

/** Lambda asks for a queue that waits so many of its function's time-outs. */
const DEAD_RETENTION_SECONDS = 14 * 24 * 3600;
const KEEP_VERSIONS_DAYS = 90;
const KEY_DELETION_DAYS = 30;
const THROTTLE = { requestsPerSecond: 200, burst: 1000 };
/** A message that waits longer than this waits for a worker that is not there. */
const OLDEST_MESSAGE_SECONDS = 900;

/** DynamoDB, CreateTable. */
const TABLE_NAME: NameRule = { limit: 255, forbidden: /[^a-zA-Z0-9_.-]/ };
/** API Gateway, CreateApi; KMS, CreateAlias; SNS, CreateTopic. */
const PLAIN_NAME: NameRule = { limit: 128, forbidden: /[^a-zA-Z0-9_-]/ };

/** What of the request stands in the API's log: no header and no body. */
const LOG_FORMAT = { id: "$context.requestId", time: "$context.requestTime", method: "$context.httpMethod", path: "$context.path", status: "$context.status", latency: "$context.responseLatency", error: "$context.integrationErrorMessage" };

/**
 * HTTP API → function; queue → function; tables, buckets, key, schedules, alarms, one role each.
 *
 * Children: `gateway` (`Apigatewayv2Api`), `stage`, `integration`, `route`, `invoke`; `api` and `worker`
 * (`LambdaFunction`), `trigger`; `queue`, `dead`; `table-NAME`; `state` and `work` (buckets and their parts); `key`,
 * `alias`; `logs`, `topic`, `…Alarm`; `clockGroup`, `clock-NAME`; the roles `apiRole`, `workerRole`, `clockRole`
 * with their policies; with a domain `certificate`, `validated`, `domain`, `mapping`; with a network
 * `securityGroup`.
 *
 * @throws GoslingError `PROPS` for what Lambda can't do
 */
export function makeMotherGoose(scope: Construct, goose: MotherGooseSpecification): MotherGooseResources {
  const { nest, values, stateBucket } = goose;
  checkLimits(goose);
  const unit: NamedUnit = { nest, unit: GOOSE_UNIT };
  const tags = serviceTags("service", unit, "mothergoose", values.cloud.tags);
  const place = placeOf(scope, regionOf(values));
  const logs = makeLogGroup(scope, unit, tags);
  const key = new KmsKey(scope, "key", { description: `Data of MotherGoose of ${nest}`, enableKeyRotation: true, deletionWindowInDays: KEY_DELETION_DAYS, tags }).terraformAddress;
  new KmsAlias(scope, "alias", { name: `alias/${resourceName(unit, "data", PLAIN_NAME)}`, targetKeyId: `\${${key}.key_id}` });
  const keyArn = template`${expression(`${key}.arn`)}`;
  const tables = GOOSE_TABLES.map((name) => makeTable(scope, unit, name, keyArn, values.database.deletionProtection, tags));
  const queues = makeQueues(scope, goose, unit, tags);
  const bucket = { unit, place, tags, keyArn, keepVersionsDays: KEEP_VERSIONS_DAYS };
  const state: Bucket = stateBucket === undefined ? makeBucket(scope, { ...bucket, part: "state" }) : { name: template`${stateBucket}`, arn: template`arn:${place.partition}:s3:::${stateBucket}` };
  const work = makeBucket(scope, { ...bucket, part: "work" });
  const data: GooseData = { nest, place, tableArns: tables.map(({ arn }) => arn), queueArn: queues.arn, keyArn };

  const inNetwork = values.cloud.network.vpcId === undefined && values.cloud.network.subnetIds === undefined ? undefined : networkOf(scope, values.cloud);
  const group = inNetwork && egressOnly(scope, unit, inNetwork.vpcId, tags);
  const vpcConfig: FunctionProps["vpcConfig"] = inNetwork && group && { subnetIds: `\${${inNetwork.subnets}}`, securityGroupIds: [`\${${group.terraformAddress}.id}`] };
  const told = { format: 1, nest, tables: Object.fromEntries(tables.map(({ name, table }) => [name, table])), queue: queues.url, buckets: { state: state.name, work: work.name }, key: keyArn, policy: `/gosling/${nest}/uglyfox` };
  const boundary = values.cloud.role?.permissionsBoundary;
  const role = (part: "api" | "worker", statements: Parameters<typeof makeRole>[1]["statements"]): Role =>
    makeRole(scope, {
      unit,
      part,
      service: "lambda.amazonaws.com",
      statements: [...writeLogs(logs.arn), ...(vpcConfig ? useNetwork() : []), ...statements],
      ...(values.cloud.role && { jobs: part === "worker" ? values.cloud.role : { policies: [], ...(boundary !== undefined && { permissionsBoundary: boundary }) } }),
      tags,
    });
  const make = (part: "api" | "worker", of: Role, more: FunctionSettings): LambdaFunction => makeFunction(scope, unit, part, { logs, role: of, image: imageOf(goose, place), told, ...(vpcConfig && { vpcConfig }), tags, ...more });

  const apiRole = role("api", apiStatements(data));
  const api = make("api", apiRole, { timeout: durationSeconds(values.service.timeout), memorySize: values.service.memory, reservedConcurrentExecutions: values.service.maxInstances });
  const url = makeGateway(scope, goose, unit, api.terraformAddress, logs.arn, tags);
  const workerRole = role("worker", workerStatements(data, [state, work]));
  const worker = make("worker", workerRole, { timeout: durationSeconds(values.workers.timeout), memorySize: values.workers.memory, ephemeralStorage: { size: WORKER_DISK_MB } });
  new LambdaEventSourceMapping(scope, "trigger", {
    functionName: `\${${worker.terraformAddress}.arn}`,
    eventSourceArn: templateText(queues.arn),
    batchSize: 1,
    scalingConfig: { maximumConcurrency: Math.min(Math.max(values.workers.maxInstances, MOST_AT_ONCE.least), MOST_AT_ONCE.most) },
    tags,
  });
  makeSchedules(scope, { unit, part: "clock", place, queueArn: queues.arn, schedules: clock(goose), ...(boundary !== undefined && { permissionsBoundary: boundary }), tags });

  const topicArn = `\${${new SnsTopic(scope, "topic", { name: resourceName(unit, "alarms", PLAIN_NAME), kmsMasterKeyId: "alias/aws/sns", tags }).terraformAddress}.arn}`;
  const alarm = { unit, topicArn, tags };
  makeAlarm(scope, { ...alarm, part: "dead", namespace: "AWS/SQS", metric: "ApproximateNumberOfMessagesVisible", dimensions: { QueueName: queues.deadName }, statistic: "Maximum", threshold: 0, description: "Messages that no worker could deal with" });
  makeAlarm(scope, { ...alarm, part: "waiting", namespace: "AWS/SQS", metric: "ApproximateAgeOfOldestMessage", dimensions: { QueueName: queues.name }, statistic: "Maximum", threshold: OLDEST_MESSAGE_SECONDS, description: "Messages wait too long for a worker" });
  for (const [part, { terraformAddress }] of [["api", api], ["worker", worker]] as const) {
    makeAlarm(scope, { ...alarm, part, namespace: "AWS/Lambda", metric: "Errors", dimensions: { FunctionName: `\${${terraformAddress}.function_name}` }, statistic: "Sum", threshold: 0, description: `Failures of MotherGoose's ${part}` });
  }
  return {
    attributes: { url, queueUrl: templateText(queues.url), stateBucketName: templateText(state.name), keyId: templateText(keyArn), apiRoleArn: templateText(apiRole.arn), workerRoleArn: templateText(workerRole.arn), alarmTopicArn: topicArn },
    makePolicy: (of, policy) => makePolicy(of, policy, { unit, place, queueArn: queues.arn, topicArn, ...(boundary !== undefined && { permissionsBoundary: boundary }), tags }),
    grantSend: (id, roleName) => void new IamRolePolicy(scope, id, { name: "gosling-mothergoose", role: roleName, policy: templateJson(policyDocument(sendMessages(queues.arn))) }),
  };
}

/** @throws GoslingError `PROPS` */
function checkLimits({ values: { service, workers } }: MotherGooseSpecification): void {
  const wrong = (message: string, hint: string): GoslingError => new GoslingError("PROPS", message, { hint });
  if (durationSeconds(workers.timeout) > LAMBDA_SECONDS) throw wrong(`mothergoose.workers.timeout is ${workers.timeout}; workers on AWS are functions of Lambda, which end after 15m`, 'Lower it to "15m".');
  for (const [name, { memory }] of Object.entries({ service, workers })) {
    if (memory > LAMBDA_MEMORY_MB) throw wrong(`mothergoose.${name}.memory is ${memory} MB; a function of Lambda has at most ${LAMBDA_MEMORY_MB}`, "Lower it.");
  }
  if (service.minInstances > 0) throw wrong(`mothergoose.service.min_instances is ${service.minInstances}; on AWS the service is a function of Lambda, which starts when it is asked`, "Set it to 0.");
}

interface Table {
  readonly name: string;
  readonly table: Template;
  readonly arn: Template;
}

function makeTable(scope: Construct, unit: NamedUnit, name: string, keyArn: Template, deletionProtectionEnabled: boolean, tags: Readonly<Record<string, string>>): Table {
  const address = new DynamodbTable(scope, `table-${name}`, {
    name: resourceName(unit, name, TABLE_NAME),
    billingMode: "PAY_PER_REQUEST",
    hashKey: "pk",
    rangeKey: "sk",
    attribute: [{ name: "pk", type: "S" }, { name: "sk", type: "S" }],
    ttl: { attributeName: "expires_at", enabled: true },
    pointInTimeRecovery: { enabled: true },
    serverSideEncryption: { enabled: true, kmsKeyArn: templateText(keyArn) },
    deletionProtectionEnabled,
    tags,
  }).terraformAddress;
  return { name, table: template`${expression(`${address}.name`)}`, arn: template`${expression(`${address}.arn`)}` };
}

interface Queues {
  readonly arn: Template;
  readonly url: Template;
  readonly name: string;
  readonly deadName: string;
}

function makeQueues(scope: Construct, { values: { queue } }: MotherGooseSpecification, unit: NamedUnit, tags: Readonly<Record<string, string>>): Queues {
  const dead = new SqsQueue(scope, "dead", { name: resourceName(unit, "dead", NAME_RULES.queue), sqsManagedSseEnabled: true, messageRetentionSeconds: DEAD_RETENTION_SECONDS, tags }).terraformAddress;
  const address = new SqsQueue(scope, "queue", {
    name: resourceName(unit, "work", NAME_RULES.queue),
    sqsManagedSseEnabled: true,
    visibilityTimeoutSeconds: durationSeconds(queue.visibilityTimeout),
    messageRetentionSeconds: durationSeconds(queue.retention),
    redrivePolicy: templateJson({ deadLetterTargetArn: template`${expression(`${dead}.arn`)}`, maxReceiveCount: queue.maxReceives }),
    tags,
  }).terraformAddress;
  return { arn: template`${expression(`${address}.arn`)}`, url: template`${expression(`${address}.url`)}`, name: `\${${address}.name}`, deadName: `\${${dead}.name}` };
}

type FunctionSettings = Pick<ConstructorParameters<typeof LambdaFunction>[2], "timeout" | "memorySize" | "reservedConcurrentExecutions" | "ephemeralStorage">;

interface FunctionProps extends FunctionSettings {
  readonly logs: LogGroup;
  readonly role: Role;
  readonly image: string;
  readonly told: object;
  readonly vpcConfig?: { readonly subnetIds: `\${${string}}`; readonly securityGroupIds: readonly string[] };
  readonly tags: Readonly<Record<string, string>>;
}

function makeFunction(scope: Construct, unit: NamedUnit, part: "api" | "worker", { logs, role, image, told, ...settings }: FunctionProps): LambdaFunction {
  return new LambdaFunction(scope, part, {
    functionName: resourceName(unit, part, NAME_RULES.lambda),
    description: `Gosling: MotherGoose's ${part}`,
    packageType: "Image",
    imageUri: image,
    imageConfig: { command: ["serve", `--part=${part}`] },
    role: templateText(role.arn),
    environment: { variables: { [GOOSE_VARIABLE]: templateJson({ ...told, part }) } },
    loggingConfig: { logFormat: "JSON", logGroup: templateText(logs.name) },
    dependsOn: role.permissions,
    ...settings,
  });
}

/** Lambda takes images from its own region's ECR only; the default is Gosling's image in the account's registry. */
function imageOf({ values: { service } }: MotherGooseSpecification, { partition, region, account }: AwsPlace): string {
  const host = `dkr.ecr.${region}.${partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"}`;
  if (service.image === undefined) return templateText(template`${account}.${host}/${DEFAULT_SERVICE_IMAGE}`);
  if (!new RegExp(`^\\d{12}\\.${host.replaceAll(".", "\\.")}/`).test(service.image)) {
    throw new GoslingError("PROPS", `mothergoose.service.image is no image that Lambda can run: ${service.image}`, { hint: `Lambda takes images of ECR in ${region}: ACCOUNT.${host}/NAME:TAG.` });
  }
  return plainText(service.image);
}

/** @returns The API's address. */
function makeGateway(scope: Construct, { values: { api, service } }: MotherGooseSpecification, unit: NamedUnit, functionAddress: string, logsArn: Template, tags: Readonly<Record<string, string>>): string {
  const domain = api?.domain;
  const gateway = new Apigatewayv2Api(scope, "gateway", { name: resourceName(unit, "api", PLAIN_NAME), protocolType: "HTTP", description: "Gosling: MotherGoose", disableExecuteApiEndpoint: domain !== undefined, tags }).terraformAddress;
  const apiId = `\${${gateway}.id}`;
  const integration = new Apigatewayv2Integration(scope, "integration", {
    apiId,
    integrationType: "AWS_PROXY",
    integrationUri: `\${${functionAddress}.invoke_arn}`,
    integrationMethod: "POST",
    payloadFormatVersion: "2.0",
    timeoutMilliseconds: Math.min(durationSeconds(service.timeout), GATEWAY_SECONDS) * 1000,
  }).terraformAddress;
  // The service itself knows its paths, and who may use them.
  new Apigatewayv2Route(scope, "route", { apiId, routeKey: "$default", target: `integrations/\${${integration}.id}` });
  const stage = new Apigatewayv2Stage(scope, "stage", {
    apiId,
    name: "$default",
    autoDeploy: true,
    defaultRouteSettings: { throttlingRateLimit: THROTTLE.requestsPerSecond, throttlingBurstLimit: THROTTLE.burst },
    accessLogSettings: { destinationArn: templateText(logsArn), format: JSON.stringify(LOG_FORMAT) },
    tags,
  }).terraformAddress;
  new LambdaPermission(scope, "invoke", { statementId: "gateway", action: "lambda:InvokeFunction", functionName: `\${${functionAddress}.function_name}`, principal: "apigateway.amazonaws.com", sourceArn: `\${${gateway}.execution_arn}/*/*` });
  return domain === undefined ? `\${${gateway}.api_endpoint}` : makeDomain(scope, domain, apiId, stage, tags);
}

/** The apply waits until the certificate's record is in the domain's DNS. */
function makeDomain(scope: Construct, domain: string, apiId: string, stage: string, tags: Readonly<Record<string, string>>): string {
  const certificate = new AcmCertificate(scope, "certificate", { domainName: plainText(domain), validationMethod: "DNS", tags, lifecycle: { createBeforeDestroy: true } }).terraformAddress;
  const validated: ITerraformDependable = new AcmCertificateValidation(scope, "validated", { certificateArn: `\${${certificate}.arn}` });
  const name = new Apigatewayv2DomainName(scope, "domain", {
    domainName: plainText(domain),
    domainNameConfiguration: { certificateArn: `\${${certificate}.arn}`, endpointType: "REGIONAL", securityPolicy: "TLS_1_2" },
    tags,
    dependsOn: [validated],
  }).terraformAddress;
  new Apigatewayv2ApiMapping(scope, "mapping", { apiId, domainName: `\${${name}.id}`, stage: `\${${stage}.id}` });
  return `https://${domain}`;
}

/** What the clock asks of the workers. */
function clock({ values: { triggers } }: MotherGooseSpecification): Parameters<typeof makeSchedules>[1]["schedules"] {
  const of = (name: string, text: string, kind: string): Parameters<typeof makeSchedules>[1]["schedules"] =>
    cronExpressions(text).map((cron, index) => ({ name: index === 0 ? name : `${name}-${index + 1}`, expression: cron, message: { kind } }));
  return [...of("sync", triggers.gitSync, GOOSE_MESSAGES.gitSync), ...of("health", triggers.healthCheck, GOOSE_MESSAGES.healthCheck)];
}
