import type { BlockSpec, NestedBlockSpec } from "../schema";

/** `runner { … }` of an Egg or a bucket. */
export const runner: BlockSpec = {
  typeName: "Runner",
  description: "What the runners do.",
  attributes: {
    tags: {
      type: { kind: "list", of: { kind: "string" }, unique: true },
      description: "GitLab tags: a job whose tags are all among them may run here.",
      required: true,
      pattern: { regex: /^[^\s,][^,]{0,253}[^\s,]$|^[^\s,]$/, message: "be a tag: 1–255 characters, no comma, no space around it" },
      example: '["docker", "linux"]',
    },
    concurrent: {
      type: { kind: "integer", min: 1 },
      description: "At most this many runners at once, each with one job.",
      required: true,
      example: "3",
    },
    idle_timeout: {
      type: { kind: "duration", minSeconds: 1 },
      description: "A runner that has waited this long for a job goes to sleep, or away.",
      default: "10m",
      example: '"10m"',
    },
    timeout: {
      type: { kind: "duration", minSeconds: 1 },
      description: "Longest job. Serverless: at most 60m, with `lambda` at most 15m.",
      default: "1h",
      example: '"1h"',
    },
    executor: {
      type: { kind: "enum", values: ["shell", "docker"] },
      description: "How the agent runs jobs. `docker` needs a machine of its own (`vm`).",
      default: "shell",
      example: '"shell"',
    },
    image: {
      type: { kind: "string" },
      description: "Container image of the runner.",
      defaultNote: "the image of this Gosling version",
      example: '"registry.example.com/runner:1"',
    },
    run_untagged: { type: { kind: "bool" }, description: "Whether jobs without tags may run here.", default: false, example: "false" },
    protected: { type: { kind: "bool" }, description: "Whether only jobs of protected branches and tags may run here.", default: false, example: "false" },
    locked: { type: { kind: "bool" }, description: "Whether the runner is closed to other projects.", default: true, example: "true" },
    agent_version: {
      type: { kind: "string" },
      description: "Version of gitlab-runner.",
      defaultNote: "the one that fits the GitLab server",
      pattern: { regex: /^\d+\.\d+\.\d+$/, message: 'be a version such as "17.5.0"' },
      example: '"17.5.0"',
    },
    agent_config: {
      type: { kind: "map", of: { kind: "any" } },
      description: "Merged into config.toml's `[[runners]]`. What Gosling itself writes there is refused.",
      default: {},
      example: '{ builds_dir = "/builds" }',
    },
    startup_script: {
      type: { kind: "string" },
      description: "Shell script that runs once, before the agent starts.",
      defaultNote: "none",
      example: '"apt-get install -y git-lfs"',
    },
    serverless_engine: {
      type: { kind: "enum", values: ["fargate", "lambda"] },
      description: "AWS only: what runs serverless runners. `lambda` ends after 15 minutes.",
      defaultNote: "`fargate`",
      example: '"fargate"',
    },
  },
  blocks: {},
};

/** `proxy { … }` for the agent and its jobs. */
export const proxy: NestedBlockSpec = {
  typeName: "Proxy",
  description: "Proxy for the agent and its jobs.",
  attributes: {
    http: {
      type: { kind: "string" },
      description: "Proxy of plain HTTP requests, as a URL. A user name or password does not belong here.",
      defaultNote: "none",
      pattern: { regex: /^https?:\/\/[^\s/@]+\/?$/, message: 'be a URL such as "http://proxy.example.com:3128", without user name and password' },
      example: '"http://proxy.example.com:3128"',
    },
    https: {
      type: { kind: "string" },
      description: "Proxy of HTTPS requests, as a URL. A user name or password does not belong here.",
      defaultNote: "none",
      pattern: { regex: /^https?:\/\/[^\s/@]+\/?$/, message: 'be a URL such as "http://proxy.example.com:3128", without user name and password' },
      example: '"http://proxy.example.com:3128"',
    },
    no_proxy: {
      type: { kind: "list", of: { kind: "string" } },
      description: "Hosts, domains and networks that are reached directly.",
      default: [],
      pattern: { regex: /^[^\s,]+$/, message: "be one host, domain or network" },
      example: '["10.0.0.0/8", ".example.com"]',
    },
  },
  blocks: {},
};
