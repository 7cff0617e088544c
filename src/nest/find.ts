import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Name of the file that makes a folder a Nest. */
export const NEST_FILE = "nest.fly";

/** The nearest folder from `from` upwards that holds `nest.fly`. */
export function findNest(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    // Anything of that name counts, so that a folder called nest.fly gets its message and not the Nest above it.
    if (statSync(join(folder, NEST_FILE), { throwIfNoEntry: false }) !== undefined) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
