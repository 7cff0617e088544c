import { template, type Template } from "../../template";
import type { Bucket } from "./bucket";
import { arn, type AwsPlace } from "./place";
import type { Statement } from "./policies";

/** What both processes share. */
export interface GooseData {
  readonly nest: string;
  readonly place: AwsPlace;
  readonly tableArns: readonly Template[];
  readonly queueArn: Template;
  readonly keyArn: Template;
}

/** The answer to webhooks and API requests: rows, a message to the workers, the secrets that requests are checked with. */
export function apiStatements(data: GooseData): readonly Statement[] {
  return [...useRows(data), { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [data.queueArn] }, ...readNestSecrets(data)];
}

/**
 * What deploying takes: rows, states, messages, and the machines and queues that carry this Nest's tag. It
 * makes no role and changes none: who may do what is settled by a deployment of people or pipelines.
 */
export function workerStatements(data: GooseData, buckets: readonly Bucket[]): readonly Statement[] {
  const { queueArn } = data;
  return [
    ...useRows(data),
    { Effect: "Allow", Action: ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"], Resource: [queueArn] },
    { Effect: "Allow", Action: ["s3:ListBucket"], Resource: buckets.map((bucket) => bucket.arn) },
    { Effect: "Allow", Action: ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], Resource: buckets.map((bucket) => template`${bucket.arn}/*`) },
    { Effect: "Allow", Action: ["ssm:GetParameter"], Resource: [arn(data.place, "ssm", `parameter/gosling/${data.nest}/*`)] },
    ...readNestSecrets(data),
    ...startServerless(data),
    ...scaleMachines(data),
    ...lookAtStacks(data),
  ];
}

function useRows({ tableArns, keyArn }: GooseData): readonly Statement[] {
  return [
    { Effect: "Allow", Action: ["dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"], Resource: tableArns },
    { Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [keyArn] },
  ];
}

function readNestSecrets({ nest, place }: GooseData): readonly Statement[] {
  return [{ Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: [arn(place, "secretsmanager", "secret:*")], Condition: ofNest(nest) }];
}

function startServerless({ nest, place }: GooseData): readonly Statement[] {
  return [{ Effect: "Allow", Action: ["sqs:GetQueueAttributes", "sqs:SendMessage"], Resource: [arn(place, "sqs", `gosling-${nest}-*`)], Condition: ofNest(nest) }];
}

function scaleMachines({ nest, place }: GooseData): readonly Statement[] {
  const ec2 = (resource: string): Template => arn(place, "ec2", resource);
  const machines = [ec2("instance/*"), ec2("volume/*")];
  return [
    // What is made has to carry the tag, what it is made from has to be there.
    { Effect: "Allow", Action: ["ec2:RunInstances"], Resource: machines, Condition: { StringEquals: { "aws:RequestTag/gosling:nest": nest } } },
    { Effect: "Allow", Action: ["ec2:RunInstances"], Resource: [ec2("security-group/*")], Condition: ofNest(nest) },
    { Effect: "Allow", Action: ["ec2:RunInstances"], Resource: [template`arn:${place.partition}:ec2:${place.region}::image/*`, ec2("network-interface/*"), ec2("subnet/*")] },
    { Effect: "Allow", Action: ["ec2:CreateTags"], Resource: machines, Condition: { StringEquals: { "ec2:CreateAction": "RunInstances" } } },
    { Effect: "Allow", Action: ["ec2:StartInstances", "ec2:StopInstances", "ec2:TerminateInstances"], Resource: [ec2("instance/*")], Condition: ofNest(nest) },
    { Effect: "Allow", Action: ["iam:PassRole"], Resource: [rolesOf(nest, place, "role")], Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } } },
  ];
}

/** The engine reads what its state names before it plans; EC2 and CloudWatch Logs can't narrow these down. */
function lookAtStacks({ nest, place }: GooseData): readonly Statement[] {
  return [
    {
      Effect: "Allow",
      Action: [
        ...["ec2:DescribeImages", "ec2:DescribeInstanceAttribute", "ec2:DescribeInstanceCreditSpecifications", "ec2:DescribeInstances", "ec2:DescribeInstanceStatus", "ec2:DescribeInstanceTypes"],
        ...["ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVolumes", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcs", "logs:DescribeLogGroups"],
      ],
      Resource: ["*"],
    },
    { Effect: "Allow", Action: ["logs:ListTagsForResource"], Resource: [arn(place, "logs", `log-group:gosling-${nest}-*`)] },
    {
      Effect: "Allow",
      Action: ["iam:GetInstanceProfile", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"],
      Resource: [rolesOf(nest, place, "role"), rolesOf(nest, place, "instance-profile")],
    },
  ];
}

function rolesOf(nest: string, { partition, account }: AwsPlace, kind: string): Template {
  return template`arn:${partition}:iam::${account}:${kind}/gosling-${nest}-*`;
}

function ofNest(nest: string): NonNullable<Statement["Condition"]> {
  return { StringEquals: { "aws:ResourceTag/gosling:nest": nest } };
}
