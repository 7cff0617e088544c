import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, rmdirSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { sha256 } from "../../constructs/canonical-json";
import { replaceFile } from "../nest/write-whole";
import { GoslingError } from "../vocabulary/error";

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

/** What tells one configuration of a stack from another: SHA-256 of its text, as the manifest has it. */
export function configurationHash(text: string): string {
  return sha256(text);
}

/** SHA-256 of a file; undefined where it can't be read: then it is written anew. */
export function fileHash(path: string): string | undefined {
  try {
    return sha256(readFileSync(path));
  } catch {
    return undefined;
  }
}

/**
 * Replaces the files of stacks, each in one step. They are drafted in the output folder itself and moved
 * from there: a file system such as ext4 takes ten times as long for the first file of a new folder.
 */
export function writeStacks(out: string, texts: ReadonlyMap<string, string>): void {
  if (texts.size === 0) return;
  mkdirSync(join(out, "stacks"), { recursive: true });
  const run = randomBytes(4).toString("hex");
  for (const [name, text] of texts) {
    try {
      mkdirSync(join(out, "stacks", name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    replaceFile(stackFile(out, name), join(out, `.${name}.${run}.tmp`), text, 0o666);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the device",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a file stands where a folder should be",
  EEXIST: "a file stands where a folder should be",
  EISDIR: "a folder stands where a file should be",
};

/**
 * Does `work`, which writes to the output.
 * @throws GoslingError `OUTPUT_UNWRITABLE`
 */
export function writingTo<T>(out: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code = "", path = out } = error as NodeJS.ErrnoException;
    const reason = REASONS[code];
    if (reason === undefined) throw error;
    throw new GoslingError("OUTPUT_UNWRITABLE", `${path} can't be written: ${reason}`, { hint: "Mend that and run it again, or write elsewhere with --out. What was written before is whole.", cause: error });
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
  const ours = readdirSync(folder).filter((name) => name === STACK_FILE || name === ".terraform" || name === ".terraform.lock.hcl");
  for (const name of ours) rmSync(join(folder, name), { recursive: true, force: true });
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
  return ours.length > 0;
}
