import { bindings, MotherGoose, type MotherGooseProps, MotherGooseStack, type MotherGooseStackProps, UglyFoxPolicy } from "../../constructs";
import { checkStack, problemText } from "../../constructs/bindings/schema-check";
import type { TerraformStack } from "../../constructs/cdktf";
import { renderStack } from "../../src/synth/render-stack";
import { describeWithOneEngine } from "../support/engines";
import { outcomeOf, PASSED, rehearsed } from "../support/rehearsed";
import { newApp, newStack } from "./egg-props";

const goose: MotherGooseProps = { nest: "acme", cloud: { provider: "aws", region: "eu-central-1" } };
const uglyFox: NonNullable<MotherGooseStackProps["uglyFox"]> = {
  pruning: { maxAge: "2d" },
  runnersCondition: [{ name: "default", eggsEntities: ["*"], apex: { maxCount: 3 } }],
  policies: { rule: [{ name: "old", condition: "failed_count >= 3 AND age > 1h", action: "terminate" }] },
};

type Resources = Record<string, Record<string, Record<string, unknown>>>;
type Json = { readonly resource: Resources; readonly output: Record<string, { readonly value: string }> };
type Statement = { readonly Action: readonly string[]; readonly Resource: readonly string[]; readonly Condition?: unknown };

const jsonOf = (stack: TerraformStack): Json => JSON.parse(renderStack(stack)) as Json;
const stackOf = (props: Partial<MotherGooseProps> = {}): MotherGooseStack => new MotherGooseStack(newApp(), "service.mothergoose", { motherGoose: { ...goose, ...props }, uglyFox });
const all = ({ resource }: Json, type: string): readonly Record<string, unknown>[] => Object.values(resource[type] ?? {});
const statementsOf = ({ resource }: Json, part: string): readonly Statement[] => (JSON.parse(resource["aws_iam_role_policy"]?.[`${part}Policy`]?.["policy"] as string) as { Statement: Statement[] }).Statement;

