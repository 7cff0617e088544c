import { readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { NestFile, NestFiles } from "../fly/scope";
import { isInside } from "./list-files";

export interface FunctionFiles extends NestFiles {
  /** What was asked for so far, by the path that a function was given, with what it got. */
  readonly asked: ReadonlyMap<string, NestFile>;
}

/** The Nest's files as `file`, `fileexists` and `templatefile` see them: nothing outside of the Nest at `root` (a real path). */
export function functionFiles(root: string): FunctionFiles {
  const known = new Map<string, NestFile>();
  return {
    asked: known,
    read(path) {
      let file = known.get(path);
      if (!file) known.set(path, (file = readInside(root, path)));
      return file;
    },
  };
}

function readInside(root: string, path: string): NestFile {
  if (path.includes("\0")) return { kind: "missing" };
  try {
    // Follows every link on the way, so that none can lead out.
    const target = realpathSync(join(root, path));
    if (!isInside(root, target)) return { kind: "outside" };
    const stats = statSync(target);
    if (stats.isDirectory()) return { kind: "folder" };
    if (!stats.isFile()) return { kind: "unreadable", reason: "it is no regular file" };
    return { kind: "file", content: readFileSync(target) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" };
    if (code === "EACCES" || code === "EPERM") return { kind: "unreadable", reason: "permission denied" };
    if (code === "ELOOP") return { kind: "unreadable", reason: "its symbolic links lead in a circle" };
    return { kind: "unreadable", reason: message };
  }
}
