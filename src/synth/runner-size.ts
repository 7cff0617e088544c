import { fargateSize } from "../../constructs/clouds/aws/fargate-size";
import { chooseInstanceTypes, knownInstanceTypes } from "../../constructs/clouds/aws/instance-types";
import { containerSize } from "../../constructs/clouds/yandex/container-size";
import { describeSizes } from "../../constructs/clouds/yandex/platforms";
import type { ResourcesValues } from "../vocabulary/types";
import { GoslingError } from "../vocabulary/error";
import { nameOf, type Unit } from "./unit-specification";

/** What a unit's runners get of its cloud for the resources that it asks for: one line for people. Undefined where the cloud gives what is asked. */
export function describeRunnerSize(unit: Unit): string | undefined {
  const { cloud, resources } = unit.values;
  if (!cloud || !resources) return undefined;
  try {
    return unit.runnerType.type === "vm" ? machineSize(nameOf(unit), cloud.provider, resources) : containerSizeOf(unit, cloud.provider, resources);
  } catch (error) {
    if (!(error instanceof GoslingError)) throw error;
    return `none: ${error.message}${error.hint === undefined ? "" : `. ${error.hint}`}`;
  }
}

function machineSize(unit: string, provider: "aws" | "yandex" | "local", resources: ResourcesValues): string | undefined {
  switch (provider) {
    case "local":
      return undefined;
    case "yandex":
      return describeSizes(unit, resources);
    case "aws": {
      const types = chooseInstanceTypes(unit, resources).map(instanceType).join(", ");
      return resources.instanceTypes ? `${types}: named in instance_types, tried in this order` : `${types}: the cheapest with ${asked(resources)}`;
    }
  }
}

function instanceType(name: string): string {
  const known = knownInstanceTypes().find((type) => type.name === name);
  return known ? `${name} (${known.vcpu} vCPU, ${known.memoryMb} MB)` : name;
}

function containerSizeOf(unit: Unit, provider: "aws" | "yandex" | "local", resources: ResourcesValues): string | undefined {
  const engine = unit.kind === "job" ? undefined : unit.values.runner.serverlessEngine;
  if (provider === "local" || (provider === "aws" && engine === "lambda")) return undefined;
  const { cpu, memoryMb } = provider === "aws" ? fargate(unit, resources) : yandexContainer(unit, resources);
  if (cpu === resources.cpu && memoryMb === resources.memory) return undefined;
  return `${cpu} vCPU with ${memoryMb} MB: ${asked(resources)} are rounded up to a size that ${provider === "aws" ? "Fargate has" : "Serverless Containers have"}`;
}

function fargate(unit: Unit, resources: ResourcesValues): { readonly cpu: number; readonly memoryMb: number } {
  const { cpu, memoryMb } = fargateSize(nameOf(unit), resources);
  return { cpu: cpu / 1024, memoryMb };
}

function yandexContainer(unit: Unit, resources: ResourcesValues): { readonly cpu: number; readonly memoryMb: number } {
  const { cores, memoryMb } = containerSize(nameOf(unit), resources);
  return { cpu: cores, memoryMb };
}

function asked({ cpu, memory }: ResourcesValues): string {
  return `${cpu} vCPU and ${memory} MB`;
}
