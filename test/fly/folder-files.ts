import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { NestFiles } from "../../src/fly/scope";

/** Files below a folder, as `file` and `templatefile` see them. */
export function folderFiles(folder: string): NestFiles {
  return {
    read(path) {
      const full = join(folder, path);
      if (!existsSync(full)) return { kind: "missing" };
      return statSync(full).isDirectory() ? { kind: "folder" } : { kind: "file", content: readFileSync(full) };
    },
  };
}

/** Files that are only in memory. */
export function memoryFiles(contents: Readonly<Record<string, string>>): NestFiles {
  return {
    read(path) {
      const content = contents[path];
      return content === undefined ? { kind: "missing" } : { kind: "file", content: Buffer.from(content) };
    },
  };
}
