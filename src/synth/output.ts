import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { sha256 } from "../../constructs/canonical-json";

/** Name of the file that holds a stack's configuration. */
export const STACK_FILE = "cdk.tf.json";

/** Default folder of the output, in the Nest. */
export const OUTPUT_FOLDER = "gosling.out";

/** Absolute path of the output: `folder` is absolute or relative to the Nest. */
export function outputFolder(root: string, folder: string = OUTPUT_FOLDER): string {
  return isAbsolute(folder) ? folder : join(root, folder);
}

/** Path of a stack's configuration below the output folder. */
export function stackFile(out: string, stack: string): string {
  return join(out, "stacks", stack, STACK_FILE);
}

export function manifestFile(out: string): string {
  return join(out, "manifest.json");
}

/** SHA-256 of a file; undefined where it can't be read: then it is written anew. */
export function fileHash(path: string): string | undefined {
  try {
    return sha256(readFileSync(path));
  } catch {
    return undefined;
  }
}

/** Replaces a file in one step: readers see the old content or the new one, never a part. */
export function writeWhole(path: string, text: string, mode = 0o666): void {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    try {
      writeFileSync(temporary, text, { mode });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(temporary, text, { mode });
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Stacks that have a folder in the output. */
export function stacksInOutput(out: string): readonly string[] {
  try {
    return readdirSync(join(out, "stacks"), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

/** Removes a stack from the output, with what the engine leaves beside it. A file that somebody else put there stays. */
export function removeStack(out: string, stack: string): boolean {
  const folder = join(out, "stacks", stack);
  const ours = readdirSync(folder).filter((name) => name === STACK_FILE || name === ".terraform" || name === ".terraform.lock.hcl" || (name.startsWith(`${STACK_FILE}.`) && name.endsWith(".tmp")));
  for (const name of ours) rmSync(join(folder, name), { recursive: true, force: true });
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
  return ours.length > 0;
}
