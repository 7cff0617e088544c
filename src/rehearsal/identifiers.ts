import { createHash } from "node:crypto";
import { type Value, type ValueRecord } from "./values";

/** Account, region and folder as objects of one provider instance carry them. */
export interface CloudPlace {
  readonly provider: "aws" | "yandex";
  readonly region: string;
  /** A Yandex folder; AWS has none. */
  readonly folder: string;
}

/** The account of the AWS documentation's examples: no real one. */
export const ACCOUNT = "123456789012";
export const CLOUD = "b1g00000000rehearsal";
export const FOLDER = "b1g0000000000000fold";
/** The network that a new AWS account has, and that of a new Yandex folder. */
export const DEFAULT_VPC = "vpc-0rehearsaldefault";
export const DEFAULT_NETWORK = `enp${digits("default", 17)}`;
export const DEFAULT_REGION = { aws: "us-east-1", yandex: "ru-central1" } as const;

/** Hexadecimal digits, the same for the same seed. */
export function digits(seed: string, length: number): string {
  return createHash("sha256").update(seed).digest("hex").slice(0, length);
}

/** The default network's subnet in a zone. */
export function subnetIn(zone: string): string {
  return `${zone.startsWith("ru-") ? "e9b" : "subnet-"}${digits(zone, 17)}`;
}

/** AWS: prefix of an id of 17 digits. */
const AWS_PREFIX: Readonly<Record<string, string>> = {
  aws_instance: "i",
  aws_security_group: "sg",
  aws_vpc_security_group_egress_rule: "sgr",
  aws_vpc_security_group_ingress_rule: "sgr",
  aws_launch_template: "lt",
  aws_ebs_volume: "vol",
  aws_eip: "eipalloc",
  aws_vpc: "vpc",
  aws_subnet: "subnet",
  aws_internet_gateway: "igw",
  aws_nat_gateway: "nat",
  aws_route_table: "rtb",
  aws_route_table_association: "rtbassoc",
  aws_vpc_endpoint: "vpce",
  aws_efs_file_system: "fs",
  aws_efs_access_point: "fsap",
  aws_efs_mount_target: "fsmt",
  aws_flow_log: "fl",
  aws_service_discovery_private_dns_namespace: "ns",
  aws_service_discovery_service: "srv",
  aws_volume_attachment: "vai",
};

/** Types whose id is one of their attributes: two of one name can't be. */
const NAMED_BY: Readonly<Record<string, string>> = {
  aws_autoscaling_group: "name",
  aws_cloudwatch_dashboard: "dashboard_name",
  aws_cloudwatch_event_rule: "name",
  aws_cloudwatch_log_group: "name",
  aws_cloudwatch_metric_alarm: "alarm_name",
  aws_dynamodb_table: "name",
  aws_ecr_pull_through_cache_rule: "ecr_repository_prefix",
  aws_ecr_repository: "name",
  aws_iam_instance_profile: "name",
  aws_iam_role: "name",
  aws_kms_alias: "name",
  aws_lambda_function: "function_name",
  aws_pipes_pipe: "name",
  aws_s3_bucket: "bucket",
  aws_scheduler_schedule_group: "name",
  aws_ssm_parameter: "name",
  yandex_storage_bucket: "bucket",
};

/** Of what a network has each name only once: the attribute that says which network. */
export const NAMED_IN: Readonly<Record<string, string>> = { aws_security_group: "vpc_id" };

/** Types whose id is their ARN. */
const ARN_IS_ID: ReadonlySet<string> = new Set([
  "aws_acm_certificate",
  "aws_ecs_cluster",
  "aws_ecs_service",
  "aws_iam_openid_connect_provider",
  "aws_iam_policy",
  "aws_lb",
  "aws_lb_listener",
  "aws_lb_target_group",
  "aws_secretsmanager_secret",
  "aws_sfn_state_machine",
  "aws_sns_topic",
  "aws_sns_topic_subscription",
]);

/** The three characters that ids of a Yandex service begin with; `fv4` stands for the rest. */
const YANDEX_PREFIX: Readonly<Record<string, string>> = {
  yandex_compute_instance: "fhm",
  yandex_compute_disk: "fhm",
  yandex_compute_image: "fd8",
  yandex_vpc_network: "enp",
  yandex_vpc_security_group: "enp",
  yandex_vpc_subnet: "e9b",
  yandex_vpc_address: "e9b",
  yandex_iam_service_account: "aje",
  yandex_iam_service_account_key: "aje",
  yandex_iam_service_account_static_access_key: "aje",
  yandex_lockbox_secret: "e6q",
  yandex_lockbox_secret_version: "e6q",
  yandex_serverless_container: "bba",
  yandex_function_trigger: "a1s",
  yandex_container_registry: "crp",
  yandex_logging_group: "e23",
  yandex_kms_symmetric_key: "abj",
  yandex_dns_zone: "dns",
  yandex_api_gateway: "d5d",
  yandex_ydb_database_serverless: "etn",
};

