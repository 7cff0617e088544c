import { EcsCluster } from "../../bindings/aws/ecs-cluster";
import { EcsClusterCapacityProviders } from "../../bindings/aws/ecs-cluster-capacity-providers";
import { EcsTaskDefinition } from "../../bindings/aws/ecs-task-definition";
import { PipesPipe } from "../../bindings/aws/pipes-pipe";
import { SfnStateMachine } from "../../bindings/aws/sfn-state-machine";
import { canonicalJson } from "../../canonical-json";
import type { Construct } from "../../cdktf";
import { literalJson } from "../../literal";
import { type NamedUnit, resourceName, unitTags } from "../../names";
import { CONFIGURATION_VARIABLE, DEFAULT_RUNNER_IMAGE, STOP_SECONDS } from "../../runner-image";
import { expression, template, type Template, templateJson, templateText } from "../../template";
import { unitSecrets } from "../../unit-secrets";
import type { RunnerResources, UnitSpecification } from "../cloud";
import { FARGATE_DISK_GB, fargateSize } from "./fargate-size";
import { type LogGroup, makeLogGroup } from "./logs";
import { NAME_RULES } from "./name-rules";
import { egressOnly, networkOf } from "./network";
import { arn, placeOf } from "./place";
import { pullImage, readSecrets, receiveMessages, runTasks, sendMessages, startExecutions, writeLogs } from "./policies";
import { makeRole, type Role, waitFor } from "./roles";
import { grantStart, makeStartQueue } from "./start-queue";
import { runnerStateMachine } from "./state-machine";
import { checkedTags, regionOf } from "./unit";

const CONTAINER = "runner";

/** A pipe hands a message on at once; what it can't hand on comes back after this time. */
const VISIBILITY_SECONDS = 120;
const RECEIVES = 5;

/**
 * A runner for each message: queue → pipe → state machine → task.
 *
 * Children: `queue`, `dead`, `pipe`, `states` (`SfnStateMachine`), `cluster`, `task`, `securityGroup`,
 * `logs`, with `preemptible` `capacity`; the roles `runnerRole` (jobs), `startRole` (ECS itself),
 * `statesRole`, `pipeRole`, each with its `…Policy`; data sources: `account`, and those of the network.
 */
