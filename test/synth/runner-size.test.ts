import { describeRunnerSize } from "../../src/synth";
import type { CloudValues, ResourcesValues } from "../../src/vocabulary/types";
import { eggNamed, local, shell, small } from "./model-nest";

const clouds: Readonly<Record<string, CloudValues>> = {
  local,
  aws: { ...local, provider: "aws", region: "eu-central-1" },
  yandex: { ...local, provider: "yandex", region: "ru-central1", folderId: "b1g" },
};

const sizeOf = (cloud: string, type: "vm" | "serverless", resources: Partial<ResourcesValues>, serverlessEngine?: "lambda"): string | undefined =>
  describeRunnerSize(eggNamed("my-app", { type, cloud: clouds[cloud] as CloudValues, resources: { ...small, ...resources }, runner: { ...shell, ...(serverlessEngine && { serverlessEngine }) } }));

test.each([
  ["local", "vm", {}, undefined],
  ["aws", "vm", { cpu: 2, memory: 4096, instanceTypes: ["m7i.large", "x9z.metal"] }, "m7i.large (2 vCPU, 8192 MB), x9z.metal: named in instance_types, tried in this order"],
  ["aws", "vm", { cpu: 500 }, expect.stringMatching(/^none: AWS has no amd64 machine with 500 vCPU and 512 MB for my-app; .*Lower resources\.cpu/) as string],
  ["aws", "serverless", { cpu: 1, memory: 2048 }, undefined],
  ["aws", "serverless", { cpu: 3, memory: 1000 }, "4 vCPU with 8192 MB: 3 vCPU and 1000 MB are rounded up to a size that Fargate has"],
  ["yandex", "vm", { cpu: 2, memory: 4096 }, "standard-v3 (2 vCPU with 4 GB)"],
  ["yandex", "vm", { architecture: "arm64" }, expect.stringMatching(/^none: Yandex Cloud has no arm64 machines/) as string],
  ["yandex", "serverless", { cpu: 1, memory: 1024 }, undefined],
  ["yandex", "serverless", { cpu: 2, memory: 1024 }, "2 vCPU with 4096 MB: 2 vCPU and 1024 MB are rounded up to a size that Serverless Containers have"],
] as const)("on %s, %s with %j: %s", (cloud, type, resources, expected) => {
  expect(sizeOf(cloud, type, resources)).toEqual(expected);
});

test("the cheapest instance type is named with what was asked for", () => {
  expect(sizeOf("aws", "vm", { cpu: 2, memory: 4096 })).toMatch(/^[a-z0-9-]+\.\w+ \(2 vCPU, \d+ MB\): the cheapest with 2 vCPU and 4096 MB$/);
});

test("a function of Lambda has no sizes to choose from", () => {
  expect(sizeOf("aws", "serverless", { cpu: 3 }, "lambda")).toBeUndefined();
});