describe("on AWS", () => {
  const json = jsonOf(stackOf());

  test("everything fits the provider's schema, with a domain and a network too", () => {
    expect(checkStack(json as never).map(problemText)).toEqual([]);
    const more = stackOf({ api: { domain: "goose.example.com" }, cloud: { ...goose.cloud, network: { subnetIds: ["subnet-1"] }, role: { permissionsBoundary: "arn:aws:iam::111122223333:policy/b" } }, stateBucket: "acme-state" });
    expect(checkStack(jsonOf(more) as never).map(problemText)).toEqual([]);
    expect(jsonOf(more).output["url"]?.value).toBe("https://goose.example.com");
    expect(all(jsonOf(more), "aws_iam_role").map((role) => role["permissions_boundary"])).toEqual(Array(4).fill("arn:aws:iam::111122223333:policy/b"));
  });

  test("every table is encrypted with the Nest's key, can be taken back in time and is not removed by accident", () => {
    expect(all(json, "aws_dynamodb_table")).toHaveLength(11);
    for (const table of all(json, "aws_dynamodb_table")) {
      expect(table).toMatchObject({ deletion_protection_enabled: true, point_in_time_recovery: { enabled: true }, server_side_encryption: { enabled: true, kms_key_arn: "${aws_kms_key.key.arn}" } });
    }
    expect(all(json, "aws_kms_key")[0]).toMatchObject({ enable_key_rotation: true });
    expect(all(jsonOf(stackOf({ database: { deletionProtection: false } })), "aws_dynamodb_table")[0]).toMatchObject({ deletion_protection_enabled: false });
  });

  test("both buckets keep versions and are encrypted with the key; none goes with what it holds", () => {
    expect(all(json, "aws_s3_bucket").map((bucket) => bucket["force_destroy"])).toEqual([false, false]);
    expect(all(json, "aws_s3_bucket_versioning").map((versions) => versions["versioning_configuration"])).toEqual([{ status: "Enabled" }, { status: "Enabled" }]);
    expect(JSON.stringify(all(json, "aws_s3_bucket_server_side_encryption_configuration"))).toContain("aws:kms");
  });

  test("a message that fails goes to the dead-letter queue; the worker has its time", () => {
    expect(json.resource["aws_sqs_queue"]?.["queue"]).toMatchObject({ visibility_timeout_seconds: 1200, message_retention_seconds: 345_600, redrive_policy: expect.stringContaining('"maxReceiveCount":5') as string });
    expect(json.resource["aws_lambda_function"]?.["worker"]).toMatchObject({ timeout: 900, memory_size: 1024 });
    expect(all(json, "aws_lambda_event_source_mapping")[0]).toMatchObject({ batch_size: 1, scaling_config: { maximum_concurrency: 20 } });
  });

  test("the clock sends what the triggers say", () => {
    expect(all(json, "aws_scheduler_schedule").map((schedule) => [schedule["name"], schedule["schedule_expression"], (schedule["target"] as { input: string }).input])).toEqual([
      ["health", "cron(0/10 * * * ? *)", '{"kind":"health-check"}'],
      ["sync", "cron(0/5 * * * ? *)", '{"kind":"sync-git"}'],
      ["check", "cron(0/5 * * * ? *)", '{"kind":"health-check"}'],
    ]);
  });

  test("the API may use rows, send messages, and read secrets that carry the Nest's tag", () => {
    expect(statementsOf(json, "api").map(({ Action }) => Action)).toEqual([
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      ["dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
      ["kms:Decrypt", "kms:GenerateDataKey"],
      ["sqs:SendMessage"],
      ["secretsmanager:GetSecretValue"],
    ]);
  });

  test("the worker may do this beside", () => {
    const own = statementsOf(json, "api").map(({ Action }) => JSON.stringify(Action));
    expect(statementsOf(json, "worker").filter(({ Action }) => !own.includes(JSON.stringify(Action))).map(({ Action, Condition }) => [Action, Condition])).toEqual([
      [["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"], undefined],
      [["s3:ListBucket"], undefined],
      [["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], undefined],
      [["ssm:GetParameter"], undefined],
      [["sqs:GetQueueAttributes", "sqs:SendMessage"], OF_NEST],
      [["ec2:RunInstances"], { StringEquals: { "aws:RequestTag/gosling:nest": "acme" } }],
      [["ec2:RunInstances"], OF_NEST],
      [["ec2:RunInstances"], undefined],
      [["ec2:CreateTags"], { StringEquals: { "ec2:CreateAction": "RunInstances" } }],
      [["ec2:StartInstances", "ec2:StopInstances", "ec2:TerminateInstances"], OF_NEST],
      [["iam:PassRole"], { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } }],
      [expect.arrayContaining(["ec2:DescribeInstances"]), undefined],
      [["logs:ListTagsForResource"], undefined],
      [["iam:GetInstanceProfile", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"], undefined],
    ]);
  });

  test("each role may do exactly this, on exactly that", () => {
    const account = "${data.aws_caller_identity.account.account_id}";
    const short = (resource: string): string => resource.replaceAll(account, "ACCOUNT").replace(/^\$\{(.*)\}/, "<$1>");
    const roles = Object.entries(json.resource["aws_iam_role_policy"] ?? {}).map(([name, { policy }]) => {
      const { Statement } = JSON.parse(String(policy)) as { readonly Statement: readonly Statement[] };
      return [name, Statement.map(({ Action, Resource, Condition }) => [Action.join(" "), Resource.map(short).join(" "), ...(Condition === undefined ? [] : [JSON.stringify(Condition)])])];
    });
    expect(Object.fromEntries(roles)).toMatchSnapshot();
  });

  test("on everything it may only look; what it changes is its own or carries the Nest's tag", () => {
    for (const part of ["api", "worker", "clock"]) {
      for (const { Action, Resource } of statementsOf(json, part)) {
        for (const action of Action) expect(action).not.toContain("*");
        if (Resource.includes("*")) for (const action of Action) expect(action).toMatch(/^(ec2|logs):Describe/);
      }
    }
  });

  test("UglyFox's policy is a parameter, its schedule has alarms", () => {
    const [parameter] = all(json, "aws_ssm_parameter");
    expect(parameter).toMatchObject({ name: "/gosling/acme/uglyfox", type: "String", tier: "Standard" });
    expect(JSON.parse(parameter?.["value"] as string)).toMatchObject({
      format: 1,
      pruning: { failedThreshold: 3, maxAgeSeconds: 172_800, checkIntervalSeconds: 300 },
      rules: [{ name: "old", action: "terminate", condition: { kind: "and", operands: [{ kind: "comparison", operator: ">=", left: { kind: "field", name: "failed_count" }, right: { kind: "number", value: 3 } }, { right: { kind: "duration", seconds: 3600 } }] } }],
    });
    expect(all(json, "aws_cloudwatch_metric_alarm").map((alarm) => alarm["metric_name"]).sort()).toEqual(["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible", "Errors", "Errors", "InvocationDroppedCount", "TargetErrorCount"]);
  });

  test("all that can be tagged is tagged as the service's, and nothing as an Egg's", () => {
    for (const { tags } of Object.values(json.resource).flatMap((byName) => Object.values(byName))) if (tags !== undefined) expect(tags).toMatchObject({ "gosling:nest": "acme", "gosling:service": "mothergoose" });
    expect(JSON.stringify(json)).not.toContain("gosling:egg");
  });

  test.each([
    [{ workers: { timeout: "30m" }, queue: { visibilityTimeout: "40m" } }, /mothergoose\.workers\.timeout is 30m.*end after 15m/],
    [{ workers: { memory: "20GiB" } }, /mothergoose\.workers\.memory is 20480 MB/],
    [{ service: { minInstances: 1 } }, /mothergoose\.service\.min_instances is 1/],
    [{ service: { image: "docker.io/acme/goose:1" } }, /no image that Lambda can run/],
  ])("what Lambda can't do is told: %j", (props, message) => {
    expect(() => stackOf(props)).toThrow(message);
  });

  test("others send events where they are let", () => {
    const stack = newStack();
    new bindings.aws.AwsProvider(stack, "aws", { region: "eu-central-1" });
    new MotherGoose(stack, "goose", goose).grantSend("hook", "hook-role");
    expect(all(jsonOf(stack), "aws_iam_role_policy").filter(({ role }) => role === "hook-role")).toMatchObject([{ policy: expect.stringContaining('"Action":["sqs:SendMessage"]') as string }]);
  });
});

describe("on Yandex Cloud", () => {
  const yandex: Partial<MotherGooseProps> = { cloud: { provider: "yandex", region: "ru-central1", folderId: "b1g00000000000000000" } };
  const json = jsonOf(stackOf(yandex));
  const values = (type: string, name: string): readonly unknown[] => all(json, type).map((resource) => resource[name]);

  test("everything fits the provider's schema, with a network and a state bucket too", () => {
    expect(checkStack(json as never).map(problemText)).toEqual([]);
    const more = stackOf({ ...yandex, cloud: { ...goose.cloud, ...yandex.cloud, network: { vpcId: "enp1" } } as never, stateBucket: "acme-state", service: { minInstances: 1 } });
    expect(checkStack(jsonOf(more) as never).map(problemText)).toEqual([]);
    expect(all(jsonOf(more), "yandex_serverless_container")[0]).toMatchObject({ provision_policy: { min_instances: 1 }, connectivity: { network_id: "enp1" } });
  });

  test("database and key are not removed by accident, buckets keep versions and are encrypted", () => {
    expect(values("yandex_ydb_database_serverless", "deletion_protection")).toEqual([true]);
    expect(all(json, "yandex_kms_symmetric_key")).toMatchObject([{ deletion_protection: true, rotation_period: "8760h" }]);
    expect(values("yandex_storage_bucket", "versioning")).toEqual([{ enabled: true }, { enabled: true }]);
  });

  test("messages start the worker, one at a time; what fails goes to the dead-letter queue", () => {
    expect(json.resource["yandex_message_queue"]?.["queue"]).toMatchObject({ visibility_timeout_seconds: 1200, redrive_policy: expect.stringContaining('"maxReceiveCount":5') as string });
    expect(json.resource["yandex_function_trigger"]?.["trigger"]).toMatchObject({ message_queue: { batch_size: "1" }, container: { path: "/internal/work" } });
    expect(json.resource["yandex_serverless_container"]?.["worker"]).toMatchObject({ concurrency: 1, execution_timeout: "900s", memory: 1024 });
  });

  test("timers call the service, UglyFox's with the compiled policy", () => {
    const timers = all(json, "yandex_function_trigger").filter(({ timer }) => timer !== undefined).map(({ timer, container }) => ({ ...(timer as { cron_expression: string; payload: string }), path: (container as { path: string }).path }));
    expect(timers.map(({ cron_expression: cron, path }) => [cron, path]).sort()).toEqual([["0/10 * * * ? *", "/internal/health-check"], ["0/5 * * * ? *", "/internal/health-check"], ["0/5 * * * ? *", "/internal/sync-git"]]);
    expect(timers.map(({ payload }) => JSON.parse(payload) as unknown)).toContainEqual(expect.objectContaining({ format: 1, nest: "acme", rules: [expect.objectContaining({ name: "old", action: "terminate" })] }));
  });

  test("the gateway hands every request to the API", () => {
    const spec = JSON.parse(values("yandex_api_gateway", "spec")[0] as string) as { paths: Record<string, unknown> };
    expect(Object.keys(spec.paths)).toEqual(["/", "/{path+}"]);
    expect(JSON.stringify(spec)).toContain("${yandex_serverless_container.api.id}");
  });

  test("each account has exactly these roles", () => {
    const inFolder = Object.fromEntries(Object.entries(json.resource["yandex_resourcemanager_folder_iam_member"] ?? {}).map(([name, member]) => [name, member["for_each"]]));
    expect(inFolder).toEqual({
      apiRoles: '${toset(["container-registry.images.puller", "lockbox.payloadViewer", "logging.writer", "ymq.writer"])}',
      workerRoles: '${toset(["compute.editor", "container-registry.images.puller", "iam.serviceAccounts.user", "lockbox.payloadViewer", "logging.writer", "viewer", "vpc.user", "ymq.reader", "ymq.writer"])}',
      invokerRoles: '${toset(["ymq.reader"])}',
    });
    expect([...values("yandex_ydb_database_iam_binding", "role"), ...values("yandex_storage_bucket_iam_binding", "role"), ...values("yandex_serverless_container_iam_binding", "role")]).toEqual(["ydb.editor", "storage.editor", "storage.editor", "serverless-containers.containerInvoker", "serverless-containers.containerInvoker"]);
  });

  test.each([
    [{ api: { domain: "goose.example.com" } }, /mothergoose\.api\.domain/],
    [{ service: { image: "docker.io/acme/goose:1" } }, /no image that Serverless Containers can run/],
    [{ workers: { memory: "20GiB" } }, /20480 MB is over the 8192 MB/],
  ])("what the platform can't do is told: %j", (props, message) => {
    expect(() => stackOf({ ...yandex, ...props })).toThrow(message);
  });

  test("others send events where they are let", () => {
    const stack = newStack();
    new bindings.yandex.YandexProvider(stack, "yandex", {});
    new MotherGoose(stack, "goose", { ...goose, ...yandex }).grantSend("hook", "aje1");
    expect(all(jsonOf(stack), "yandex_resourcemanager_folder_iam_member")).toContainEqual(expect.objectContaining({ role: "ymq.writer", member: "serviceAccount:aje1" }));
  });
});

test("a policy that no parameter holds is refused, and says what to do", () => {
  const rule = Array.from({ length: 60 }, (_, index) => ({ name: `rule-${index}`, condition: "failed_count >= 3 AND age > 1h", action: "terminate" as const }));
  expect(() => new MotherGooseStack(newApp(), "goose", { motherGoose: goose, uglyFox: { ...uglyFox, policies: { rule } } })).toThrow(expect.objectContaining({ code: "CONFIGURATION_TOO_LARGE" }));
});

test("wrong props are told with Fly's messages and the construct's path", () => {
  expect(() => new MotherGoose(newStack(), "goose", { ...goose, triggers: { gitSync: "soon" } })).toThrow(/^stack\/goose: the props of this MotherGoose have a mistake:\n {2}triggers\.gitSync: /);
  const stack = newStack();
  const motherGoose = new MotherGoose(stack, "goose", goose);
  expect(() => new UglyFoxPolicy(stack, "fox", { ...uglyFox, motherGoose, policies: { rule: [{ name: "r", condition: "mood == 'bad'", action: "keep" }] } })).toThrow(/mood/);
});

describeWithOneEngine("MotherGoose's stack", (engine) => {
  test("lives and goes on AWS", async () => {
    expect(outcomeOf(await rehearsed(stackOf({ database: { deletionProtection: false } }), engine))).toEqual(PASSED);
  });

  test("lives and goes on Yandex Cloud", async () => {
    const cloud = { provider: "yandex", region: "ru-central1", folderId: "b1g00000000000000000" } as const;
    expect(outcomeOf(await rehearsed(stackOf({ cloud, database: { deletionProtection: false } }), engine))).toEqual(PASSED);
  });
});

const OF_NEST = { StringEquals: { "aws:ResourceTag/gosling:nest": "acme" } };
