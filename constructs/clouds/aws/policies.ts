import type { SecretReference } from "../../../src/vocabulary/secret";
import { GoslingError } from "../../../src/vocabulary/error";
import { template, Template } from "../../template";
import { arn, type AwsPlace } from "./place";

/** One statement of an IAM policy. */
export interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly (string | Template)[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | Template>>>>;
}

/** A policy document, as data for `templateJson`. */
export function policyDocument(statements: readonly Statement[]): unknown {
  return { Version: "2012-10-17", Statement: statements };
}

/** Who may take a role: a service of AWS, acting for this account. */
export function trustPolicy(service: string, account?: Template): unknown {
  const condition = account && { Condition: { StringEquals: { "aws:SourceAccount": account } } };
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole", ...condition }] };
}

/**
 * Reading exactly these secrets. Secrets Manager puts six random characters behind a secret's name in its ARN.
 *
 * @throws GoslingError `PROPS` for a name that Secrets Manager does not know, which could mean more than one secret.
 */
export function readSecrets(place: AwsPlace, secrets: readonly SecretReference[]): readonly Statement[] {
  const names = [...new Set(secrets.map(({ name }) => name))].sort();
  if (names.length === 0) return [];
  return [{ Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: names.map((name) => secretArn(place, name)) }];
}

function secretArn(place: AwsPlace, name: string): string | Template {
  if (/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$/.test(name)) return name;
  if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)) {
    throw new GoslingError("PROPS", `aws-sm://${name} is no secret of Secrets Manager`, { hint: "Names of its secrets have letters, digits and / _ + = . @ -, at most 512." });
  }
  return arn(place, "secretsmanager", `secret:${name}-??????`);
}

/** Writing to one log group, by its ARN. */
export function writeLogs(logGroupArn: Template): readonly Statement[] {
  return [{ Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: [template`${logGroupArn}:*`] }];
}

/** Taking messages from a queue. */
export function receiveMessages(queueArn: Template): readonly Statement[] {
  return [{ Effect: "Allow", Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], Resource: [queueArn] }];
}

export function sendMessages(queueArn: Template): readonly Statement[] {
  return [{ Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [queueArn] }];
}

export function startExecutions(stateMachineArn: Template): readonly Statement[] {
  return [{ Effect: "Allow", Action: ["states:StartExecution"], Resource: [stateMachineArn] }];
}

/** What {@link runTasks} lets a state machine start and stop. */
export interface TaskPermissions {
  readonly clusterArn: Template;
  /** All tasks of the cluster. */
  readonly taskArns: Template;
  /** Without its revision. */
  readonly taskDefinitionArn: Template;
  readonly roleArns: readonly Template[];
}

/** Running and stopping tasks of one definition in one cluster, with the roles of that definition. */
export function runTasks({ clusterArn, taskArns, taskDefinitionArn, roleArns }: TaskPermissions): readonly Statement[] {
  const inCluster = { ArnEquals: { "ecs:cluster": clusterArn } };
  return [
    { Effect: "Allow", Action: ["ecs:RunTask"], Resource: [template`${taskDefinitionArn}:*`], Condition: inCluster },
    { Effect: "Allow", Action: ["ecs:StopTask"], Resource: [taskArns], Condition: inCluster },
    { Effect: "Allow", Action: ["ecs:TagResource"], Resource: [taskArns], Condition: { StringEquals: { "ecs:CreateAction": "RunTask" } } },
    { Effect: "Allow", Action: ["iam:PassRole"], Resource: roleArns, Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } } },
  ];
}

/** Fetching an image of ECR; nothing for other registries. Asking for a token can't be narrowed down to a repository. */
export function pullImage({ partition }: AwsPlace, image: string): readonly Statement[] {
  const [, account, region, repository] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9._/-]+)(?:[:@].*)?$/.exec(image) ?? [];
  if (repository === undefined) return [];
  return [
    { Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] },
    { Effect: "Allow", Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Resource: [`arn:${partition}:ecr:${region}:${account}:repository/${repository}`] },
  ];
}

/** The network interfaces of a function in a VPC: none of these can be narrowed down to one that isn't there yet. */
export function useNetwork(): readonly Statement[] {
  return [{ Effect: "Allow", Action: ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"], Resource: ["*"] }];
}
