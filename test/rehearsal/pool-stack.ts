import { folderWith } from "../support/folder";
import type { Parts } from "./rehearsed-stack";

/** The variable as the pools of Eggs declare it: at most two runners on, and three altogether. */
export const runnersVariable = {
  type: "map(object({ power = string, revision = string, shard = number, place = string }))",
  default: {},
  validation: [
    { condition: '${length([for runner in values(var.runners) : runner if runner.power == "on"]) <= 2}', error_message: "At most 2 runners are on." },
    { condition: "${length(var.runners) <= 3}", error_message: "At most 3 runners." },
  ],
};

const required = { aws: { source: "aws", version: "6.66.0" }, yandex: { source: "registry.opentofu.org/yandex-cloud/yandex" } };
const terraform = (cloud: "aws" | "yandex") => ({ required_providers: { [cloud]: required[cloud] }, backend: { s3: { bucket: "state", key: "pool", region: "eu-central-1" } } });

const awsPool = {
  aws_iam_role: { runner: { name: "runner", assume_role_policy: "{}" } },
  aws_instance: { runner: { for_each: "${var.runners}", ami: "ami-1", instance_type: "m7i.large", iam_instance_profile: "${aws_iam_role.runner.name}", tags: { Name: "${each.key}" }, lifecycle: { ignore_changes: "all" } } },
  aws_ec2_instance_state: { runner: { for_each: "${var.runners}", instance_id: "${aws_instance.runner[each.key].id}", state: '${each.value.power == "on" ? "running" : "stopped"}' } },
};

const yandexPool = {
  yandex_compute_instance: {
    runner: {
      for_each: "${var.runners}",
      name: "${each.key}",
      metadata: { "user-data": "#cloud-config" },
      resources: [{ cores: 2, memory: 4 }],
      boot_disk: [{ initialize_params: [{ image_id: "fd8", size: 20 }] }],
      network_interface: [{ subnet_id: "e9b" }],
    },
  },
};

/** A folder with a stack whose back end is out of reach. */
export function poolFolder(cloud: "aws" | "yandex", changes: Parts = {}): string {
  const resource = cloud === "aws" ? awsPool : yandexPool;
  const stack = { terraform: terraform(cloud), provider: { [cloud]: [cloud === "aws" ? { region: "eu-central-1" } : { folder_id: "b1g" }] }, variable: { runners: runnersVariable }, resource, output: { shared: { value: "all" } }, ...changes };
  return folderWith({ "cdk.tf.json": JSON.stringify(stack) });
}
