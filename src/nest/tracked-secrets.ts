import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Diagnostic } from "../fly/diagnostic";
import { locate, type Path } from "../fly/locate";
import { gitlabSecretsByPath, secretsByPath } from "../vocabulary/rules/secrets";
import { parseSecretReference } from "../vocabulary/secret";
import type { TopBlock } from "./blocks";
import type { CheckedNest } from "./check-nest";
import { trackedSecret } from "./diagnostics";
import type { Egg, Nest } from "./model";

/** Which of the files, relative to `root`, Git tracks. */
export type Tracked = (root: string, paths: readonly string[]) => Promise<ReadonlySet<string>>;

interface FileSecret {
  readonly file: string;
  readonly top: TopBlock;
  readonly path: Path;
}

/** A warning for each `file://` secret that is in the Nest's Git repository. Git is asked only where such a file exists. */
export async function trackedSecrets(checked: CheckedNest, nest: Nest, tracked: Tracked): Promise<readonly Diagnostic[]> {
  const exists = fileFinder(nest.root);
  const secrets = fileSecrets(checked, nest).filter(({ file }) => exists(file));
  if (secrets.length === 0) return [];
  const known = await tracked(nest.root, [...new Set(secrets.map(({ file }) => file))].sort());
  return secrets.flatMap(({ file, top, path }) =>
    known.has(file) ? [trackedSecret({ ...locate(top.block, { path, code: "FLY316" }), source: top.source }, file)] : [],
  );
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

function fileSecrets(checked: CheckedNest, nest: Nest): readonly FileSecret[] {
  const found: FileSecret[] = [];
  const add = (top: TopBlock, references: readonly (readonly [Path, string | undefined])[]): void => {
    for (const [path, text] of references) {
      if (!text?.startsWith("file://")) continue;
      const reference = parseSecretReference(text);
      if (reference.ok) found.push({ file: reference.value.name, top, path });
    }
  };
  const eggs = new Map(nest.eggs.map((egg) => [egg.name, egg]));
  for (const { top } of checked.eggs) {
    const egg = eggs.get(top.name);
    if (egg) add(top, [...secretsByPath(egg.values.secrets), ...repositorySecrets(egg)]);
  }
  const jobs = new Map(nest.jobs.map((job) => [job.name, job]));
  for (const { top } of checked.jobs) {
    const job = jobs.get(top.name);
    if (job) add(top, [...secretsByPath(job.values.secrets), ...job.repositories.flatMap(({ gitlab }) => gitlabSecretsByPath([], gitlab))]);
  }
  if (checked.nest) add(checked.nest.top, [[["state", "encryption", "key"], nest.values.state.encryption?.key]]);
  return found;
}

function repositorySecrets(egg: Egg): ReturnType<typeof gitlabSecretsByPath> {
  return egg.repositories.flatMap(({ name, gitlab }) => gitlabSecretsByPath(egg.kind === "egg" ? ["gitlab"] : ["repositories", "repo", name, "gitlab"], gitlab));
}
