import type { Schema } from "../../../constructs/bindings/provider-schema";
import { loadSchema } from "../../../constructs/bindings/schemas";
import { type ElementClass, classNameOf, loadClass, ourClass } from "./our-classes";

/** A class of ours and its peer in `@cdktf/provider-aws`. */
export interface Pair {
  /** `aws_instance`, `data.aws_ami`, or `provider.aws` */
  readonly address: string;
  readonly kind: "resource" | "data" | "provider";
  readonly type: string;
  readonly schema: Schema;
  readonly load: () => { readonly ours: ElementClass; readonly theirs: ElementClass };
}

/** All classes of our AWS bindings. */
export function pairs(): readonly Pair[] {
  const { resource_schemas: resources, data_source_schemas: dataSources, provider_schema: provider } = loadSchema("aws");
  return [
    ...Object.entries(resources).map(([type, schema]) => pair(type, "resource", type, schema, type.slice("aws_".length))),
    ...Object.entries(dataSources).map(([type, schema]) => pair(`data.${type}`, "data", type, schema, `data_${type}`)),
    {
      address: "provider.aws",
      kind: "provider",
      type: "aws",
      schema: provider,
      load: () => ({ ours: loadClass("../../../constructs/bindings/aws/provider", "AwsProvider"), theirs: loadClass(theirs("provider"), "AwsProvider") }),
    },
  ];
}

function pair(address: string, kind: "resource" | "data", type: string, schema: Schema, name: string): Pair {
  const className = classNameOf(name);
  return { address, kind, type, schema, load: () => ({ ours: ourClass("aws", type, kind), theirs: loadClass(theirs(name.replace(/_/g, "-")), THEIR_CLASSES[className] ?? className) }) };
}

const theirs = (file: string): string => `@cdktf/provider-aws/lib/${file}`;

/** Classes that theirs has renamed, because a block of another class was called so. */
const THEIR_CLASSES: Readonly<Record<string, string>> = {
  S3BucketServerSideEncryptionConfiguration: "S3BucketServerSideEncryptionConfigurationA",
  S3BucketVersioning: "S3BucketVersioningA",
};

/** What a property of ours is called there: they keep some words for themselves, and a digit ends a word. */
export function theirProperty(property: string): string {
  return THEIR_PROPERTIES[property] ?? property.replace(/\d[a-z]/g, (pair) => pair.toUpperCase());
}

const THEIR_PROPERTIES: Readonly<Record<string, string>> = { self: "selfAttribute", getPasswordData: "fetchPasswordData" };

/**
 * What isn't compared. All of it came with a version of the provider after 6.25.0, the one that the newest
 * `@cdktf/provider-aws` (21.22.1) was made for; ours was made for 6.66.0. And `id` of resources, which
 * theirs takes as an argument although the provider refuses it.
 */
export const LEFT_OUT: readonly string[] = [
  "aws_acm_certificate.private_key_wo",
  "aws_acm_certificate.private_key_wo_version",
  "aws_apigatewayv2_domain_name.routing_mode",
  "aws_budgets_budget.filter_expression",
  "aws_budgets_budget.metrics",
  "aws_cloudwatch_metric_alarm.evaluation_criteria",
  "aws_cloudwatch_metric_alarm.evaluation_interval",
  "aws_cloudwatch_metric_alarm.warm_up_configuration",
  "aws_dynamodb_table.global_secondary_index.key_schema",
  "aws_dynamodb_table.restore_backup_arn",
  "aws_ecs_service.deployment_configuration.lifecycle_hook.target_type",
  "aws_ecs_service.deployment_configuration.lifecycle_hook.timeout_configuration",
  "aws_ecs_service.service_connect_configuration.access_log_configuration",
  "aws_ecs_task_definition.volume.s3files_volume_configuration",
  "aws_iam_policy.delay_after_policy_creation_in_ms",
  "aws_instance.cpu_options.nested_virtualization",
  "aws_instance.secondary_network_interface",
  "aws_lambda_event_source_mapping.provisioned_poller_config.poller_group_name",
  "aws_lambda_event_source_mapping.timeouts",
  "aws_lambda_event_source_mapping.use_resource_timeout_for_propagation",
  "aws_lambda_function.code_sha256",
  "aws_lambda_function.use_resource_timeout_for_propagation",
  "aws_lambda_permission.invoked_via_function_url",
  "aws_lambda_permission.timeouts",
  "aws_launch_template.cpu_options.nested_virtualization",
  "aws_launch_template.network_interfaces.ena_queue_count",
  "aws_launch_template.network_performance_options",
  "aws_launch_template.secondary_interfaces",
  "aws_s3_bucket.bucket_namespace",
  "aws_secretsmanager_secret.type",
  "aws_secretsmanager_secret_rotation.external_secret_rotation_metadata",
  "aws_secretsmanager_secret_rotation.external_secret_rotation_role_arn",
  "aws_secretsmanager_secret_rotation.rotation_enabled",
  "aws_vpc_endpoint.dns_options.private_dns_preference",
  "aws_vpc_endpoint.dns_options.private_dns_specified_domains",
  "provider.aws.user_agent",
  ...["accountaccess", "agentregistry", "bedrockruntime", "devopsagent", "directoryservicedata", "interconnect", "lambdacore", "lambdamicrovms", "mailmanager", "mpa", "resiliencehubv2", "s3files", "savingsplans", "uxc"].map(
    (service) => `provider.aws.endpoints.${service}`,
  ),
];

/** What the provider fills since a later version, and theirs therefore can't refer to. */
export const LEFT_OUT_REFERENCES: readonly string[] = [
  "aws_lambda_function.response_streaming_invoke_arn",
  "aws_secretsmanager_secret_version.secret_arn",
  "data.aws_secretsmanager_secret.type",
  "data.aws_secretsmanager_secret_version.secret_arn",
  "data.aws_vpc.ipv6_cidr_block_associations",
];
