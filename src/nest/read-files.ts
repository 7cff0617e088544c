import { isUtf8 } from "node:buffer";
import { fstatSync, realpathSync } from "node:fs";
import { GoslingError } from "../vocabulary/error";
import { type Disk, makeDisk } from "./disk";
import { type FileProblem, listFlyFiles, unreadable, VARIABLES_FILE } from "./list-files";
import { inParallel } from "./parallel";

/** One file of a Nest: its path relative to the Nest with `/` between folders, and its text. */
export interface NestFile {
  readonly path: string;
  readonly text: string;
}

/** All that a Nest's folder gives, in the order of paths. */
export interface NestFiles {
  readonly files: readonly NestFile[];
  /** `nest.flyvars`, where there is one. */
  readonly variables?: NestFile;
  readonly problems: readonly FileProblem[];
}

/** Files open at one moment, so that a Nest of any size stays below the process's limit. */
const OPEN_FILES = 32;
/** Largest file in bytes: a thousand Eggs in one file are a quarter of it. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;
/** Nearly every file is smaller than this and needs one read. */
const FIRST_READ_BYTES = 16 * 1024;

/** Real, absolute path of a Nest's folder. */
export function realRoot(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (error) {
    throw new GoslingError("NEST_NOT_FOUND", `There is no folder ${folder}`, { hint: "Name the Nest's folder with --nest, or make one with: gosling init", cause: error });
  }
}

/** Reads the Nest at `root` (a real path): some files at once where the disk is slow, never more than a few dozen. */
export async function readNestFiles(root: string, disk: Disk = makeDisk()): Promise<NestFiles> {
  const { paths, problems } = await listFlyFiles(root, disk);
  const pool = new BufferPool();
  const read = await inParallel(paths, OPEN_FILES, (path) => readText(root, path, pool, disk));
  const files: NestFile[] = [];
  const unread: FileProblem[] = [];
  for (const file of read) {
    if ("text" in file) files.push(file);
    else unread.push(file);
  }
  return {
    files: files.filter((file) => file.path !== VARIABLES_FILE),
    variables: files.find((file) => file.path === VARIABLES_FILE),
    problems: [...problems, ...unread],
  };
}

/** Buffers for first reads, one for each file that is open: made once, used again. */
class BufferPool {
  private readonly free: Buffer[] = [];

  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(FIRST_READ_BYTES);
  }

  giveBack(buffer: Buffer): void {
    this.free.push(buffer);
  }
}

/** The text of one file. */
function readText(root: string, path: string, pool: BufferPool, disk: Disk): Promise<NestFile | FileProblem> {
  return new Promise((resolve) => {
    disk.open(`${root}/${path}`, (error, descriptor) => {
      if (error || descriptor === undefined) return resolve(unreadable(path, error));
      const first = pool.take();
      const finish = (result: NestFile | FileProblem): void => {
        pool.giveBack(first);
        disk.close(descriptor, () => resolve(result));
      };
      disk.read(descriptor, first, 0, 0, (failure, length) => {
        if (failure || length === undefined) return finish(unreadable(path, failure));
        if (length < FIRST_READ_BYTES) return finish(decode(path, first.subarray(0, length)));
        readRest(descriptor, first, disk, (rest) => {
          if (rest instanceof Error) finish(unreadable(path, rest));
          else if (rest === undefined) finish(tooLarge(path));
          else finish(decode(path, rest));
        });
      });
    });
  });
}

/** The whole of a file that is longer than its first read; undefined where it is too large. */
function readRest(descriptor: number, first: Buffer, disk: Disk, done: (content: Buffer | undefined | NodeJS.ErrnoException) => void): void {
  const { size } = fstatSync(descriptor);
  if (size > MAX_FILE_BYTES) return done(undefined);
  // One byte more than it should have: a file that grows while it is read is noticed.
  const content = Buffer.allocUnsafe(Math.max(size, first.length) + 1);
  first.copy(content);
  const more = (filled: number): void => {
    disk.read(descriptor, content, filled, filled, (failure, length) => {
      if (failure) done(failure);
      else if (!length) done(content.subarray(0, filled));
      else if (filled + length === content.length) done(Object.assign(new Error("it changed while it was read"), { code: "ECHANGED" }));
      else more(filled + length);
    });
  };
  more(first.length);
}

function decode(path: string, content: Buffer): NestFile | FileProblem {
  if (!isUtf8(content)) {
    return { path, severity: "error", kind: "not-utf8", summary: `${path} is not UTF-8`, detail: "Fly files are UTF-8, with or without a byte-order mark. Save it in that encoding." };
  }
  return { path, text: content.toString("utf8") };
}

function tooLarge(path: string): FileProblem {
  return {
    path,
    severity: "error",
    kind: "too-large",
    summary: `${path} is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB`,
    detail: "Split it: every Egg has a folder of its own.",
  };
}
