import { SUPPORTED_CLOUDS } from "../../constructs/clouds/cloud";
import { RIFT_CLOUDS } from "../../constructs/clouds/rift-cloud";
import type { Place } from "../nest/model";
import { GoslingError } from "../vocabulary/error";
import type { Service } from "./plan-services";
import { nameOf, type Unit } from "./unit-specification";

/**
 * Before anything is written: what this version can't synthesize yet, all of it in one error.
 * @throws GoslingError `NOT_SUPPORTED`
 */
export function checkSupported(units: readonly Unit[], services: readonly Service[]): void {
  const found: { readonly what: string; readonly file: string; readonly line: number }[] = [];
  const add = (what: string, { file, range }: Place): number => found.push({ what, file, line: range.start.line });
  const possible: string[] = [];
  for (const unit of units) {
    const provider = unit.values.cloud?.provider ?? "local";
    if (SUPPORTED_CLOUDS.includes(provider)) possible.push(nameOf(unit));
    else add(`${unit.kind} "${unit.name}" on ${provider}`, unit.place);
  }
  for (const { kind, place, block } of services) {
    const { provider } = block.values.cloud;
    if (kind === "rift" && !RIFT_CLOUDS.includes(provider)) add(`rift "${"name" in block ? block.name : ""}" on ${provider}`, place);
  }
  if (found.length === 0) return;

  const lines = [...found].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1)).map(({ what, file, line }) => `\n  ${file}:${line}: ${what}`);
  throw new GoslingError("NOT_SUPPORTED", `This version can't synthesize all of this yet, and has written nothing:${lines.join("")}`, { hint: wayOut(possible) });
}

function wayOut(possible: readonly string[]): string {
  const clouds = `It synthesizes Eggs, buckets and Jobs on ${SUPPORTED_CLOUDS.join(", ")}, and Rifts on ${RIFT_CLOUDS.join(", ")}.`;
  return possible.length === 0 ? clouds : `${clouds} Name what can be made: --target ${possible.slice(0, 5).join(" ")}${possible.length > 5 ? " …" : ""}`;
}
