import type { AttributeRules } from "./validate";

const NAMED: AttributeRules = { conflicts: [["name", "name_prefix"]] };
const BY_NAME_PREFIX = [
  "aws_cloudwatch_event_rule",
  "aws_cloudwatch_log_group",
  "aws_iam_instance_profile",
  "aws_iam_policy",
  "aws_iam_role",
  "aws_iam_role_policy",
  "aws_kms_alias",
  "aws_launch_template",
  "aws_pipes_pipe",
  "aws_scheduler_schedule",
  "aws_scheduler_schedule_group",
  "aws_secretsmanager_secret",
  "aws_security_group",
  "aws_sfn_state_machine",
  "aws_sns_topic",
  "aws_sqs_queue",
  "yandex_message_queue",
];

/**
 * Which attributes exclude or need each other, for the types that Gosling uses; from the same documentation as `force-new.ts`
 * ("conflicts with", "exactly one of"). Only of attributes at the top, or in blocks that are there once.
 */
export const ATTRIBUTE_RULES: Readonly<Record<string, AttributeRules>> = {
  ...Object.fromEntries(BY_NAME_PREFIX.map((type) => [type, NAMED])),
  aws_cloudwatch_event_rule: { ...NAMED, atLeastOne: [["schedule_expression", "event_pattern"]] },
  aws_instance: {
    conflicts: [
      ["user_data", "user_data_base64"],
      ["ipv6_addresses", "ipv6_address_count"],
      ["network_interface", "subnet_id"],
      ["network_interface", "vpc_security_group_ids"],
      ["network_interface", "associate_public_ip_address"],
      ["network_interface", "private_ip"],
    ],
    atLeastOne: [
      ["ami", "launch_template"],
      ["instance_type", "launch_template"],
    ],
  },
  aws_lambda_function: { exactlyOne: [["filename", "image_uri", "s3_bucket"]] },
  aws_route53_record: { conflicts: [["alias", "ttl"], ["alias", "records"]], exactlyOne: [["records", "alias"]] },
  aws_s3_bucket: { conflicts: [["bucket", "bucket_prefix"]] },
  aws_secretsmanager_secret_version: { conflicts: [["secret_string", "secret_binary", "secret_string_wo"]] },
  aws_ssm_parameter: { exactlyOne: [["value", "insecure_value", "value_wo"]] },
  aws_vpc_security_group_egress_rule: { exactlyOne: [["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"]] },
  aws_vpc_security_group_ingress_rule: { exactlyOne: [["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"]] },
  yandex_compute_instance: { exactlyOne: [["boot_disk.disk_id", "boot_disk.initialize_params"]], conflicts: [["boot_disk.initialize_params.image_id", "boot_disk.initialize_params.snapshot_id"]] },
  yandex_compute_disk: { conflicts: [["image_id", "snapshot_id"]] },
  yandex_function_trigger: {
    conflicts: [["function", "container"]],
    exactlyOne: [["container_registry", "data_streams", "iot", "log_group", "logging", "mail", "message_queue", "object_storage", "timer"]],
  },
  yandex_storage_bucket: { conflicts: [["bucket", "bucket_prefix"]] },
};