/** Service and resource of an ARN, where the type's second word isn't the service or the name stands deeper. */
const ARN: Readonly<Record<string, readonly [service: string, resource: string]>> = {
  aws_autoscaling_group: ["autoscaling", "autoScalingGroup:1:autoScalingGroupName/"],
  aws_cloudwatch_event_rule: ["events", "rule/"],
  aws_cloudwatch_log_group: ["logs", "log-group:"],
  aws_cloudwatch_metric_alarm: ["cloudwatch", "alarm:"],
  aws_dynamodb_table: ["dynamodb", "table/"],
  aws_ebs_volume: ["ec2", "volume/"],
  aws_ecr_repository: ["ecr", "repository/"],
  aws_ecs_cluster: ["ecs", "cluster/"],
  aws_ecs_service: ["ecs", "service/"],
  aws_ecs_task_definition: ["ecs", "task-definition/"],
  aws_iam_instance_profile: ["iam", "instance-profile/"],
  aws_iam_policy: ["iam", "policy/"],
  aws_iam_role: ["iam", "role/"],
  aws_instance: ["ec2", "instance/"],
  aws_kms_alias: ["kms", ""],
  aws_kms_key: ["kms", "key/"],
  aws_lambda_event_source_mapping: ["lambda", "event-source-mapping:"],
  aws_lambda_function: ["lambda", "function:"],
  aws_launch_template: ["ec2", "launch-template/"],
  aws_pipes_pipe: ["pipes", "pipe/"],
  aws_s3_bucket: ["s3", ""],
  aws_scheduler_schedule: ["scheduler", "schedule/default/"],
  aws_scheduler_schedule_group: ["scheduler", "schedule-group/"],
  aws_secretsmanager_secret: ["secretsmanager", "secret:"],
  aws_security_group: ["ec2", "security-group/"],
  aws_service_discovery_private_dns_namespace: ["servicediscovery", "namespace/"],
  aws_service_discovery_service: ["servicediscovery", "service/"],
  aws_sfn_state_machine: ["states", "stateMachine:"],
  aws_sns_topic: ["sns", ""],
  aws_sqs_queue: ["sqs", ""],
  aws_ssm_parameter: ["ssm", "parameter/"],
  aws_vpc_security_group_egress_rule: ["ec2", "security-group-rule/"],
  aws_vpc_security_group_ingress_rule: ["ec2", "security-group-rule/"],
};

/** Services without regions in their ARNs, and without accounts too. */
const GLOBAL: ReadonlySet<string> = new Set(["iam", "s3", "route53"]);

export interface Identity {
  readonly id: string;
  /** What the object is called: its name where it has one, else its id. */
  readonly name: string;
  /** AWS only. */
  readonly arn: string;
  /** Whether another object of this type and id can't be. */
  readonly isUnique: boolean;
}

/** The identity of the `number`-th object of a type: the same on every machine and in every run. */
export function identify(type: string, number: number, attributes: ValueRecord, place: CloudPlace): Identity {
  const attribute = NAMED_BY[type];
  const named = text(attribute === undefined ? null : attributes[attribute]);
  const prefix = text(attributes["name_prefix"] ?? attributes["bucket_prefix"]);
  const seed = `${type} ${number}`;
  const own = place.provider === "yandex" ? `${YANDEX_PREFIX[type] ?? "fv4"}${digits(seed, 17)}` : AWS_PREFIX[type] === undefined ? digits(seed, 17) : `${AWS_PREFIX[type]}-${digits(seed, 17)}`;
  const name = named ?? text(attributes["name"]) ?? (prefix === undefined ? own : `${prefix}${digits(seed, 12)}`);
  const arn = arnOf(type, type.startsWith("aws_iam_") || named !== undefined || text(attributes["name"]) !== undefined ? name : own, place.region);
  if (type === "aws_sqs_queue") return { id: `https://sqs.${place.region}.amazonaws.com/${ACCOUNT}/${name}`, name, arn, isUnique: true };
  if (type === "yandex_message_queue") return { id: `https://message-queue.api.cloud.yandex.net/${FOLDER}/${digits(seed, 20)}/${name}`, name, arn: `yrn:yc:ymq:${place.region}:${place.folder}:${name}`, isUnique: false };
  if (type === "aws_ecs_task_definition") return { id: text(attributes["family"]) ?? own, name, arn: `${arnOf(type, text(attributes["family"]) ?? own, place.region)}:${number}`, isUnique: false };
  if (ARN_IS_ID.has(type)) return { id: arn, name, arn, isUnique: text(attributes["name"]) !== undefined };
  return attribute === undefined ? { id: own, name, arn, isUnique: false } : { id: name, name, arn, isUnique: named !== undefined };
}

function arnOf(type: string, name: string, region: string): string {
  const [service, resource] = ARN[type] ?? [type.split("_")[1] ?? "", `${type.split("_").slice(2).join("-")}/`];
  const global = GLOBAL.has(service);
  return `arn:aws:${service}:${global ? "" : region}:${service === "s3" ? "" : ACCOUNT}:${resource}${resource.endsWith("/") ? name.replace(/^\//, "") : name}`;
}

function text(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
