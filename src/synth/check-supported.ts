import { SUPPORTED_CLOUDS } from "../../constructs/clouds/cloud";
import type { Nest, Place } from "../nest/model";
import { GoslingError } from "../vocabulary/error";
import { nameOf, type Unit } from "./unit-specification";

/**
 * Before anything is written: what this version can't synthesize yet, all of it in one error.
 * @throws GoslingError `NOT_SUPPORTED`
 */
export function checkSupported(nest: Nest, units: readonly Unit[], all: boolean): void {
  const found: { readonly what: string; readonly place: Place }[] = [];
  for (const unit of units) {
    const provider = unit.values.cloud?.provider;
    if (provider && !SUPPORTED_CLOUDS.includes(provider)) found.push({ what: `${unit.kind} "${unit.name}" (cloud ${provider})`, place: unit.place });
  }
  if (all) {
    for (const rift of nest.rifts) found.push({ what: `rift "${rift.name}"`, place: rift.place });
    if (nest.mothergoose) found.push({ what: "mothergoose", place: nest.mothergoose.place });
  }
  if (found.length > 0) {
    const lines = found.map(({ what, place }) => `\n  ${place.file}:${place.range.start.line}: ${what}`);
    const possible = units.filter((unit) => SUPPORTED_CLOUDS.includes(unit.values.cloud?.provider ?? "local")).map(nameOf);
    throw new GoslingError("NOT_SUPPORTED", `This version can't synthesize everything in the Nest yet; it left all as it was. Not supported:${lines.join("")}`, {
      hint: possible.length === 0 ? "Eggs on the local cloud are supported." : `Name what is to be synthesized: --target ${listSome(possible)}`,
    });
  }
  if (nest.values.state.backend !== "local") {
    throw new GoslingError("NOT_SUPPORTED", `This version keeps state on this machine only, and nest.state.backend is "${nest.values.state.backend}"`, {
      hint: 'Remove the block "state" from nest.fly, or set backend = "local".',
    });
  }
}

function listSome(names: readonly string[]): string {
  return names.length <= 5 ? names.join(" ") : `${names.slice(0, 5).join(" ")} …`;
}