export function makeFargate(scope: Construct, unit: UnitSpecification): RunnerResources {
  const { configuration, cloud } = unit;
  const names: NamedUnit = { nest: configuration.nest, unit: configuration.egg };
  const tags = checkedTags(unitTags(names, cloud.tags), configuration.egg);
  const place = placeOf(scope, regionOf(unit));
  const { account } = place;
  const network = networkOf(scope, cloud);
  const group = egressOnly(scope, names, network.vpcId, tags);
  const logs = makeLogGroup(scope, names, tags);
  const queue = makeStartQueue(scope, names, { visibilitySeconds: VISIBILITY_SECONDS, receives: RECEIVES, tags });

  const role = (part: string, service: string, statements: Parameters<typeof makeRole>[1]["statements"], more: Partial<Parameters<typeof makeRole>[1]> = {}): Role =>
    makeRole(scope, { unit: names, part, service: `${service}.amazonaws.com`, account, statements, tags, ...more });
  const jobs = role("runner", "ecs-tasks", readSecrets(place, unitSecrets(unit, "aws-sm")), cloud.role && { jobs: cloud.role });
  const starter = role("start", "ecs-tasks", [...writeLogs(logs.arn), ...pullImage(place, imageOf(unit))]);

  const clusterName = resourceName(names, "runner", NAME_RULES.container);
  const cluster = new EcsCluster(scope, "cluster", { name: clusterName, tags, lifecycle: { ignoreChanges: ["name"] } });
  if (cloud.preemptible) new EcsClusterCapacityProviders(scope, "capacity", { clusterName: `\${${cluster.terraformAddress}.name}`, capacityProviders: ["FARGATE_SPOT"] });
  const task = makeTask(scope, unit, names, jobs, starter, logs);
  const clusterArn = template`${expression(`${cluster.terraformAddress}.arn`)}`;

  const states = role(
    "states",
    "states",
    [
      ...runTasks({
        clusterArn,
        taskArns: arn(place, "ecs", template`task/${expression(`${cluster.terraformAddress}.name`)}/*`),
        taskDefinitionArn: template`${expression(`${task.terraformAddress}.arn_without_revision`)}`,
        roleArns: [jobs.arn, starter.arn],
      }),
      ...sendMessages(queue.deadLetterArn),
    ],
  );
  const machine = new SfnStateMachine(scope, "states", {
    name: resourceName(names, "runner", NAME_RULES.stateMachine),
    roleArn: templateText(states.arn),
    definition: templateJson(
      runnerStateMachine({
        partition: place.partition,
        clusterArn,
        taskDefinitionArn: template`${expression(`${task.terraformAddress}.arn`)}`,
        container: CONTAINER,
        subnets: { json: network.subnets },
        securityGroupId: template`${expression(`${group.terraformAddress}.id`)}`,
        assignPublicIp: cloud.network.assignPublicIp,
        preemptible: cloud.preemptible,
        deadLetterQueueUrl: queue.deadLetterUrl,
        timeoutSeconds: configuration.timeoutSeconds,
      }),
    ),
    tags,
    lifecycle: { ignoreChanges: ["name"] },
  });
  waitFor(machine, states.permissions);
  const machineArn = template`${expression(`${machine.terraformAddress}.arn`)}`;
  const pipe = role("pipe", "pipes", [...receiveMessages(queue.arn), ...startExecutions(machineArn)]);
  const source = new PipesPipe(scope, "pipe", {
    name: resourceName(names, "start", NAME_RULES.pipe),
    roleArn: templateText(pipe.arn),
    source: templateText(queue.arn),
    sourceParameters: { sqsQueueParameters: { batchSize: 1 } },
    target: templateText(machineArn),
    targetParameters: { stepFunctionStateMachineParameters: { invocationType: "FIRE_AND_FORGET" } },
    tags,
    lifecycle: { ignoreChanges: ["name"] },
  });
  waitFor(source, pipe.permissions);
  return {
    attributes: {
      roleArn: templateText(jobs.arn),
      securityGroupId: `\${${group.terraformAddress}.id}`,
      logGroupName: templateText(logs.name),
      queueUrl: templateText(queue.url),
      queueArn: templateText(queue.arn),
    },
    outputs: { queue: { value: templateText(queue.url), description: "One message to this queue starts one runner." } },
    grantStart: grantStart(scope, queue),
  };
}

function imageOf({ configuration }: UnitSpecification): string {
  return configuration.image ?? DEFAULT_RUNNER_IMAGE;
}

function makeTask(scope: Construct, unit: UnitSpecification, names: NamedUnit, jobs: Role, starter: Role, logs: LogGroup): EcsTaskDefinition {
  const { configuration, cloud, resources } = unit;
  const size = fargateSize(configuration.egg, resources);
  const task = new EcsTaskDefinition(scope, "task", {
    family: resourceName(names, "runner", NAME_RULES.container),
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: String(size.cpu),
    memory: String(size.memoryMb),
    ...(resources.disk > FARGATE_DISK_GB && { ephemeralStorage: { sizeInGib: resources.disk } }),
    runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: resources.architecture === "arm64" ? "ARM64" : "X86_64" },
    taskRoleArn: templateText(jobs.arn),
    executionRoleArn: templateText(starter.arn),
    containerDefinitions: templateJson([container(unit, logs.name)]),
    tags: checkedTags(unitTags(names, cloud.tags, configuration.revision), configuration.egg),
  });
  waitFor(task, [...jobs.permissions, ...starter.permissions]);
  return task;
}

function container(unit: UnitSpecification, logGroup: Template): unknown {
  return {
    name: CONTAINER,
    image: imageOf(unit),
    essential: true,
    stopTimeout: STOP_SECONDS,
    linuxParameters: { initProcessEnabled: true },
    environment: [{ name: CONFIGURATION_VARIABLE, value: literalJson(canonicalJson(unit.configuration)) }],
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": logGroup, "awslogs-region": regionOf(unit), "awslogs-stream-prefix": CONTAINER, mode: "non-blocking", "max-buffer-size": "4m" },
    },
  };
}
