import type { AttributeSpec, BlockSpec, NestedBlockSpec } from "../schema";
import { cloud, resources, tofu } from "./cloud";
import { gitlab } from "./gitlab";
import { pool } from "./pool";
import { proxy, runner } from "./runner";

/** Environment and secrets of jobs: the same in Eggs, buckets and Jobs. */
export const environment: Readonly<Record<"environment" | "secrets", AttributeSpec>> = {
  environment: {
    type: { kind: "map", of: { kind: "string" }, keys: "environment" },
    description: "Environment variables of every job on the runner. Not for secrets.",
    default: {},
    example: '{ DOCKER_DRIVER = "overlay2" }',
  },
  secrets: {
    type: { kind: "map", of: { kind: "secret" }, keys: "environment" },
    description: "Environment variables whose values are secrets, resolved on the runner.",
    default: {},
    example: '{ NPM_TOKEN = "aws-sm://team/npm/token" }',
  },
};

/** What an Egg and a bucket have in common: all but the repositories. */
export const sharedAttributes: Readonly<Record<string, AttributeSpec>> = {
  type: {
    type: { kind: "enum", values: ["vm", "serverless", "auto"] },
    description: "What a runner is: a machine, a container for one job, or whichever of the two the rest allows (`auto`).",
    required: true,
    example: '"vm"',
  },
  description: { type: { kind: "string" }, description: "A line for people; it is the runner's description in GitLab too.", defaultNote: "none", example: '"Runners of my-app"' },
  renamed_from: {
    type: { kind: "name" },
    description: "Earlier name: its state and machines are taken over, nothing is destroyed.",
    defaultNote: "none",
    example: '"my-old-app"',
  },
  ca_certificate: {
    type: { kind: "string" },
    description: "Certificates of a company's own authority, as PEM text.",
    defaultNote: "none",
    example: 'file("certs/company.pem")',
  },
  ...environment,
  rift: { type: { kind: "name" }, description: "Name of the Rift that the runners use.", defaultNote: "none", example: '"main"', refersTo: "rift" },
};

export const neededBlocks: Readonly<Record<string, NestedBlockSpec>> = {
  cloud: { ...cloud, required: true },
  resources: { ...resources, required: true },
  runner: { ...runner, required: true },
};

export const optionalBlocks: Readonly<Record<string, NestedBlockSpec>> = {
  pool,
  proxy,
  tofu,
};

/** `egg "NAME" { … }` */
export const egg: BlockSpec = {
  typeName: "Egg",
  description: "One GitLab project or group and the runners that it gets.",
  labels: ["name"],
  exampleLabel: "my-app",
  attributes: sharedAttributes,
  blocks: { ...neededBlocks, gitlab: { ...gitlab, required: true }, ...optionalBlocks },
};
