import type { EggRunnerProps, EggsBucketProps } from "../../constructs";
import { App, TerraformStack } from "../../constructs/cdktf";
import { renderStack } from "../../src/synth/render-stack";
import { folderWith } from "../support/folder";

/** The least that an Egg says. */
export const egg: EggRunnerProps = {
  nest: "acme",
  name: "my-app",
  type: "vm",
  cloud: { provider: "local" },
  resources: { cpu: 1, memory: "512MiB", disk: 10 },
  runner: { tags: ["shell"], concurrent: 3 },
  gitlab: { server: "gitlab.com", projectId: 1 },
};

const { gitlab: _gitlab, ...shared } = egg;
export const bucket: EggsBucketProps = {
  ...shared,
  name: "team",
  repositories: {
    repo: [
      { name: "api", gitlab: { server: "gitlab.com", projectId: 1 } },
      { name: "web", gitlab: { server: "gitlab.example.org:8443", groupId: 2, runnerToken: "env://WEB_TOKEN" } },
    ],
  },
};

export interface StackJson {
  readonly terraform: Record<string, unknown>;
  readonly variable: Record<string, { readonly validation: readonly { readonly condition: string; readonly error_message: string }[]; readonly type: string; readonly default: unknown }>;
  readonly resource: { readonly terraform_data: Record<string, ResourceJson> };
  readonly output: Record<string, { readonly value: string }>;
}

export interface ResourceJson {
  readonly for_each?: string;
  readonly input: { readonly id: string; readonly egg: string; readonly revision: string; readonly configuration: string };
  readonly lifecycle: unknown;
  readonly provisioner: readonly unknown[];
}

export function newApp(): App {
  return new App({ outdir: folderWith({}), skipValidation: true });
}

export function newStack(name = "stack"): TerraformStack {
  return new TerraformStack(newApp(), name);
}

export function jsonOf(stack: TerraformStack): StackJson {
  return JSON.parse(renderStack(stack)) as StackJson;
}
