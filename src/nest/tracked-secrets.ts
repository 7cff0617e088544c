import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Diagnostic } from "../fly/diagnostic";
import { locate } from "../fly/locate";
import { parseSecretReference } from "../vocabulary/secret";
import type { CheckedNest } from "./check-nest";
import { trackedSecret } from "./diagnostics";
import type { Egg, Job, Nest } from "./model";
import { secretUses } from "./secret-uses";

/** Which of the files, relative to `root`, Git tracks. */
export type Tracked = (root: string, paths: readonly string[]) => Promise<ReadonlySet<string>>;

/** A warning for each `file://` secret that is in the Nest's Git repository. Git is asked only where such a file exists. */
export async function trackedSecrets(checked: CheckedNest, nest: Nest, tracked: Tracked): Promise<readonly Diagnostic[]> {
  const exists = fileFinder(nest.root);
  const fileOf = (text: string | undefined): string | undefined => {
    if (!text?.startsWith("file://")) return undefined;
    const reference = parseSecretReference(text);
    return reference.ok && exists(reference.value.name) ? reference.value.name : undefined;
  };
  // Most Nests have none: uses are worked out where one has.
  if (!references(nest).some((texts) => texts.some(fileOf))) return [];
  const secrets = secretUses(checked, nest).flatMap(({ reference, at }) => {
    const file = fileOf(reference);
    return file === undefined ? [] : [{ file, ...at }];
  });
  if (secrets.length === 0) return [];
  const known = await tracked(nest.root, [...new Set(secrets.map(({ file }) => file))].sort());
  return secrets.flatMap(({ file, top, path }) =>
    known.has(file) ? [trackedSecret({ ...locate(top.block, { path, code: "FLY316" }), source: top.source }, file)] : [],
  );
}

/** Every reference of the Nest, by the block that it serves. */
function references({ eggs, jobs, values }: Nest): readonly (readonly (string | undefined)[])[] {
  const ofOwner = ({ repositories, values: { secrets } }: Egg | Job): string[] => [
    ...Object.values(secrets),
    ...repositories.flatMap(({ gitlab: { apiToken, runnerToken, webhookSecret } }) => [apiToken, runnerToken, webhookSecret]),
  ];
  return [...eggs.map(ofOwner), ...jobs.map(ofOwner), [values.state.encryption?.key, values.state.encryption?.previousKey]];
}

/** Whether a file exists. Folders are remembered: most conventional secrets lie in one that is not there. */
function fileFinder(root: string): (path: string) => boolean {
  const folders = new Map<string, boolean>();
  const folderExists = (folder: string): boolean => {
    if (folder === ".") return true;
    let known = folders.get(folder);
    if (known === undefined) {
      known = folderExists(dirname(folder)) && stats(join(root, folder)) === "folder";
      folders.set(folder, known);
    }
    return known;
  };
  return (path) => folderExists(dirname(path)) && stats(join(root, path)) === "file";
}

function stats(path: string): "file" | "folder" | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() ? "file" : found?.isDirectory() ? "folder" : undefined;
  } catch {
    return undefined;
  }
}
