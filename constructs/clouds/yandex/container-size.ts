import { GoslingError } from "../../../src/vocabulary/error";
import { serverlessLimits } from "../../../src/vocabulary/serverless-limits";
import type { ResourcesValues } from "../../../src/vocabulary/types";

/** A size that Serverless Containers allow. */
export interface ContainerSize {
  readonly cores: number;
  readonly memoryMb: number;
}

/** The least memory for so many processors. Yandex Cloud, "Runtime environment: ratio between RAM and vCPU" (November 2026). */
const LEAST_MEMORY_MB: readonly number[] = [0, 128, 4096, 6144, 8192];
const MEMORY_STEP_MB = 128;

/**
 * The smallest size that has the processors and the memory: memory in steps of 128 MB, and for more
 * than one processor at least 4, 6 and 8 GB.
 *
 * @throws GoslingError `PROPS` for what is over the limits: 4 vCPU, 8 GB, 10 GB of disk, amd64.
 */
export function containerSize(unit: string, { cpu, memory, disk, architecture }: Pick<ResourcesValues, "cpu" | "memory" | "disk" | "architecture">): ContainerSize {
  const limits = serverlessLimits("yandex", undefined);
  const problem = (what: string): GoslingError => new GoslingError("PROPS", `${what} for the runners of ${unit}`, { hint: 'Lower it, or use type = "vm".' });
  if (!limits.architectures.includes(architecture)) throw problem(`${limits.name} have no ${architecture}`);
  const over = (name: string, value: number, most: number | undefined, unitOfMeasure: string): void => {
    if (most !== undefined && value > most) throw problem(`${name} of ${value} ${unitOfMeasure} is over the ${most} ${unitOfMeasure} of ${limits.name}`);
  };
  over("cpu", cpu, limits.cpu, "vCPU");
  over("memory", memory, limits.memoryMb, "MB");
  over("disk", disk, limits.diskGb, "GB");
  return { cores: cpu, memoryMb: Math.max(Math.ceil(memory / MEMORY_STEP_MB) * MEMORY_STEP_MB, LEAST_MEMORY_MB[cpu] ?? 0) };
}
