import type { EggRunnerProps } from "../../../../constructs";
import type { RunnerConfiguration } from "../../../../src/vocabulary/runner-configuration";
import { awsEgg, awsStack, bodyOf } from "./aws-stack";
import { statesLanguageProblems } from "./states-language";

const egg: Partial<EggRunnerProps> = { type: "serverless", resources: { cpu: 1, memory: 1024, disk: 5 }, environment: { GREETING: "héllo ${x}" }, secrets: { TOKEN: "aws-sm://team/token" } };
const fargate = (changes: Partial<EggRunnerProps> = {}) => awsStack({ ...egg, ...changes });
const lambda = (changes: Partial<EggRunnerProps> = {}) => awsStack({ ...egg, runner: { tags: ["x"], concurrent: 5, timeout: "10m", serverlessEngine: "lambda" }, ...changes });

interface Container {
  readonly image: string;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly stopTimeout: number;
  readonly logConfiguration: { readonly options: Readonly<Record<string, string>> };
}
const containerOf = (stack: ReturnType<typeof awsStack>): Container => (JSON.parse(String(bodyOf(stack, "aws_ecs_task_definition")["container_definitions"])) as readonly [Container])[0];

describe("Fargate", () => {
  test("is one queue with its dead letters, a pipe, a state machine, a cluster and a task", () => {
    expect(Object.keys(fargate().resource).sort()).toEqual([
      "aws_cloudwatch_log_group",
      "aws_ecs_cluster",
      "aws_ecs_task_definition",
      "aws_iam_role",
      "aws_iam_role_policy",
      "aws_pipes_pipe",
      "aws_security_group",
      "aws_sfn_state_machine",
      "aws_sqs_queue",
    ]);
  });

  test("one message starts one runner", () => {
    expect(bodyOf(fargate(), "aws_pipes_pipe")).toMatchObject({
      source: "${aws_sqs_queue.queue.arn}",
      source_parameters: { sqs_queue_parameters: { batch_size: 1 } },
      target: "${aws_sfn_state_machine.states.arn}",
      target_parameters: { step_function_state_machine_parameters: { invocation_type: "FIRE_AND_FORGET" } },
    });
    expect(fargate().output["queue"]?.value).toBe("${aws_sqs_queue.queue.url}");
  });

  test("a message that can't be handed on goes to the dead letters, which are kept for two weeks; all is encrypted", () => {
    const stack = fargate();
    expect(bodyOf(stack, "aws_sqs_queue", "queue")).toMatchObject({ visibility_timeout_seconds: 120, message_retention_seconds: 3600, sqs_managed_sse_enabled: true, redrive_policy: '{"deadLetterTargetArn":"${aws_sqs_queue.dead.arn}","maxReceiveCount":5}' });
    expect(bodyOf(stack, "aws_sqs_queue", "dead")).toMatchObject({ message_retention_seconds: 1_209_600, sqs_managed_sse_enabled: true });
  });

  test("the state machine is one, and starts this task in these subnets", () => {
    const definition = String(bodyOf(fargate({ cloud: { ...awsEgg.cloud, network: { subnetIds: ["subnet-1"] } } }), "aws_sfn_state_machine")["definition"]);
    expect(definition).toContain('"Subnets":${jsonencode(local.subnets)}');
    const machine = JSON.parse(definition.replace(/\$\{jsonencode\(.*?\)\}/g, "[]")) as { readonly States: { readonly Run: { readonly Parameters: unknown } } };
    expect(statesLanguageProblems(machine)).toEqual([]);
    expect(machine.States.Run.Parameters).toMatchObject({ TaskDefinition: "${aws_ecs_task_definition.task.arn}", Cluster: "${aws_ecs_cluster.cluster.arn}" });
  });

  test("the task is told all that the Egg says, byte for byte; secrets by reference", () => {
    const [variable] = containerOf(fargate()).environment;
    expect(variable?.name).toBe("GOSLING_RUNNER_CONFIGURATION");
    expect(variable?.value).not.toContain("${");
    expect(JSON.parse(variable?.value ?? "")).toMatchObject({ type: "serverless", environment: { GREETING: "héllo ${x}" }, secrets: { TOKEN: "aws-sm://team/token" } } satisfies Partial<RunnerConfiguration>);
  });

  test("the task has the size, the disk and the architecture that the Egg asks for", () => {
    expect(bodyOf(fargate(), "aws_ecs_task_definition")).toMatchObject({ cpu: "1024", memory: "2048", runtime_platform: { cpu_architecture: "X86_64" } });
    expect(bodyOf(fargate(), "aws_ecs_task_definition")).not.toHaveProperty("ephemeral_storage");
    expect(bodyOf(fargate({ resources: { cpu: 3, memory: "9GiB", disk: 100, architecture: "arm64" } }), "aws_ecs_task_definition")).toMatchObject({ cpu: "4096", memory: "9216", ephemeral_storage: { size_in_gib: 100 }, runtime_platform: { cpu_architecture: "ARM64" } });
  });

  test("a new configuration is a new revision of the task, with its hash in the tags", () => {
    const config = (changes: Partial<EggRunnerProps>) => (bodyOf(fargate(changes), "aws_ecs_task_definition")["tags"] as Record<string, string>)["gosling:config"];
    expect(config({})).toMatch(/^[0-9a-f]{12}$/);
    expect(config({ environment: { A: "2" } })).not.toBe(config({}));
  });

  test("the image is Gosling's, or the one that the Egg names", () => {
    expect(containerOf(fargate()).image).toBe("gosling/runner:1");
    const named = fargate({ runner: { ...awsEgg.runner, image: "registry.example.com/runner:${x}" } });
    expect(containerOf(named).image).toBe("registry.example.com/runner:${x}");
    expect(bodyOf(named, "aws_ecs_task_definition")["container_definitions"]).not.toContain("${x}");
  });

  test("spot capacity is the cluster's own", () => {
    const stack = fargate({ cloud: { ...awsEgg.cloud, preemptible: true } });
    expect(bodyOf(stack, "aws_ecs_cluster_capacity_providers")).toEqual({ cluster_name: "${aws_ecs_cluster.cluster.name}", capacity_providers: ["FARGATE_SPOT"] });
    expect(bodyOf(stack, "aws_sfn_state_machine")["definition"]).toContain("FARGATE_SPOT");
  });
});

