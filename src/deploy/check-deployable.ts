import type { Nest, Place } from "../nest/model";
import { nameOf, type Unit } from "../synth";
import { GoslingError } from "../vocabulary/error";

/**
 * Before anything is looked at: what this version synthesizes and can't deploy yet, all of it in one error.
 * @param units Those that are to be deployed. @param all Whether that is the whole Nest.
 * @throws GoslingError `NOT_SUPPORTED`
 */
export function checkDeployable(nest: Nest, units: readonly Unit[], all: boolean): void {
  const inCloud = units.filter((unit) => providerOf(unit) !== "local");
  const found = inCloud.map((unit) => located(`${unit.kind} "${unit.name}" on ${providerOf(unit)}`, unit.place));
  if (all) {
    found.push(...nest.rifts.map((rift) => located(`rift "${rift.name}"`, rift.place)));
    if (nest.mothergoose) found.push(located("mothergoose", nest.mothergoose.place));
  }
  const { backend } = nest.values.state;
  if (found.length === 0 && backend === "local") return;

  const lines = found.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1)).map(({ what, file, line }) => `\n  ${file}:${line}: ${what}`);
  if (backend !== "local") lines.push(`\n  nest.fly: state in backend "${backend}"`);
  throw new GoslingError("NOT_SUPPORTED", `This version can't deploy all of this yet, and has changed nothing:${lines.join("")}`, {
    hint: wayOut(backend, units.filter((unit) => !inCloud.includes(unit)).map(nameOf)),
  });
}

function located(what: string, { file, range }: Place): { readonly what: string; readonly file: string; readonly line: number } {
  return { what, file, line: range.start.line };
}

function providerOf(unit: Unit): string {
  return unit.values.cloud?.provider ?? "local";
}

function wayOut(backend: string, possible: readonly string[]): string {
  if (backend !== "local") return "It deploys with state on this machine only: remove the block state from nest.fly. gosling synth works with every back end.";
  if (possible.length === 0) return "It deploys Eggs, buckets and Jobs of the local cloud. gosling synth works for every cloud.";
  return `It deploys what runs on the local cloud: --target ${possible.slice(0, 5).join(" ")}${possible.length > 5 ? " …" : ""}`;
}
