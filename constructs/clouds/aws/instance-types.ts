import { GoslingError } from "../../../src/vocabulary/error";
import { nearest } from "../../../src/vocabulary/nearest";
import type { ResourcesValues } from "../../../src/vocabulary/types";
import { INSTANCE_FAMILIES } from "./instance-type-table";

type Architecture = ResourcesValues["architecture"];

/** An EC2 instance type. */
export interface InstanceType {
  readonly name: string;
  readonly architecture: Architecture;
  readonly vcpu: number;
  readonly memoryMb: number;
  /** USD per hour in us-east-1: only the order is to be trusted elsewhere. */
  readonly price: number;
  /** Its processors are throttled when their credits are used up. */
  readonly burstable: boolean;
  /** AWS calls its generation current. */
  readonly current: boolean;
}

/** What a choice looks at. */
export type InstanceDemand = Pick<ResourcesValues, "cpu" | "memory" | "architecture" | "instanceTypes">;

let known: readonly InstanceType[] | undefined;

/** All types of the table. */
export function knownInstanceTypes(): readonly InstanceType[] {
  known ??= INSTANCE_FAMILIES.flatMap(readFamily);
  return known;
}

function readFamily(line: string): readonly InstanceType[] {
  const [head = "", sizes = ""] = line.split(": ");
  const [family, architecture, ...flags] = head.split(" ");
  return sizes.split(", ").map((size) => {
    const [name, vcpu, memoryMb, price] = size.split(" ");
    return {
      name: `${family}.${name}`,
      architecture: architecture as Architecture,
      vcpu: Number(vcpu),
      memoryMb: Number(memoryMb),
      price: Number(price),
      burstable: flags.includes("burstable"),
      current: !flags.includes("previous"),
    };
  });
}

/**
 * The instance types of an Egg's machines, in the order in which they are tried: those that
 * `instance_types` names, else the cheapest of a current generation that has the processors, the memory
 * and the architecture. Burstable types are never chosen, only named.
 *
 * @throws GoslingError `NO_INSTANCE_TYPE` where none fits, or a named one can't be meant.
 */
export function chooseInstanceTypes(unit: string, demand: InstanceDemand): readonly string[] {
  if (demand.instanceTypes) {
    for (const name of demand.instanceTypes) checkNamed(unit, name, demand.architecture);
    return demand.instanceTypes;
  }
  return [cheapest(unit, demand).name];
}

function cheapest(unit: string, { cpu, memory, architecture }: InstanceDemand): InstanceType {
  const choice = knownInstanceTypes().filter((type) => type.architecture === architecture && type.current && !type.burstable);
  const [best] = choice.filter((type) => type.vcpu >= cpu && type.memoryMb >= memory).sort((a, b) => a.price - b.price || (a.name < b.name ? -1 : 1));
  if (best) return best;
  const largest = [...choice].sort((a, b) => b.vcpu - a.vcpu || b.memoryMb - a.memoryMb || a.price - b.price)[0];
  const roomiest = [...choice].sort((a, b) => b.memoryMb - a.memoryMb || b.vcpu - a.vcpu || a.price - b.price)[0];
  throw new GoslingError("NO_INSTANCE_TYPE", `AWS has no ${architecture} machine with ${cpu} vCPU and ${memory} MB for ${unit}; the largest ${largest === roomiest ? "is" : "are"} ${[...new Set([largest, roomiest])].map((type) => (type ? sizeOf(type) : "")).join(" and ")}`, {
    hint: "Lower resources.cpu or resources.memory, or name a type in resources.instance_types.",
  });
}

function sizeOf({ name, vcpu, memoryMb }: InstanceType): string {
  return `${name} (${vcpu} vCPU, ${memoryMb} MB)`;
}

/** AWS has more families than the table: what is not in it is taken where it looks like a type of this architecture. */
function checkNamed(unit: string, name: string, architecture: Architecture): void {
  const wrong = (why: string, hint: string): GoslingError => new GoslingError("NO_INSTANCE_TYPE", `resources.instance_types of ${unit}: ${why}`, { hint });
  const [, family] = /^([a-z]+[a-z0-9-]*)\.[a-z0-9-]+$/.exec(name) ?? [];
  const types = knownInstanceTypes();
  if (family === undefined) throw wrong(`"${name}" is no instance type`, "A type looks like m7g.large.");
  const type = types.find((candidate) => candidate.name === name);
  if (!type && types.some((candidate) => candidate.name.startsWith(`${family}.`))) {
    const near = nearest(name, types.map((candidate) => candidate.name).filter((candidate) => candidate.startsWith(`${family}.`)));
    throw wrong(`the family ${family} has no "${name}"`, near === undefined ? "Take another size." : `Did you mean "${near}"?`);
  }
  const actual = type?.architecture ?? architectureOf(family);
  if (actual !== architecture) throw wrong(`"${name}" is ${actual}, and the Egg asks for ${architecture}`, `Name a type of that architecture, or set resources.architecture = "${actual}".`);
}

/** In a family's name, `g` behind the generation stands for Graviton, Amazon's arm64 processor: m7g, c7gn, x2gd. */
function architectureOf(family: string): Architecture {
  return family === "a1" || /^[a-z]+\d+[a-z]*g/.test(family) ? "arm64" : "amd64";
}
