import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EggRunner, type EggRunnerProps } from "../../constructs";
import { IamRole } from "../../constructs/bindings/aws/iam-role";
import { AwsProvider } from "../../constructs/bindings/aws/provider";
import { SecurityGroup } from "../../constructs/bindings/aws/security-group";
import { TerraformProvider, TerraformStack } from "../../constructs/cdktf";
import { egg, newApp } from "./egg-props";

const awsEgg: EggRunnerProps = { ...egg, cloud: { provider: "aws", region: "eu-central-1" } };

class YandexProvider extends TerraformProvider {
  constructor(scope: TerraformStack, id: string) {
    super(scope, id, { terraformResourceType: "yandex", terraformGeneratorMetadata: { providerName: "yandex" }, terraformProviderSource: "yandex-cloud/yandex" });
  }
}

/** A program of a user's own: the library's validations run in it. */
function program(fill: (stack: TerraformStack) => void): () => Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const app = newApp();
  Object.assign(app, { skipValidation: false });
  const stack = new TerraformStack(app, "ci");
  fill(stack);
  return () => {
    app.synth();
    return JSON.parse(readFileSync(join(app.outdir, "stacks/ci/cdk.tf.json"), "utf8")) as Record<string, Record<string, unknown>>;
  };
}

test("in a stack of a user's own, the user's provider is used and none is made", () => {
  const json = program((stack) => {
    new AwsProvider(stack, "mine", { region: "eu-central-1", profile: "ci" });
    new EggRunner(stack, "runners", awsEgg);
  })();
  expect(json["provider"]).toEqual({ aws: [{ region: "eu-central-1", profile: "ci" }] });
});

test("whichever package it came from", () => {
  class OtherProvider extends TerraformProvider {
    constructor(scope: TerraformStack, id: string) {
      super(scope, id, { terraformResourceType: "aws", terraformGeneratorMetadata: { providerName: "aws", providerVersion: "6.0.0" }, terraformProviderSource: "aws" });
    }
  }
  expect(program((stack) => void [new OtherProvider(stack, "aws"), new EggRunner(stack, "runners", awsEgg)])).not.toThrow();
});

test("where there is none, synthesis says which line to add", () => {
  expect(program((stack) => void new EggRunner(stack, "runners", awsEgg))).toThrow('Add this line to the stack: new AwsProvider(this, "aws", { region: "eu-central-1" });');
});

test("another cloud's provider is not enough, and the local cloud needs none", () => {
  expect(program((stack) => void [new YandexProvider(stack, "yandex"), new EggRunner(stack, "runners", awsEgg)])).toThrow(/ci\/runners makes runners on aws, and its stack "ci" has no provider for it/);
  expect(program((stack) => void new EggRunner(stack, "runners", egg))).not.toThrow();
});

test("a role of the program's own may be allowed to start runners, and nothing else", () => {
  const json = program((stack) => {
    new AwsProvider(stack, "aws", { region: "eu-central-1" });
    const starter = new IamRole(stack, "starter", { assumeRolePolicy: "{}" });
    const tasks = new EggRunner(stack, "tasks", { ...awsEgg, type: "serverless" });
    tasks.grantStart("starter", starter.name);
    expect(() => new EggRunner(stack, "machines", { ...awsEgg, name: "other" }).grantStart("starter", starter.name)).toThrow(expect.objectContaining({ code: "NOT_STARTED_BY_MESSAGE" }));
  })();
  const policies = Object.entries(json["resource"]?.["aws_iam_role_policy"] as Record<string, { role: string; policy: string }>).filter(([name]) => name.startsWith("tasks_starter_"));
  expect(policies).toEqual([[expect.any(String), { role: "${aws_iam_role.starter.name}", policy: expect.stringMatching(/^\{"Statement":\[\{"Action":\["sqs:SendMessage"\],"Effect":"Allow","Resource":\["\$\{aws_sqs_queue\.tasks_queue_\w+\.arn\}"\]\}\],"Version":"2012-10-17"\}$/) as string, "//": expect.anything() }]]);
});

test("on Yandex Cloud a service account of the program's own is allowed to write to the folder's queues", () => {
  const json = program((stack) => {
    new YandexProvider(stack, "yandex");
    const cloud = { provider: "yandex" as const, region: "ru-central1", folderId: "b1g0a1b2c3d4e5f6g7h8" };
    const resources = { cpu: 1, memory: 1024, disk: 5 };
    new EggRunner(stack, "tasks", { ...egg, type: "serverless", cloud, resources }).grantStart("starter", "aje1");
  })();
  const [granted] = Object.values(json["resource"]?.["yandex_resourcemanager_folder_iam_member"] as Record<string, unknown>).filter((body) => (body as { role: string }).role === "ymq.writer");
  expect(granted).toMatchObject({ folder_id: "b1g0a1b2c3d4e5f6g7h8", member: "serviceAccount:aje1" });
});

test("two Eggs stand side by side, and others refer to what they made", () => {
  const json = program((stack) => {
    new AwsProvider(stack, "aws", { region: "eu-central-1" });
    const machines = new EggRunner(stack, "machines", awsEgg);
    const tasks = new EggRunner(stack, "tasks", { ...awsEgg, name: "other", type: "serverless" });
    new SecurityGroup(stack, "database", { ingress: [{ protocol: "tcp", fromPort: 5432, toPort: 5432, securityGroups: [machines.securityGroupId ?? "", tasks.securityGroupId ?? ""] }] });
    expect([machines.roleArn, machines.logGroupName, machines.queueUrl]).toEqual([expect.stringContaining("aws_iam_role."), expect.stringContaining("aws_cloudwatch_log_group."), undefined]);
    expect([tasks.roleArn, tasks.queueUrl, tasks.queueArn]).toEqual([expect.stringContaining("aws_iam_role."), expect.stringContaining("aws_sqs_queue."), expect.stringContaining("aws_sqs_queue.")]);
  })();
  const groups = json["resource"]?.["aws_security_group"] as Record<string, { ingress: { security_groups: string[] }[] }>;
  const [machines, tasks] = ["machines_", "tasks_"].map((start) => Object.keys(groups).find((name) => name.startsWith(start)));
  expect(groups["database"]?.ingress[0]?.security_groups).toEqual([`\${aws_security_group.${machines}.id}`, `\${aws_security_group.${tasks}.id}`]);
});
