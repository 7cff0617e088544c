import { GoslingError } from "../../../src/vocabulary/error";
import type { UnitSpecification } from "../cloud";

/** Most tags of one resource. */
const TAG_LIMIT = 50;

/** The region; a rule of the vocabulary asks for it on AWS. */
export function regionOf({ cloud }: Pick<UnitSpecification, "cloud">): string {
  if (cloud.region === undefined) throw new TypeError("A unit on AWS has a region.");
  return cloud.region;
}

/** @throws GoslingError `PROPS` where there are more tags than AWS takes. */
export function checkedTags(tags: Readonly<Record<string, string>>, unit: string): Readonly<Record<string, string>> {
  const count = Object.keys(tags).length;
  if (count > TAG_LIMIT) throw new GoslingError("PROPS", `A resource of ${unit} would have ${count} tags; AWS takes ${TAG_LIMIT}`, { hint: "Gosling needs some of them itself. Remove entries of cloud.tags." });
  return tags;
}
