import { GoslingError } from "../../../src/vocabulary/error";
import { LAMBDA_TIMEOUT_SECONDS } from "../../../src/vocabulary/serverless-limits";
import { LambdaEventSourceMapping } from "../../bindings/aws/lambda-event-source-mapping";
import { LambdaFunction } from "../../bindings/aws/lambda-function";
import { canonicalJson } from "../../canonical-json";
import type { Construct } from "../../cdktf";
import { literalJson } from "../../literal";
import { type NamedUnit, resourceName, unitTags } from "../../names";
import { CONFIGURATION_VARIABLE, DEFAULT_RUNNER_IMAGE } from "../../runner-image";
import { plainText, template, templateText } from "../../template";
import { unitSecrets } from "../../unit-secrets";
import type { RunnerResources, UnitLimits, UnitSpecification } from "../cloud";
import { makeLogGroup } from "./logs";
import { NAME_RULES } from "./name-rules";
import { egressOnly, networkOf } from "./network";
import { type AwsPlace, placeOf } from "./place";
import { readSecrets, receiveMessages, useNetwork, writeLogs } from "./policies";
import { makeRole, waitFor } from "./roles";
import { grantStart, makeStartQueue } from "./start-queue";
import { checkedTags, regionOf } from "./unit";

/** Lambda gives processors by memory: a whole one for so many MB. AWS, "Configure Lambda function memory" (November 2026). */
const MEMORY_PER_VCPU_MB = 1769;
const MEMORY_LIMIT_MB = 10_240;
const DISK_MB = { least: 512, most: 10_240 };

/** Names and values of all environment variables together. AWS, "Lambda quotas". */
const ENVIRONMENT_LIMIT_BYTES = 4096;

/** Seconds after a job's time limit in which the runner may still end by itself. */
const GRACE_SECONDS = 60;

/** Lambda wants a queue to wait for so many of its function's time-outs. */
const VISIBILITY_FACTOR = 6;
const RECEIVES = 3;

/** What an event source mapping takes as its limit. */
const CONCURRENCY = { least: 2, most: 1000 };

/**
 * A runner for each message: queue → function, which the platform ends after 15 minutes.
 *
 * Children: `queue`, `dead`, `function`, `trigger` (`LambdaEventSourceMapping`), `logs`, the role
 * `runnerRole` with its `runnerPolicy`; where the Egg names a network `securityGroup`; data sources:
 * `account`, and those of the network.
 */
export function makeLambda(scope: Construct, unit: UnitSpecification, limits: UnitLimits): RunnerResources {
  const { configuration, cloud, resources } = unit;
  const names: NamedUnit = { nest: configuration.nest, unit: configuration.egg };
  const tags = checkedTags(unitTags(names, cloud.tags), configuration.egg);
  const place = placeOf(scope, regionOf(unit));
  const seconds = Math.min(configuration.timeoutSeconds + GRACE_SECONDS, LAMBDA_TIMEOUT_SECONDS);
  const logs = makeLogGroup(scope, names, tags);
  const queue = makeStartQueue(scope, names, { visibilitySeconds: VISIBILITY_FACTOR * seconds, receives: RECEIVES, tags });
  // A function outside a VPC reaches the internet by itself.
  const network = cloud.network.vpcId === undefined && cloud.network.subnetIds === undefined ? undefined : networkOf(scope, cloud);
  const group = network && egressOnly(scope, names, network.vpcId, tags);
  const role = makeRole(scope, {
    unit: names,
    part: "runner",
    service: "lambda.amazonaws.com",
    statements: [...readSecrets(place, unitSecrets(unit, "aws-sm")), ...writeLogs(logs.arn), ...receiveMessages(queue.arn), ...(network ? useNetwork() : [])],
    ...(cloud.role && { jobs: cloud.role }),
    tags,
  });
  const lambda = new LambdaFunction(scope, "function", {
    functionName: resourceName(names, "runner", NAME_RULES.lambda),
    description: "Gosling: a runner for one job",
    packageType: "Image",
    imageUri: imageOf(unit, place),
    role: templateText(role.arn),
    timeout: seconds,
    memorySize: Math.min(Math.max(resources.memory, resources.cpu * MEMORY_PER_VCPU_MB), MEMORY_LIMIT_MB),
    ephemeralStorage: { size: Math.min(Math.max(resources.disk * 1024, DISK_MB.least), DISK_MB.most) },
    architectures: [resources.architecture === "arm64" ? "arm64" : "x86_64"],
    environment: { variables: { [CONFIGURATION_VARIABLE]: environmentValue(unit) } },
    loggingConfig: { logFormat: "JSON", logGroup: templateText(logs.name) },
    ...(network && group && { vpcConfig: { subnetIds: `\${${network.subnets}}`, securityGroupIds: [`\${${group.terraformAddress}.id}`] } }),
    tags: checkedTags(unitTags(names, cloud.tags, configuration.revision), configuration.egg),
    lifecycle: { ignoreChanges: ["function_name"] },
  });
  waitFor(lambda, role.permissions);
  new LambdaEventSourceMapping(scope, "trigger", {
    functionName: `\${${lambda.terraformAddress}.arn}`,
    eventSourceArn: templateText(queue.arn),
    batchSize: 1,
    scalingConfig: { maximumConcurrency: Math.min(Math.max(limits.apex.maxCount, CONCURRENCY.least), CONCURRENCY.most) },
    tags,
  });
  return {
    attributes: {
      roleArn: templateText(role.arn),
      ...(group && { securityGroupId: `\${${group.terraformAddress}.id}` }),
      logGroupName: templateText(logs.name),
      queueUrl: templateText(queue.url),
      queueArn: templateText(queue.arn),
    },
    outputs: { queue: { value: templateText(queue.url), description: "One message to this queue starts one runner." } },
    grantStart: grantStart(scope, queue),
  };
}

/** Lambda takes images from its own region's ECR only; the default is Gosling's image in the account's registry. */
function imageOf({ configuration }: UnitSpecification, { partition, region, account }: AwsPlace): string {
  const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  if (configuration.image === undefined) return templateText(template`${account}.dkr.ecr.${region}.${suffix}/${DEFAULT_RUNNER_IMAGE}`);
  if (!new RegExp(`^\\d{12}\\.dkr\\.ecr\\.${region}\\.${suffix.replaceAll(".", "\\.")}/`).test(configuration.image)) {
    throw new GoslingError("PROPS", `runner.image of ${configuration.egg} is no image that Lambda can run: ${configuration.image}`, { hint: `Lambda takes images of ECR in ${region}: ACCOUNT.dkr.ecr.${region}.${suffix}/NAME:TAG. Or use serverless_engine = "fargate".` });
  }
  return plainText(configuration.image);
}

/** @throws GoslingError `CONFIGURATION_TOO_LARGE` */
function environmentValue({ configuration }: UnitSpecification): string {
  const json = literalJson(canonicalJson(configuration));
  const size = CONFIGURATION_VARIABLE.length + json.length;
  if (size > ENVIRONMENT_LIMIT_BYTES) {
    throw new GoslingError("CONFIGURATION_TOO_LARGE", `What the runners of ${configuration.egg} are told is ${size} bytes long; a Lambda function can be told ${ENVIRONMENT_LIMIT_BYTES}`, {
      hint: 'Shorten startup_script, ca_certificate, environment or agent_config, or use serverless_engine = "fargate".',
    });
  }
  return json;
}
