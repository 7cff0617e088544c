import { randomBytes } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";

/** Replaces a file in one step: readers see the old content or the new one, never a part. */
export function writeWhole(path: string, text: string, mode = 0o666): void {
  replaceFile(path, `${path}.${randomBytes(4).toString("hex")}.tmp`, text, mode);
}

/** The same by way of `draft`, a path of the same file system. */
export function replaceFile(path: string, draft: string, text: string, mode: number): void {
  try {
    writeFileSync(draft, text, { mode });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