describe("Lambda", () => {
  test("is a queue with its dead letters, a function, and what connects them", () => {
    expect(Object.keys(lambda().resource).sort()).toEqual(["aws_cloudwatch_log_group", "aws_iam_role", "aws_iam_role_policy", "aws_lambda_event_source_mapping", "aws_lambda_function", "aws_sqs_queue"]);
    expect(bodyOf(lambda(), "aws_lambda_event_source_mapping")).toMatchObject({ event_source_arn: "${aws_sqs_queue.queue.arn}", function_name: "${aws_lambda_function.function.arn}", batch_size: 1, scaling_config: { maximum_concurrency: 5 } });
  });

  test("the platform ends it a minute after its job's limit, at 15 minutes at the latest; a message stays out of sight for longer", () => {
    const times = (timeout: string) => {
      const stack = lambda({ runner: { tags: ["x"], concurrent: 5, timeout, serverlessEngine: "lambda" } });
      return [bodyOf(stack, "aws_lambda_function")["timeout"], bodyOf(stack, "aws_sqs_queue", "queue")["visibility_timeout_seconds"]];
    };
    expect(times("5m")).toEqual([360, 2160]);
    expect(times("15m")).toEqual([900, 5400]);
  });

  test("the function has the memory that gives it its processors, the disk and the architecture", () => {
    const sized = (resources: EggRunnerProps["resources"]) => bodyOf(lambda({ resources }), "aws_lambda_function");
    expect(sized({ cpu: 1, memory: 512, disk: 1 })).toMatchObject({ memory_size: 1769, ephemeral_storage: { size: 1024 }, architectures: ["x86_64"] });
    expect(sized({ cpu: 2, memory: 8192, disk: 10, architecture: "arm64" })).toMatchObject({ memory_size: 8192, ephemeral_storage: { size: 10_240 }, architectures: ["arm64"] });
    expect(sized({ cpu: 6, memory: 1024, disk: 10 })).toMatchObject({ memory_size: 10_240 });
  });

  test("its image is in ECR of its own region", () => {
    expect(bodyOf(lambda(), "aws_lambda_function")["image_uri"]).toBe("${data.aws_caller_identity.account.account_id}.dkr.ecr.eu-central-1.amazonaws.com/gosling/runner:1");
    const withImage = (image: string) => lambda({ runner: { tags: ["x"], concurrent: 5, timeout: "10m", serverlessEngine: "lambda", image } });
    expect(bodyOf(withImage("111122223333.dkr.ecr.eu-central-1.amazonaws.com/r:1"), "aws_lambda_function")["image_uri"]).toBe("111122223333.dkr.ecr.eu-central-1.amazonaws.com/r:1");
    for (const image of ["debian:13", "111122223333.dkr.ecr.us-east-1.amazonaws.com/r:1"]) expect(() => withImage(image)).toThrow(/is no image that Lambda can run/);
  });

  test("it stands outside any VPC unless the Egg names a network", () => {
    expect(bodyOf(lambda(), "aws_lambda_function")).not.toHaveProperty("vpc_config");
    const inside = lambda({ cloud: { ...awsEgg.cloud, network: { subnetIds: ["subnet-1"] } } });
    expect(bodyOf(inside, "aws_lambda_function")["vpc_config"]).toEqual({ subnet_ids: "${local.subnets}", security_group_ids: ["${aws_security_group.securityGroup.id}"] });
  });

  test("more than its environment can hold is refused with the size", () => {
    expect(() => lambda({ environment: { BIG: "x".repeat(4000) } })).toThrow(expect.objectContaining({ code: "CONFIGURATION_TOO_LARGE", message: expect.stringContaining("a Lambda function can be told 4096") as string }));
  });

  test("its limit of runners is one that AWS knows", () => {
    const limit = (concurrent: number) => bodyOf(lambda({ runner: { tags: ["x"], concurrent, timeout: "10m", serverlessEngine: "lambda" } }), "aws_lambda_event_source_mapping")["scaling_config"];
    expect([limit(1), limit(5000)]).toEqual([{ maximum_concurrency: 2 }, { maximum_concurrency: 1000 }]);
  });
});
