import { GoslingError } from "../../../src/vocabulary/error";
import { nearest } from "../../../src/vocabulary/nearest";
import type { ResourcesValues } from "../../../src/vocabulary/types";
import { PLATFORM_SIZES } from "./platform-table";

/** A size that a platform allows. */
export interface MachineSize {
  readonly platform: string;
  /** vCPU, each with a whole core. */
  readonly cores: number;
  readonly memoryGb: number;
}

/** What a choice looks at. */
export type MachineDemand = Pick<ResourcesValues, "cpu" | "memory" | "architecture" | "instanceTypes">;

/** The platform that is taken where `instance_types` names none. */
export const DEFAULT_PLATFORM = "standard-v3";

let known: ReadonlyMap<string, readonly MachineSize[]> | undefined;

/** Every allowed size with whole cores, by platform, the smallest first. */
export function knownSizes(): ReadonlyMap<string, readonly MachineSize[]> {
  known ??= readTable();
  return known;
}

function readTable(): ReadonlyMap<string, readonly MachineSize[]> {
  const sizes = new Map<string, MachineSize[]>();
  for (const line of PLATFORM_SIZES) {
    const [platform = "", rest = ""] = line.split(": ");
    const [cores, perCore] = rest.split(" x ").map((list) => list.split(" ").map(Number));
    const ofPlatform = sizes.get(platform) ?? [];
    for (const count of cores ?? []) for (const memory of perCore ?? []) ofPlatform.push({ platform, cores: count, memoryGb: count * memory });
    sizes.set(platform, ofPlatform);
  }
  for (const list of sizes.values()) list.sort((a, b) => a.cores - b.cores || a.memoryGb - b.memoryGb);
  return sizes;
}

/**
 * The sizes of an Egg's machines, in the order in which they are tried: for each platform that
 * `instance_types` names, else for `standard-v3`, the smallest allowed size that has the processors and
 * the memory. Of two sizes the one with fewer processors is the smaller.
 *
 * @throws GoslingError `NO_INSTANCE_TYPE` where none fits, for an unknown platform, and for arm64.
 */
export function chooseSizes(unit: string, demand: MachineDemand): readonly MachineSize[] {
  if (demand.architecture !== "amd64") {
    throw new GoslingError("NO_INSTANCE_TYPE", `Yandex Cloud has no ${demand.architecture} machines, and ${unit} asks for one`, { hint: 'Set resources.architecture = "amd64", or move the Egg to another cloud.' });
  }
  return (demand.instanceTypes ?? [DEFAULT_PLATFORM]).map((platform) => smallest(unit, platform, demand));
}

/** The sizes of an Egg's machines for people, and that they are larger than what was asked for, where they are. */
export function describeSizes(unit: string, demand: MachineDemand): string {
  const sizes = chooseSizes(unit, demand);
  const text = sizes.map((size) => `${size.platform} (${describeSize(size)})`).join(", ");
  const isLarger = sizes.some(({ cores, memoryGb }) => cores > demand.cpu || memoryGb * 1024 > demand.memory);
  return isLarger ? `${text}: ${demand.cpu} vCPU and ${demand.memory} MB are rounded up to a size that Yandex Cloud has` : text;
}

function smallest(unit: string, platform: string, { cpu, memory }: MachineDemand): MachineSize {
  const sizes = knownSizes().get(platform);
  if (!sizes) {
    const near = nearest(platform, [...knownSizes().keys()]);
    throw new GoslingError("NO_INSTANCE_TYPE", `resources.instance_types of ${unit}: "${platform}" is no platform of Yandex Cloud that Gosling knows`, {
      hint: near === undefined ? `Platforms: ${[...knownSizes().keys()].join(", ")}.` : `Did you mean "${near}"?`,
    });
  }
  const fit = sizes.find((size) => size.cores >= cpu && size.memoryGb * 1024 >= memory);
  if (fit) return fit;
  const most = sizes[sizes.length - 1] as MachineSize;
  const roomiest = sizes.reduce((best, size) => (size.memoryGb > best.memoryGb ? size : best));
  const largest = [...new Set([most, roomiest])].map(describeSize).join(" and ");
  throw new GoslingError("NO_INSTANCE_TYPE", `${platform} of Yandex Cloud has no machine with ${cpu} vCPU and ${memory} MB for ${unit}; the largest ${most === roomiest ? "is" : "are"} ${largest}`, {
    hint: "Lower resources.cpu or resources.memory, or name another platform in resources.instance_types.",
  });
}

function describeSize({ cores, memoryGb }: MachineSize): string {
  return `${cores} vCPU with ${memoryGb} GB`;
}
