import { GoslingError } from "../../../src/vocabulary/error";
import { plainText } from "../../template";
import type { UnitSpecification } from "../cloud";

/** The folder; a rule of the vocabulary asks for it on Yandex Cloud. */
export function folderOf({ cloud }: Pick<UnitSpecification, "cloud">): string {
  if (cloud.folderId === undefined) throw new TypeError("A unit on Yandex Cloud has a folder.");
  return plainText(cloud.folderId);
}

/** The region; a rule of the vocabulary asks for it. */
export function regionOf({ cloud }: Pick<UnitSpecification, "cloud">): string {
  if (cloud.region === undefined) throw new TypeError("A unit on Yandex Cloud has a region.");
  return cloud.region;
}

/**
 * Names of the roles that jobs have in the folder.
 * @throws GoslingError `PROPS` where the Egg asks for a limit of roles, which Yandex Cloud does not have.
 */
export function jobRoles({ configuration, cloud }: UnitSpecification): readonly string[] {
  if (cloud.role?.permissionsBoundary !== undefined) {
    throw new GoslingError("PROPS", `cloud.role.permissions_boundary of ${configuration.egg}: Yandex Cloud has none`, { hint: "Remove it; a folder of its own bounds what an Egg's jobs may do." });
  }
  return cloud.role?.policies ?? [];
}
