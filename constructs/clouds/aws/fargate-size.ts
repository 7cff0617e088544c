import { GoslingError } from "../../../src/vocabulary/error";

/** CPU units and memory of a Fargate task. */
export interface FargateSize {
  /** 1024 for a vCPU. */
  readonly cpu: number;
  readonly memoryMb: number;
}

/** Memory in MB that Fargate gives with so many vCPU: from, to, in steps of. AWS, "Fargate task sizes" (November 2026). */
const SIZES: readonly { readonly vcpu: number; readonly from: number; readonly to: number; readonly step: number }[] = [
  { vcpu: 1, from: 2048, to: 8192, step: 1024 },
  { vcpu: 2, from: 4096, to: 16_384, step: 1024 },
  { vcpu: 4, from: 8192, to: 30_720, step: 1024 },
  { vcpu: 8, from: 16_384, to: 61_440, step: 4096 },
  { vcpu: 16, from: 32_768, to: 122_880, step: 8192 },
];

/** Every task has this much disk in GB; more is asked for, and less can't be. */
export const FARGATE_DISK_GB = 20;

/**
 * The smallest size that Fargate has with this many vCPU and this much memory.
 *
 * @throws GoslingError `NO_FARGATE_SIZE`
 */
export function fargateSize(unit: string, { cpu, memory }: { readonly cpu: number; readonly memory: number }): FargateSize {
  const size = SIZES.find(({ vcpu, to }) => vcpu >= cpu && to >= memory);
  if (!size) {
    throw new GoslingError("NO_FARGATE_SIZE", `Fargate has no task with ${cpu} vCPU and ${memory} MB for ${unit}; the largest has 16 vCPU and 122880 MB`, { hint: 'Lower resources.cpu or resources.memory, or use type = "vm".' });
  }
  return { cpu: size.vcpu * 1024, memoryMb: Math.max(size.from, Math.ceil(memory / size.step) * size.step) };
}
