/**
 * The resource types and data sources that Gosling has classes for, by provider, without the prefix
 * (`instance` is `aws_instance`). After a change: `npx projen schemas:cut PROVIDER FILE` with the
 * provider's whole schema, then `npx projen generate:bindings`.
 */
export interface Selection {
  readonly resources: readonly string[];
  readonly dataSources: readonly string[];
  /**
   * Flags that the provider has and the file that its schema was read from has not: `TYPE.ATTRIBUTE`,
   * `data.TYPE.ATTRIBUTE` for a data source.
   */
  readonly sensitive: readonly string[];
  readonly writeOnly: readonly string[];
}

export const SELECTION: Readonly<Record<"aws" | "yandex", Selection>> = {
  aws: {
    resources: [
      // Machines
      "instance", "ec2_instance_state", "launch_template", "ebs_volume", "volume_attachment", "key_pair",
      // Network
      "security_group", "vpc_security_group_egress_rule", "vpc_security_group_ingress_rule", "vpc_endpoint", "eip",
      // Names
      "route53_zone", "route53_record", "service_discovery_private_dns_namespace", "service_discovery_service", "service_discovery_instance",
      "acm_certificate", "acm_certificate_validation",
      // Access
      "iam_role", "iam_role_policy", "iam_role_policy_attachment", "iam_policy", "iam_instance_profile", "iam_openid_connect_provider",
      "kms_key", "kms_alias", "ssm_parameter",
      "secretsmanager_secret", "secretsmanager_secret_policy", "secretsmanager_secret_rotation", "secretsmanager_secret_version",
      // Logs and alarms
      "cloudwatch_log_group", "cloudwatch_log_metric_filter", "cloudwatch_metric_alarm", "cloudwatch_dashboard", "budgets_budget",
      "sns_topic", "sns_topic_policy", "sns_topic_subscription",
      // Queues, events, schedules
      "sqs_queue", "sqs_queue_policy", "sqs_queue_redrive_policy", "sqs_queue_redrive_allow_policy",
      "pipes_pipe", "sfn_state_machine", "cloudwatch_event_rule", "cloudwatch_event_target", "scheduler_schedule", "scheduler_schedule_group",
      // Containers and functions
      "ecs_cluster", "ecs_cluster_capacity_providers", "ecs_service", "ecs_task_definition",
      "ecr_repository", "ecr_repository_policy", "ecr_lifecycle_policy", "ecr_pull_through_cache_rule",
      "lambda_function", "lambda_function_url", "lambda_permission", "lambda_event_source_mapping",
      "apigatewayv2_api", "apigatewayv2_api_mapping", "apigatewayv2_authorizer", "apigatewayv2_domain_name", "apigatewayv2_integration", "apigatewayv2_route", "apigatewayv2_stage",
      // Data
      "dynamodb_table",
      "s3_bucket", "s3_bucket_lifecycle_configuration", "s3_bucket_ownership_controls", "s3_bucket_policy", "s3_bucket_public_access_block",
      "s3_bucket_server_side_encryption_configuration", "s3_bucket_versioning", "s3_object",
    ],
    dataSources: [
      "ami", "availability_zones", "caller_identity", "ec2_instance_type", "ec2_instance_type_offerings", "ecr_image", "instances", "kms_key", "partition", "region",
      "route53_zone", "secretsmanager_secret", "secretsmanager_secret_version", "security_group", "ssm_parameter", "subnet", "subnets", "vpc",
    ],
    sensitive: [
      "aws_acm_certificate.private_key", "aws_acm_certificate.private_key_wo",
      "aws_secretsmanager_secret_version.secret_binary", "aws_secretsmanager_secret_version.secret_string", "aws_secretsmanager_secret_version.secret_string_wo",
      "aws_ssm_parameter.value", "aws_ssm_parameter.value_wo", "data.aws_secretsmanager_secret_version.secret_binary", "data.aws_secretsmanager_secret_version.secret_string",
      "data.aws_ssm_parameter.value",
    ],
    writeOnly: ["aws_acm_certificate.private_key_wo", "aws_secretsmanager_secret_version.secret_string_wo", "aws_ssm_parameter.value_wo"],
  },
  yandex: {
    resources: [
      // Machines
      "compute_instance", "compute_disk", "compute_image",
      // Network and names
      "vpc_address", "vpc_network", "vpc_security_group", "vpc_security_group_rule", "vpc_subnet", "dns_zone", "dns_recordset", "cm_certificate",
      // Access
      "iam_service_account", "iam_service_account_iam_binding", "iam_service_account_iam_member", "iam_service_account_key", "iam_service_account_static_access_key",
      "iam_workload_identity_federated_credential", "iam_workload_identity_oidc_federation",
      "resourcemanager_folder", "resourcemanager_folder_iam_binding", "resourcemanager_folder_iam_member",
      "kms_symmetric_key", "kms_symmetric_key_iam_binding", "kms_symmetric_key_iam_member",
      "lockbox_secret", "lockbox_secret_iam_binding", "lockbox_secret_iam_member", "lockbox_secret_version", "lockbox_secret_version_hashed",
      // Logs
      "logging_group", "monitoring_dashboard",
      // Queues and triggers
      "message_queue", "function_trigger",
      // Containers and functions
      "serverless_container", "serverless_container_iam_binding", "function", "function_iam_binding", "function_scaling_policy",
      "container_registry", "container_registry_iam_binding", "container_repository", "container_repository_iam_binding", "container_repository_lifecycle_policy",
      "api_gateway",
      // Data
      "ydb_database_serverless", "ydb_database_iam_binding", "ydb_table", "storage_bucket", "storage_bucket_grant", "storage_bucket_iam_binding", "storage_bucket_policy", "storage_object",
    ],
    dataSources: [
      "client_config", "compute_image", "compute_instance", "container_registry", "dns_zone", "iam_service_account", "kms_symmetric_key", "lockbox_secret", "lockbox_secret_version",
      "logging_group", "message_queue", "resourcemanager_folder", "serverless_container", "vpc_network", "vpc_security_group", "vpc_subnet",
    ],
    sensitive: [],
    writeOnly: [],
  },
};
