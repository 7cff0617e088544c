import type { Draft } from "../check-block";
import * as problems from "../problems";
import type { Problem } from "../schema";
import type { CloudValues } from "../types";

/** What is known about the cloud of the Nest's `mothergoose`, from which others take what they don't say. */
export type InheritedCloud = Draft<CloudValues> | undefined;

/** Rules of a `cloud` block. `folderKnown`: `folder_id` may also come from `mothergoose.cloud`. */
export function cloudRules(cloud: Draft<CloudValues> | undefined, unsettled: ReadonlySet<string>, inherited: InheritedCloud): readonly Problem[] {
  const provider = cloud?.provider;
  if (!cloud || !provider) return [];
  const found: Problem[] = [];
  const missing = (name: "region" | "folder_id", value: string | undefined): boolean => value === undefined && !unsettled.has(`cloud.${name}`);
  if (provider !== "local" && missing("region", cloud.region)) found.push(problems.missingRegion(["cloud"], provider, provider === "aws" ? "eu-central-1" : "ru-central1"));
  if (provider === "yandex" && missing("folder_id", cloud.folderId) && inherited?.folderId === undefined) found.push(problems.missingFolder(["cloud"]));
  for (const [name, value = ""] of Object.entries(cloud.tags ?? {})) found.push(...tagRules(provider, name, value));
  return found;
}

/** What AWS says about tags, and Yandex Cloud about labels. `local` keeps to AWS's rule: a Nest may move. */
function tagRules(provider: "aws" | "yandex" | "local", name: string, value: string): readonly Problem[] {
  const path = ["cloud", "tags", name];
  if (/^gosling[:-]/i.test(name)) return [problems.badTag(path, "is Gosling's own", "Names that start with gosling: or gosling- are taken. Rename it.")];
  if (provider === "yandex") {
    if (!/^[a-z][-_./\\@0-9a-z]{0,62}$/.test(name)) return [problems.badTag(path, "is no label of Yandex Cloud", "A label's name has 1–63 lower-case letters, digits and - _ . / \\ @, a letter first. Rename it.")];
    if (!/^[-_./\\@0-9a-z]{0,63}$/.test(value)) return [problems.badTag(path, "has a value that Yandex Cloud refuses", "A label's value has at most 63 lower-case letters, digits and - _ . / \\ @. Change it.")];
    return [];
  }
  if (/^aws:/i.test(name)) return [problems.badTag(path, "is Amazon's own", "Names that start with aws: are taken. Rename it.")];
  if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(name)) return [problems.badTag(path, "is no tag of AWS", "A tag's name has 1–128 letters, digits, spaces and _ . : / = + - @. Rename it.")];
  if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value)) return [problems.badTag(path, "has a value that AWS refuses", "A tag's value has at most 256 letters, digits, spaces and _ . : / = + - @. Change it.")];
  return [];
}
