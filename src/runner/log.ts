import { closeSync, copyFileSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type { Masker } from "../secrets/masking";

/** Where a runner writes what happens. No secret that the masker knows reaches it. */
export interface RunnerLog {
  /** A line of the runner's own. It may name references. */
  line(text: string): void;
  /** Output of a program that the runner started; secrets in it are masked. */
  output(): OutputLog;
  close(): void;
}

export interface OutputLog {
  write(chunk: Uint8Array): void;
  end(): void;
}

/** A destination of bytes. */
export interface LogFile {
  write(bytes: Uint8Array): void;
  close(): void;
}

export function createLog(file: LogFile, masker: Masker, now: () => number): RunnerLog {
  return {
    line: (text) => file.write(Buffer.from(`${new Date(now()).toISOString()} ${masker.mask(text)}\n`)),
    output() {
      const stream = masker.stream();
      return { write: (chunk) => file.write(stream.write(chunk)), end: () => file.write(stream.end()) };
    },
    close: () => file.close(),
  };
}

/**
 * A log file of bounded size: at `maxBytes` it is copied to `PATH.1` and emptied. It is emptied and not
 * renamed because the process's own standard output and error are the same file: a crash's last words
 * stay in the log that people look at. Only one process writes it. A full disk loses lines and not the
 * runner, whose job may need no disk.
 */
export function openLogFile(path: string, maxBytes = 10 * 1024 * 1024): LogFile {
  const file = openSync(path, "a", 0o600);
  let size = fstatSync(file).size;
  return {
    write(bytes) {
      if (bytes.length === 0) return;
      try {
        if (size > 0 && size + bytes.length > maxBytes) {
          keepOld(path);
          ftruncateSync(file);
          size = 0;
        }
        for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
        size += bytes.length;
      } catch (error) {
        if (!NO_ROOM.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
      }
    },
    close: () => closeSync(file),
  };
}

const NO_ROOM = new Set(["ENOSPC", "EDQUOT"]);

function keepOld(path: string): void {
  try {
    copyFileSync(path, `${path}.1`);
  } catch (error) {
    // The folder may be gone, or the disk full: then the new lines are worth more than the old ones.
    if (!NO_ROOM.has((error as NodeJS.ErrnoException).code ?? "") && (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
