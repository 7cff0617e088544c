import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const made: string[] = [];

/** A temporary folder with these files (path → content), gone after the test file. */
export function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), "gosling-test-"));
  made.push(folder);
  writeFiles(folder, files);
  return folder;
}

/** Writes files into a folder, with the folders that they need. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Every file below a folder with its content, to compare before and after. */
export function contentOf(folder: string): Record<string, string> {
  const content: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    try {
      content[path.slice(folder.length + 1)] = entry.isFile() ? readFileSync(path, "latin1") : "(folder)";
    } catch (error) {
      // A runner writes its heartbeat beside the former one, and then renames it.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || !path.endsWith(".tmp")) throw error;
    }
  }
  return content;
}

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});
