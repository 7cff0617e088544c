import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeWhole } from "./write-whole";

/** Path of what one command keeps for the next one, for its owner alone. It may be removed at any time. */
export function memoryFile(root: string, name: string): string {
  return join(root, ".gosling/cache", `${name}.json`);
}

export function writeMemory(root: string, name: string, text: string): void {
  const path = memoryFile(root, name);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeWhole(path, text, 0o600);
  } catch {
    // Nothing but time is lost: what needs it takes the long way.
  }
}
