import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, open, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { reasonOf } from "./fmt-files";

/** A file that is to be made: path relative to a root, `/` between folders. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Makes files, with the folders that they need: all of them or none. Nothing that is there is overwritten, and a file
 * is there whole or not at all.
 * @throws GoslingError `FILE_EXISTS` or `FILE_NOT_WRITTEN`; then nothing of it is left.
 */
export async function writeNewFiles(root: string, files: readonly NewFile[]): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  for (const file of files) {
    try {
      await makeFolder(dirname(join(root, file.path)), undo);
      await writeNewFile(join(root, file.path), file.text, undo);
    } catch (error) {
      for (const step of undo.reverse()) await step().catch(() => undefined);
      throw refusal(file.path, error);
    }
  }
}

async function makeFolder(folder: string, undo: (() => Promise<unknown>)[]): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  const made = [folder];
  while (made[0] !== first && made[0] !== undefined) made.unshift(dirname(made[0]));
  // Goes again only where it is empty.
  undo.push(...made.map((each) => () => rmdir(each)));
}

/** Under another name first: who reads the folder meanwhile sees no half of it. */
async function writeNewFile(path: string, text: string, undo: (() => Promise<unknown>)[]): Promise<void> {
  const temporary = join(dirname(path), `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx", 0o666);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    // A link fails where the name is taken, other than a rename. Some file systems have none.
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") throw error;
      return copyNew(temporary, path);
    });
    undo.push(() => rm(path));
  } finally {
    await rm(temporary, { force: true });
  }
}

async function copyNew(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") await rm(to, { force: true });
    throw error;
  }
}

function refusal(path: string, error: unknown): GoslingError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EEXIST") return new GoslingError("FILE_EXISTS", `${path} is there already`, { hint: "Nothing was written. Look at what it is; move it away or choose another name.", cause: error });
  return new GoslingError("FILE_NOT_WRITTEN", `${path} ${reasonOf(error)}`, { hint: "Nothing was written.", cause: error });
}
