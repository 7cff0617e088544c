import { SERVERLESS_TIMEOUT_SECONDS } from "../../../src/vocabulary/serverless-limits";
import { START_VARIABLE, STOP_SECONDS } from "../../runner-image";
import type { JsonExpression, Template } from "../../template";

/** What the state machine starts, and where. */
export interface StartedTask {
  /** Partition of AWS: `aws`. */
  readonly partition: string;
  readonly clusterArn: Template;
  /** With its revision. */
  readonly taskDefinitionArn: Template;
  /** Name of the container in it. */
  readonly container: string;
  /** A list of subnets' ids. */
  readonly subnets: JsonExpression;
  readonly securityGroupId: Template;
  readonly assignPublicIp: boolean;
  /** Spot capacity, which AWS may take back. */
  readonly preemptible: boolean;
  readonly deadLetterQueueUrl: Template;
  /** Longest job in seconds. */
  readonly timeoutSeconds: number;
}

/** Seconds after a job's time limit in which the runner may still end by itself. */
const GRACE_SECONDS = 300;

/** Starts where Fargate answers that it has no capacity, each after a pause that doubles. */
const STARTS = 6;
const FIRST_PAUSE_SECONDS = 10;

/** Answers that may be another one a moment later: throttling, missing capacity, a fault on AWS's side. */
const PASSING = ["ECS.AmazonECSException", "ECS.ServerException", "ECS.ThrottlingException"];
/** What the service's own interface answers about a task that it no longer knows: ECS forgets a task some time after its end. */
const FORGOTTEN = ["Ecs.InvalidParameterException"];
const SLOWER = { IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 6, MaxDelaySeconds: 60, JitterStrategy: "FULL" };

/**
 * How long a task may live, in seconds: a job's limit and a grace, and in no case longer than 60 minutes
 * with the time that ECS gives it to end.
 */
export function taskSeconds(timeoutSeconds: number): number {
  return Math.min(timeoutSeconds + GRACE_SECONDS, SERVERLESS_TIMEOUT_SECONDS - STOP_SECONDS);
}

/**
 * The life of one serverless runner in the Amazon States Language, with no code of ours in it: start a
 * task, wait as long as it may live, stop it. Its input is what a pipe hands over: a list of one message.
 * A start that fails for good puts the message into the dead-letter queue. So the limit is held from
 * outside, whatever the container does; a task that ended long ago is no error.
 */
export function runnerStateMachine(task: StartedTask): unknown {
  const start = {
    Cluster: task.clusterArn,
    TaskDefinition: task.taskDefinitionArn,
    ...(task.preemptible ? { CapacityProviderStrategy: [{ CapacityProvider: "FARGATE_SPOT", Weight: 1 }] } : { LaunchType: "FARGATE" }),
    PropagateTags: "TASK_DEFINITION",
    NetworkConfiguration: { AwsvpcConfiguration: { Subnets: task.subnets, SecurityGroups: [task.securityGroupId], AssignPublicIp: task.assignPublicIp ? "ENABLED" : "DISABLED" } },
    Overrides: { ContainerOverrides: [{ Name: task.container, Environment: [{ Name: START_VARIABLE, "Value.$": "$.message" }] }] },
  };
  return {
    Comment: "One runner for one job: start it, wait as long as it may live, stop it.",
    StartAt: "Read",
    States: {
      Read: { Type: "Pass", Parameters: { "message.$": "$[0].body", start: 1, pause: FIRST_PAUSE_SECONDS }, Next: "Run" },
      Run: {
        Type: "Task",
        Resource: `arn:${task.partition}:states:::ecs:runTask`,
        Parameters: start,
        ResultSelector: { "tasks.$": "$.Tasks[*].TaskArn" },
        ResultPath: "$.run",
        Retry: [{ ErrorEquals: PASSING, ...SLOWER }],
        Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Give up" }],
        Next: "Started?",
      },
      // ECS answers missing capacity with a list of failures too, and calls that a success.
      "Started?": {
        Type: "Choice",
        Choices: [
          { Variable: "$.run.tasks[0]", IsPresent: true, Next: "Live" },
          { Variable: "$.start", NumericGreaterThanEquals: STARTS, Next: "Give up" },
        ],
        Default: "Pause",
      },
      Pause: { Type: "Wait", SecondsPath: "$.pause", Next: "Again" },
      Again: {
        Type: "Pass",
        Parameters: { "message.$": "$.message", "start.$": "States.MathAdd($.start, 1)", "pause.$": "States.MathAdd($.pause, $.pause)" },
        Next: "Run",
      },
      Live: { Type: "Wait", Seconds: taskSeconds(task.timeoutSeconds), Next: "Stop" },
      Stop: {
        Type: "Task",
        Resource: `arn:${task.partition}:states:::aws-sdk:ecs:stopTask`,
        Parameters: { Cluster: task.clusterArn, "Task.$": "$.run.tasks[0]", Reason: "The time of this runner is over." },
        ResultPath: null,
        Retry: [
          { ErrorEquals: FORGOTTEN, MaxAttempts: 0 },
          { ErrorEquals: ["States.ALL"], ...SLOWER },
        ],
        Catch: [{ ErrorEquals: FORGOTTEN, ResultPath: "$.error", Next: "Ended" }],
        Next: "Ended",
      },
      Ended: { Type: "Succeed" },
      "Give up": {
        Type: "Task",
        Resource: `arn:${task.partition}:states:::sqs:sendMessage`,
        Parameters: { QueueUrl: task.deadLetterQueueUrl, "MessageBody.$": "$.message" },
        ResultPath: null,
        Retry: [{ ErrorEquals: ["States.ALL"], ...SLOWER }],
        Next: "Not started",
      },
      "Not started": { Type: "Fail", Error: "NotStarted", Cause: "No task could be started; the message is in the dead-letter queue." },
    },
  };
}
