import { realpathSync, statSync, type Dirent } from "node:fs";
import { sep } from "node:path";
import type { Disk } from "./disk";
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
export async function listFlyFiles(root: string, disk: Disk): Promise<FileList> {
  const top = await listFolder(root, "", disk, (name) => isFly(name) || name === VARIABLES_FILE, looksLikeNestFolder);
  const folders = await inside(root, disk, top.folders.filter(isNestFolder));
  const eggs = folders.find(({ folder }) => folder === "Eggs")?.listed;
  const eggFolders = await inside(root, disk, eggs?.folders ?? []);
  const read = [...folders.filter(({ folder }) => folder !== "Eggs"), ...eggFolders];
  const unread = await inside(root, disk, [...top.folders.filter((folder) => !isNestFolder(folder)), ...read.flatMap(({ listed }) => listed.folders)]);
  return {
    paths: [...top.paths, ...read.flatMap(({ listed }) => listed.paths)].sort(),
    problems: [
      ...[top, ...[...folders, ...eggFolders].map(({ listed }) => listed)].flatMap(({ problems }) => problems),
      ...(eggs?.paths ?? []).map(strayEgg),
      ...(await misspelled(root, disk, unread)),
      ...unread.filter(({ folder }) => folder.includes("/")).flatMap(({ listed }) => listed.paths.map(tooDeep)),
    ],
  };
}

interface ListedFolder {
  readonly folder: string;
  readonly listed: Listed;
}

/** What stands in each of these folders. */
function inside(root: string, disk: Disk, folders: readonly string[]): Promise<ListedFolder[]> {
  return inParallel(folders, OPEN_FOLDERS, async (folder) => ({ folder, listed: await listFolder(root, `${folder}/`, disk, isFly, () => true) }));
}

/** Folders such as `eggs` that hold Fly files and are not read for their names. */
async function misspelled(root: string, disk: Disk, unread: readonly ListedFolder[]): Promise<readonly FileProblem[]> {
  const found: FileProblem[] = [];
  for (const { folder, listed } of unread.filter(({ folder: name }) => !name.includes("/"))) {
    const below = folder.toLowerCase() === "eggs" ? await inside(root, disk, listed.folders) : [];
    const name = NEST_FOLDERS.find((known) => known.toLowerCase() === folder.toLowerCase());
    if (listed.paths.length === 0 && below.every((each) => each.listed.paths.length === 0)) continue;
    found.push({ path: folder, severity: "error", kind: "wrong-folder", summary: `${folder} is not read`, detail: `The folder's name is ${name}. Rename it.` });
  }
  return found;
}

function tooDeep(path: string): FileProblem {
  const [first, second] = path.split("/");
  const home = first === "Eggs" ? `Eggs/${second}` : first;
  return { path, severity: "warning", kind: "wrong-folder", summary: `${path} is not read`, detail: `Fly files of ${home} stand directly in it. Move it there, or rename it.` };
}

function isFly(name: string): boolean {
  return name.endsWith(".fly") && !name.startsWith(".");
}

function isNestFolder(name: string): boolean {
  return (NEST_FOLDERS as readonly string[]).includes(name);
}

/** A folder of the Nest, or one that differs from it in case only. */
function looksLikeNestFolder(name: string): boolean {
  return NEST_FOLDERS.some((folder) => folder.toLowerCase() === name.toLowerCase());
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
function listFolder(root: string, prefix: string, disk: Disk, wantsFile: (name: string) => boolean, wantsFolder: (name: string) => boolean): Promise<Listed> {
  return new Promise((resolve) => {
    disk.list(`${root}/${prefix}`, (error, entries) => {
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
export function unreadable(path: string, error: NodeJS.ErrnoException | null): FileProblem {
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
    detail: `${reasons[error?.code ?? ""] ?? error?.message}.`.replace(/^./, (first) => first.toUpperCase()),
  };
}
