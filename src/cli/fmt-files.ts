import { isUtf8 } from "node:buffer";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";

/** A file to format: `path` is absolute, `name` what the person calls it (relative to the working folder, `/` between folders). */
export interface FormatFile {
  readonly path: string;
  readonly name: string;
}

/** A file or folder that can't be read, formatted or written; `reason` completes "NAME …". */
export interface FileProblem {
  readonly name: string;
  readonly reason: string;
  readonly hint?: string;
}

export interface FoundFiles {
  readonly files: readonly FormatFile[];
  readonly problems: readonly FileProblem[];
}

const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(["node_modules", "gosling.out"]);
/** Larger than any file that a person writes, and read at once. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The files that `paths` name: a file as it is, whatever its suffix, and every `.fly` file below a folder, but for
 * hidden files and folders, `node_modules` and `gosling.out`. A symbolic link stands for its target; below a folder
 * links to folders, and to files outside of it, are left alone. No file comes twice. Sorted by name within a folder.
 */
export async function findFormatFiles(paths: readonly string[], cwd: string): Promise<FoundFiles> {
  const files: FormatFile[] = [];
  const problems: FileProblem[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    const full = resolve(cwd, path);
    try {
      const target = await realpath(full);
      if ((await stat(target)).isDirectory()) await walk(full, target);
      else add(target, full);
    } catch (error) {
      problems.push({ name: nameOf(full, cwd), reason: reasonOf(error) });
    }
  }
  return { files, problems };

  function add(target: string, path: string): void {
    if (seen.has(target)) return;
    seen.add(target);
    files.push({ path: target, name: nameOf(path, cwd) });
  }

  async function walk(folder: string, root: string): Promise<void> {
    let entries;
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      problems.push({ name: nameOf(folder, cwd), reason: reasonOf(error) });
      return;
    }
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      if (entry.name.startsWith(".")) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED_FOLDERS.has(entry.name)) await walk(path, root);
      } else if (entry.name.endsWith(".fly") && (entry.isFile() || entry.isSymbolicLink())) {
        await addFound(path, root);
      }
    }
  }

  async function addFound(path: string, root: string): Promise<void> {
    try {
      const target = await realpath(path);
      if (target.startsWith(root.endsWith(sep) ? root : root + sep) && (await stat(target)).isFile()) add(target, path);
    } catch (error) {
      problems.push({ name: nameOf(path, cwd), reason: reasonOf(error) });
    }
  }
}

/** A file's text with its byte-order mark, or why there is none. */
export async function readText(file: FormatFile): Promise<string | FileProblem> {
  try {
    if ((await stat(file.path)).size > MAX_BYTES) return { name: file.name, reason: `is larger than ${MAX_BYTES / 1024 / 1024} MiB` };
    return decode(await readFile(file.path), file.name);
  } catch (error) {
    return { name: file.name, reason: reasonOf(error) };
  }
}

export function decode(content: Buffer, name: string): string | FileProblem {
  if (isUtf8(content)) return content.toString("utf8");
  return { name, reason: "is not UTF-8", hint: "Save it in that encoding, with or without a byte-order mark." };
}

function nameOf(path: string, cwd: string): string {
  return (relative(cwd, path) || ".").split(sep).join("/");
}

export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "does not exist";
    case "EACCES":
    case "EPERM":
      return "can't be accessed: permission denied";
    case "EROFS":
      return "can't be written: the file system is read-only";
    case "ENOSPC":
      return "can't be written: the disk is full";
    case "ELOOP":
      return "can't be read: its symbolic links lead in a circle";
    default:
      return `can't be accessed: ${message}`;
  }
}
