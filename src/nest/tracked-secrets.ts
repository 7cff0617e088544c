import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Diagnostic } from "../fly/diagnostic";
import { locate, type Path } from "../fly/locate";
import { parseSecretReference } from "../vocabulary/secret";
import type { TopBlock } from "./blocks";
import type { CheckedNest } from "./check-nest";
import { trackedSecret } from "./diagnostics";
import type { Egg, Job, Nest } from "./model";

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
  const add = (top: TopBlock, text: string | undefined, path: Path): void => {
    if (!text?.startsWith("file://")) return;
    const reference = parseSecretReference(text);
    if (reference.ok) found.push({ file: reference.value.name, top, path });
  };
  const addAll = (top: TopBlock, owner: Egg | Job): void => {
    for (const [name, text] of Object.entries(owner.values.secrets)) add(top, text, ["secrets", name]);
    for (const { name, gitlab } of owner.repositories) {
      const path = owner.kind === "egg" ? ["gitlab"] : owner.kind === "job" ? [] : ["repositories", "repo", name, "gitlab"];
      add(top, gitlab.apiToken, [...path, "api_token"]);
      add(top, gitlab.runnerToken, [...path, "runner_token"]);
      add(top, gitlab.webhookSecret, [...path, "webhook_secret"]);
    }
  };
  const owners = new Map([...nest.eggs, ...nest.jobs].map((owner) => [`${owner.kind} ${owner.name}`, owner]));
  for (const { top } of [...checked.eggs, ...checked.jobs]) {
    const owner = owners.get(`${top.type} ${top.name}`);
    if (owner) addAll(top, owner);
  }
  if (checked.nest) {
    const { encryption } = nest.values.state;
    add(checked.nest.top, encryption?.key, ["state", "encryption", "key"]);
    add(checked.nest.top, encryption?.previousKey, ["state", "encryption", "previous_key"]);
  }
  return found;
}
