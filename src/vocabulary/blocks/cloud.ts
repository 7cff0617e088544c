import type { BlockSpec, NestedBlockSpec } from "../schema";

const network: NestedBlockSpec = {
  typeName: "Network",
  description: "Where in the cloud's network the machines stand.",
  assumed: true,
  attributes: {
    vpc_id: {
      type: { kind: "string" },
      description: "Network of the machines (AWS: a VPC, Yandex: a network).",
      defaultNote: "the default network",
      example: '"vpc-0a1b2c3d"',
    },
    subnet_ids: {
      type: { kind: "list", of: { kind: "string" }, minItems: 1, unique: true },
      description: "Subnets of the machines; they decide the zones where `zones` says nothing.",
      defaultNote: "the network's default subnets",
      example: '["subnet-0a1b2c3d"]',
    },
    assign_public_ip: {
      type: { kind: "bool" },
      description: "Whether machines get a public address. Without one, the subnet needs a way out, such as a NAT gateway.",
      default: false,
      example: "false",
    },
  },
  blocks: {},
};

const role: NestedBlockSpec = {
  typeName: "Role",
  description: "What jobs on the machine may do in the cloud, beside the runner's own needs.",
  attributes: {
    policies: {
      type: { kind: "list", of: { kind: "string" }, unique: true },
      description: "AWS: ARNs of managed policies. Yandex: role names, granted on the folder.",
      default: [],
      example: '["arn:aws:iam::aws:policy/ReadOnlyAccess"]',
    },
    permissions_boundary: {
      type: { kind: "string" },
      description: "AWS only: ARN of the policy that bounds the role.",
      defaultNote: "none",
      example: '"arn:aws:iam::111122223333:policy/boundary"',
    },
  },
  blocks: {},
};

/** `cloud { … }`: where something runs. The same in Eggs, buckets, Jobs, Rifts and MotherGoose. */
export const cloud: BlockSpec = {
  typeName: "Cloud",
  description: "Where it runs.",
  attributes: {
    provider: {
      type: { kind: "enum", values: ["aws", "yandex", "local"] },
      description: "The cloud; `local` is this machine, its runners are processes.",
      required: true,
      example: '"aws"',
    },
    region: {
      type: { kind: "string" },
      description: "Region of the cloud. Required for `aws` and `yandex`; `local` has none.",
      defaultNote: "none",
      pattern: { regex: /^[a-z][a-z0-9-]*$/, message: 'be a region such as "eu-central-1"' },
      example: '"eu-central-1"',
    },
    zones: {
      type: { kind: "list", of: { kind: "string" }, minItems: 1, unique: true },
      description: "Availability zones, tried in order when a zone has no capacity.",
      defaultNote: "those of the subnets",
      example: '["eu-central-1a", "eu-central-1b"]',
    },
    folder_id: {
      type: { kind: "string" },
      description: "Yandex: the folder. Required for `yandex`, here or in `mothergoose.cloud`.",
      defaultNote: "that of `mothergoose.cloud`",
      example: '"b1g0a1b2c3d4e5f6g7h8"',
    },
    preemptible: {
      type: { kind: "bool" },
      description: "Cheaper machines that the cloud may take back: spot on AWS, preemptible on Yandex. On AWS they can't sleep in a Nadir.",
      default: false,
      example: "false",
    },
    tags: {
      type: { kind: "map", of: { kind: "string" }, keys: "tag" },
      description: "Tags (Yandex: labels) of every resource, beside Gosling's own.",
      default: {},
      example: '{ team = "web" }',
    },
  },
  blocks: { network, role },
};

/** `resources { … }`: how large a machine or container is. */
export const resources: BlockSpec = {
  typeName: "Resources",
  description: "How large each runner is.",
  attributes: {
    cpu: { type: { kind: "integer", min: 1, unit: "vCPU" }, description: "Virtual processors.", required: true, example: "2" },
    memory: { type: { kind: "size", unit: "MB", min: 128 }, description: 'Memory in MB, or a size such as "4GiB".', required: true, example: "4096" },
    disk: { type: { kind: "size", unit: "GB", min: 1 }, description: 'Disk in GB, or a size such as "20GiB".', required: true, example: "20" },
    architecture: { type: { kind: "enum", values: ["amd64", "arm64"] }, description: "Processor architecture.", default: "amd64", example: '"amd64"' },
    instance_types: {
      type: { kind: "list", of: { kind: "string" }, minItems: 1, unique: true },
      description: "Machine types (AWS) or platforms (Yandex) that replace the choice by cpu and memory; tried in order when there is no capacity.",
      defaultNote: "the cheapest that satisfies cpu, memory and architecture",
      example: '["m7g.large", "m6g.large"]',
    },
    machine_image: {
      type: { kind: "string" },
      description: "Image of the machine's disk.",
      defaultNote: "the newest Debian of the cloud",
      example: '"ami-0a1b2c3d4e5f6a7b8"',
    },
  },
  blocks: {},
};

/** `tofu { … }`: which engine is asked for. */
export const tofu: NestedBlockSpec = {
  typeName: "Tofu",
  description: "The engine that applies the configuration.",
  attributes: {
    version: {
      type: { kind: "string" },
      description: "Version of the engine that is asked for.",
      defaultNote: "whichever engine is there",
      pattern: { regex: /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, message: 'be a version such as "1.12.6"' },
      example: '"1.12.6"',
    },
  },
  blocks: {},
};
