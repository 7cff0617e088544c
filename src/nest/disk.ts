import { close, closeSync, type Dirent, open, openSync, read, readdir, readdirSync, readSync } from "node:fs";

type Done<Result> = (error: NodeJS.ErrnoException | null, result: Result | undefined) => void;

/** What reading a Nest asks of the disk, by callbacks: for a thousand files promises cost as much again as reading. */
export interface Disk {
  list(folder: string, done: Done<readonly Dirent[]>): void;
  open(path: string, done: Done<number>): void;
  /** Reads from `position` into `buffer`, from `offset` on; the number of bytes that it got. */
  read(descriptor: number, buffer: Buffer, offset: number, position: number, done: Done<number>): void;
  close(descriptor: number, done: () => void): void;
}

/** Milliseconds that a call may take on average: out of memory it takes a twentieth of that. */
const QUICK_MS = 0.2;
/** Milliseconds beyond that which may be pauses of this machine. */
const PAUSES_MS = 20;

/**
 * A disk that is asked in place as long as it answers at once, as it does for a fresh clone of a Nest, and in threads,
 * many at a time, as soon as it proves slow. Threads cost five times what the answer costs that lies in memory.
 */
export function makeDisk(now: () => number = () => performance.now()): Disk {
  let calls = 0;
  let waited = 0;
  const ask = <Result>(inPlace: () => Result, inThread: (done: Done<Result>) => void, done: Done<Result>): void => {
    if (waited > calls * QUICK_MS + PAUSES_MS) return inThread(done);
    const start = now();
    let result: Result | undefined;
    let failure: NodeJS.ErrnoException | null = null;
    try {
      result = inPlace();
    } catch (error) {
      failure = error as NodeJS.ErrnoException;
    }
    waited += now() - start;
    calls++;
    done(failure, result);
  };
  return {
    list: (folder, done) =>
      ask(
        () => readdirSync(folder, { withFileTypes: true }),
        (answer) => readdir(folder, { withFileTypes: true }, answer),
        done,
      ),
    open: (path, done) =>
      ask(
        () => openSync(path, "r"),
        (answer) => open(path, "r", answer),
        done,
      ),
    read: (descriptor, buffer, offset, position, done) => {
      const length = buffer.length - offset;
      ask(
        () => readSync(descriptor, buffer, offset, length, position),
        (answer) => read(descriptor, buffer, offset, length, position, answer),
        done,
      );
    },
    close: (descriptor, done) =>
      ask(
        () => closeSync(descriptor),
        (answer) => close(descriptor, (error) => answer(error ?? null, undefined)),
        done,
      ),
  };
}
