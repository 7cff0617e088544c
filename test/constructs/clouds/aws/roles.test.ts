import type { EggRunnerProps } from "../../../../constructs";
import { awsEgg, awsStack, bodyOf, permissionsOf } from "./aws-stack";

const secrets = { NPM_TOKEN: "aws-sm://team/npm/token", PYPI: "aws-sm://team/npm/pypi#AWSPREVIOUS", ELSEWHERE: "vault://kv/team/x" };
const account = "<data.aws_caller_identity.account.account_id>";
const secret = (name: string): string => `secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-central-1:${account}:secret:${name}-??????`;
const ownSecrets = [secret("gitlab/gitlab.com/my-app"), secret("team/npm")];
const ownLogs = ["logs:CreateLogStream <aws_cloudwatch_log_group.logs.arn>:*", "logs:PutLogEvents <aws_cloudwatch_log_group.logs.arn>:*"];
const ownQueue = ["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"].map((action) => `sqs:${action} <aws_sqs_queue.queue.arn>`);
const serverless: Partial<EggRunnerProps> = { type: "serverless", secrets, resources: { cpu: 1, memory: 1024, disk: 5 }, runner: { ...awsEgg.runner, timeout: "10m" } };
const lambda: Partial<EggRunnerProps> = { ...serverless, runner: { tags: ["linux"], concurrent: 3, timeout: "10m", serverlessEngine: "lambda" } };

describe("each role may do exactly this", () => {
  test("a machine's: read its Egg's own secrets, write its own logs", () => {
    expect(permissionsOf(awsStack({ secrets }))).toEqual({ runnerRole: [...ownLogs, ...ownSecrets] });
  });

  test("Fargate's: jobs read secrets; ECS writes logs; the state machine runs and stops tasks of its cluster; the pipe hands messages on", () => {
    const tasks = `arn:aws:ecs:eu-central-1:${account}:task/<aws_ecs_cluster.cluster.name>/*`;
    expect(permissionsOf(awsStack(serverless))).toEqual({
      runnerRole: ownSecrets,
      startRole: ownLogs,
      statesRole: [
        "ecs:RunTask <aws_ecs_task_definition.task.arn_without_revision>:*",
        `ecs:StopTask ${tasks}`,
        `ecs:TagResource ${tasks}`,
        "iam:PassRole <aws_iam_role.runnerRole.arn>",
        "iam:PassRole <aws_iam_role.startRole.arn>",
        "sqs:SendMessage <aws_sqs_queue.dead.arn>",
      ],
      pipeRole: [...ownQueue, "states:StartExecution <aws_sfn_state_machine.states.arn>"].sort(),
    });
  });

  test("Fargate's with an image of ECR: ECS fetches that image too", () => {
    const image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/runner@sha256:00";
    const repository = "arn:aws:ecr:eu-west-1:111122223333:repository/team/runner";
    expect(permissionsOf(awsStack({ ...serverless, runner: { tags: ["x"], concurrent: 1, image } }))["startRole"]).toEqual([
      `ecr:BatchCheckLayerAvailability ${repository}`,
      `ecr:BatchGetImage ${repository}`,
      "ecr:GetAuthorizationToken *",
      `ecr:GetDownloadUrlForLayer ${repository}`,
      ...ownLogs,
    ]);
  });

  test("a Lambda function's: the same as a machine's, and take messages; in a VPC its network interfaces", () => {
    expect(permissionsOf(awsStack(lambda))).toEqual({ runnerRole: [...ownLogs, ...ownSecrets, ...ownQueue] });
    expect(permissionsOf(awsStack({ ...lambda, cloud: { ...awsEgg.cloud, network: { subnetIds: ["subnet-1"] } } }))["runnerRole"]?.filter((line) => line.startsWith("ec2:"))).toEqual([
      "ec2:CreateNetworkInterface *",
      "ec2:DeleteNetworkInterface *",
      "ec2:DescribeNetworkInterfaces *",
    ]);
  });

  test("none has * as action and as resource, and no action has a *", () => {
    for (const changes of [{}, serverless, lambda]) for (const lines of Object.values(permissionsOf(awsStack(changes)))) for (const line of lines) expect(line).not.toMatch(/^\S*\*/);
  });
});

test("who takes a role is one service; where it says for whom, for this account alone", () => {
  const takers = (changes: Partial<EggRunnerProps>) =>
    Object.fromEntries(
      Object.entries(awsStack(changes).resource["aws_iam_role"] ?? {}).map(([name, { assume_role_policy }]) => {
        const [statement] = (JSON.parse(String(assume_role_policy)) as { Statement: readonly { Principal: { Service: string }; Condition?: unknown }[] }).Statement;
        return [name, [statement?.Principal.Service, statement?.Condition !== undefined]];
      }),
    );
  expect(takers({})).toEqual({ runnerRole: ["ec2.amazonaws.com", false] });
  expect(takers(serverless)).toEqual({ runnerRole: ["ecs-tasks.amazonaws.com", true], startRole: ["ecs-tasks.amazonaws.com", true], statesRole: ["states.amazonaws.com", true], pipeRole: ["pipes.amazonaws.com", true] });
  expect(takers(lambda)).toEqual({ runnerRole: ["lambda.amazonaws.com", false] });
});

test("tasks are started and stopped in the Egg's own cluster, and roles handed to ECS only", () => {
  const { policy } = bodyOf(awsStack(serverless), "aws_iam_role_policy", "statesPolicy");
  const conditions = (JSON.parse(String(policy)) as { Statement: readonly { Condition?: unknown }[] }).Statement.map(({ Condition }) => Condition);
  const inCluster = { ArnEquals: { "ecs:cluster": "${aws_ecs_cluster.cluster.arn}" } };
  expect(conditions).toEqual([inCluster, inCluster, { StringEquals: { "ecs:CreateAction": "RunTask" } }, { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } }, undefined]);
});

test("cloud.role is for the jobs: its policies and its boundary are on their role, on every kind of runner", () => {
  const role = { policies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"], permissionsBoundary: "arn:aws:iam::111122223333:policy/boundary" };
  for (const changes of [{}, serverless, lambda]) {
    const { resource } = awsStack({ ...changes, cloud: { ...awsEgg.cloud, role } });
    expect(resource["aws_iam_role_policy_attachment"]).toMatchObject({ runnerPolicies: { for_each: '${toset(["arn:aws:iam::aws:policy/ReadOnlyAccess"])}', policy_arn: "${each.value}", role: "${aws_iam_role.runnerRole.name}" } });
    for (const [name, body] of Object.entries(resource["aws_iam_role"] ?? {})) expect(body["permissions_boundary"]).toBe(name === "runnerRole" ? role.permissionsBoundary : undefined);
  }
});

test("after a renaming the runners that are there still read their token", () => {
  const renamed = { name: "new", renamedFrom: "old" };
  expect(permissionsOf(awsStack(renamed))["runnerRole"]).toEqual([...ownLogs, secret("gitlab/gitlab.com/new"), secret("gitlab/gitlab.com/old")]);
  expect(permissionsOf(awsStack({ ...renamed, gitlab: { ...awsEgg.gitlab, runnerToken: "aws-sm://mine/token" } }))["runnerRole"]).toEqual([...ownLogs, secret("mine")]);
});

test.each(["aws-sm://*/key", "aws-sm://team/?/key", "aws-sm://${aws:username}/key"])("a secret that could mean many is refused: %s", (reference) => {
  expect(() => awsStack({ secrets: { A: reference } })).toThrow(expect.objectContaining({ code: "PROPS", message: expect.stringContaining("is no secret of Secrets Manager") as string }));
});
