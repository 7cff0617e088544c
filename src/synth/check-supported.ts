import { SUPPORTED_CLOUDS } from "../../constructs/clouds/cloud";
import type { Nest, Place } from "../nest/model";
import { GoslingError } from "../vocabulary/error";
import { nameOf, type Unit } from "./unit-specification";

/**
 * Before anything is written: what this version can't synthesize yet, all of it in one error.
 * @throws GoslingError `NOT_SUPPORTED`
 */
export function checkSupported(nest: Nest, units: readonly Unit[], all: boolean): void {
  const found: { readonly what: string; readonly file: string; readonly line: number }[] = [];
  const add = (what: string, { file, range }: Place): number => found.push({ what, file, line: range.start.line });
  const possible: string[] = [];
  for (const unit of units) {
    const provider = unit.values.cloud?.provider ?? "local";
    if (SUPPORTED_CLOUDS.includes(provider)) possible.push(nameOf(unit));
    else add(`${unit.kind} "${unit.name}" on ${provider}`, unit.place);
  }
  if (all) {
    for (const rift of nest.rifts) add(`rift "${rift.name}"`, rift.place);
    if (nest.mothergoose) add("mothergoose", nest.mothergoose.place);
  }
  if (found.length === 0) return;

  const lines = [...found].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1)).map(({ what, file, line }) => `\n  ${file}:${line}: ${what}`);
  throw new GoslingError("NOT_SUPPORTED", `This version can't synthesize all of this yet, and has written nothing:${lines.join("")}`, { hint: wayOut(possible) });
}

function wayOut(possible: readonly string[]): string {
  const clouds = `It synthesizes Eggs, buckets and Jobs on: ${SUPPORTED_CLOUDS.join(", ")}.`;
  return possible.length === 0 ? clouds : `${clouds} Name what runs there: --target ${possible.slice(0, 5).join(" ")}${possible.length > 5 ? " …" : ""}`;
}
