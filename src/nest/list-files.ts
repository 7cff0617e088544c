import { readdir, realpathSync, statSync, type Dirent } from "node:fs";
import { sep } from "node:path";
import { inParallel } from "./parallel";

/** A file or folder of the Nest that can't be read, or that stands where nothing is read. */
export interface FileProblem {
  readonly path: string;
  readonly severity: "error" | "warning";
  readonly kind: "leaves-nest" | "unreadable" | "not-utf8" | "too-large" | "not-a-file" | "wrong-folder";
  /** Completes "PATH …": what is the matter. */
  readonly summary: string;
  /** The way out. */
  readonly detail: string;
}

export interface FileList {
  /** Relative to the Nest, `/` between folders, sorted. */
  readonly paths: readonly string[];
  readonly problems: readonly FileProblem[];
}

/** Folders of a Nest whose `.fly` files are read; an Egg has a folder of its own in `Eggs`. */
export const NEST_FOLDERS = ["Eggs", "Jobs", "MG", "UF"] as const;
/** Values for variables, at the Nest's root. */
export const VARIABLES_FILE = "nest.flyvars";
/** Folders listed at one moment. */
const OPEN_FOLDERS = 32;

/** The `.fly` files of the Nest at `root` (a real path) and its `nest.flyvars`. Order on disk never matters. */
export async function listFlyFiles(root: string): Promise<FileList> {
  const top = await listFolder(root, "", (name) => isFly(name) || name === VARIABLES_FILE, (name) => isNestFolder(name));
  const inner = await inParallel(top.folders, OPEN_FOLDERS, (folder) =>
    listFolder(root, `${folder}/`, isFly, () => true),
  );
  const paths = [...top.paths];
  const problems = [...top.problems];
  let eggFolders: readonly string[] = [];
  inner.forEach((listed, index) => {
    const folder = top.folders[index] as string;
    problems.push(...listed.problems);
    if (folder === "Eggs") {
      eggFolders = listed.folders;
      problems.push(...listed.paths.map(strayEgg));
    } else {
      paths.push(...listed.paths);
    }
  });
  for (const listed of await inParallel(eggFolders, OPEN_FOLDERS, (folder) => listFolder(root, `${folder}/`, isFly, () => false))) {
    paths.push(...listed.paths);
    problems.push(...listed.problems);
  }
  return { paths: paths.sort(), problems };
}

function isFly(name: string): boolean {
  return name.endsWith(".fly") && !name.startsWith(".");
}

function isNestFolder(name: string): boolean {
  return (NEST_FOLDERS as readonly string[]).includes(name);
}

function strayEgg(path: string): FileProblem {
  const name = path.slice("Eggs/".length, -".fly".length);
  return {
    path,
    severity: "error",
    kind: "wrong-folder",
    summary: `${path} is not read`,
    detail: `An Egg's files stand in a folder of their own. Move it to Eggs/${name}/config.fly.`,
  };
}

interface Listed {
  readonly paths: string[];
  readonly folders: string[];
  readonly problems: FileProblem[];
}

/** `prefix` is the folder's path with a slash at its end, or empty for the root. */
function listFolder(root: string, prefix: string, wantsFile: (name: string) => boolean, wantsFolder: (name: string) => boolean): Promise<Listed> {
  return new Promise((resolve) => {
    readdir(`${root}/${prefix}`, { withFileTypes: true }, (error, entries) => {
      const listed: Listed = { paths: [], folders: [], problems: [] };
      if (error) listed.problems.push(unreadable(prefix.slice(0, -1) || ".", error));
      for (const entry of entries ?? []) {
        const file = wantsFile(entry.name);
        const folder = wantsFolder(entry.name) && !entry.name.startsWith(".");
        if (!file && !folder) continue;
        const path = prefix + entry.name;
        const kind = kindOf(root, path, entry);
        if (typeof kind === "object") {
          // A link elsewhere that is no .fly file is somebody's own business.
          if (file || isNestFolder(entry.name) || prefix === "Eggs/") listed.problems.push(kind);
        } else if (file) {
          if (kind === "file") listed.paths.push(path);
          else listed.problems.push(notAFile(path, kind));
        } else if (kind === "folder") listed.folders.push(path);
      }
      resolve(listed);
    });
  });
}

/** What stands at `path`, links followed as far as they stay in the Nest. */
function kindOf(root: string, path: string, entry: Dirent): "file" | "folder" | "other" | FileProblem {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  if (!entry.isSymbolicLink()) return "other";
  try {
    const target = realpathSync(`${root}/${path}`);
    if (!isInside(root, target)) {
      return { path, severity: "error", kind: "leaves-nest", summary: `${path} is a symbolic link that leaves the Nest`, detail: "Put the file itself into the Nest: what a Nest means may depend on nothing outside of it." };
    }
    const stats = statSync(target);
    return stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other";
  } catch (error) {
    return unreadable(path, error as NodeJS.ErrnoException);
  }
}

/** Whether `path` is `root` or below it; both are real paths. */
export function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function notAFile(path: string, kind: "folder" | "other"): FileProblem {
  return kind === "folder"
    ? { path, severity: "error", kind: "not-a-file", summary: `${path} is a folder`, detail: "A name that ends in .fly stands for a file. Rename the folder." }
    : { path, severity: "error", kind: "not-a-file", summary: `${path} is no regular file`, detail: "Fly files are regular files. Remove it." };
}

/** A problem for what the operating system refused. */
export function unreadable(path: string, error: NodeJS.ErrnoException): FileProblem {
  const reasons: Record<string, string> = {
    ENOENT: "there is nothing where the link points to",
    EACCES: "permission denied",
    EPERM: "permission denied",
    ELOOP: "its symbolic links lead in a circle",
    EMFILE: "too many files are open",
    ENOTDIR: "it is no folder",
  };
  return {
    path,
    severity: "error",
    kind: "unreadable",
    summary: `${path} can't be read`,
    detail: `${reasons[error.code ?? ""] ?? error.message}.`.replace(/^./, (first) => first.toUpperCase()),
  };
}
