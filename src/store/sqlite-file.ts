import type { Database } from "libsql";
import { mkdirSync, openSync, closeSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { GoslingError } from "../vocabulary/error";
import { MIGRATIONS, migrate, versionOf } from "./sqlite-schema";
import { damaged, tooNew } from "./store-errors";

/** How long a write waits for another process's. Writes take milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;

/** A SQLite file of mode 0600. Nothing is made before something is written. */
export class SqliteFile {
  private open: Database | undefined;

  constructor(
    private readonly path: string,
    private readonly readOnly: boolean,
    private readonly migrations = MIGRATIONS,
  ) {}

  /** Reads; undefined where there is nothing to read yet. */
  async read<T>(work: (db: Database) => T): Promise<T | undefined> {
    if (this.sizes() === undefined) return undefined;
    if (!this.readOnly) return this.guarded(async () => work(await this.writable()));
    return this.guarded(() => this.readQuietly(work));
  }

  /** Writes; makes the file, and the folder for it, where there is none. */
  async write<T>(work: (db: Database) => T): Promise<T> {
    if (this.readOnly) throw new Error(`${this.path} is open for reading only`);
    return this.guarded(async () => work(await this.writable()));
  }

  close(): void {
    // What was written goes into the file itself: whoever only reads then needs no side files.
    if (this.open?.open) {
      try {
        this.open.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
      } catch {
        // Another process reads: the side file is as good.
      }
      this.open.close();
    }
    this.open = undefined;
  }

  private async writable(): Promise<Database> {
    if (this.open) return this.open;
    const Sqlite = loadSqlite();
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    // Made by us, for SQLite takes the umask; its side files take the file's mode.
    closeSync(openSync(this.path, "a", 0o600));
    const db = new Sqlite(this.path, { timeout: BUSY_TIMEOUT_MS });
    try {
      db.exec("PRAGMA journal_mode = WAL");
      db.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
      migrate(db, this.path, this.migrations);
    } catch (error) {
      db.close();
      throw error;
    }
    return (this.open ??= db);
  }

  /**
   * Reads without a trace, not even side files: straight from the file where no writer has anything beside it. Should
   * one come meanwhile, it is read again as SQLite does it among writers.
   */
  private async readQuietly<T>(work: (db: Database) => T): Promise<T | undefined> {
    const before = this.sizes();
    if (before?.beside === 0) {
      const found = await attempt(() => this.readThrough("immutable=1", work));
      if (same(before, this.sizes())) {
        if (found.status === "rejected") throw found.reason;
        return found.value;
      }
    }
    return this.readThrough("mode=ro", work);
  }

  private async readThrough<T>(parameters: string, work: (db: Database) => T): Promise<T | undefined> {
    const Sqlite = loadSqlite();
    const db = new Sqlite(`${pathToFileURL(resolve(this.path)).href}?${parameters}`, { timeout: BUSY_TIMEOUT_MS });
    try {
      const version = versionOf(db);
      if (version > this.migrations.length) throw tooNew(this.path);
      if (version === 0) return undefined;
      if (version < this.migrations.length) {
        throw new GoslingError("STORE_TOO_OLD", `${this.path} is of an older version of Gosling, and nothing may be written now`, { hint: "The next `gosling deploy` brings it up to date." });
      }
      return work(db);
    } finally {
      db.close();
    }
  }

  private sizes(): FileSizes | undefined {
    const file = statSync(this.path, { throwIfNoEntry: false, bigint: true });
    if (!file) return undefined;
    const beside = statSync(`${this.path}-wal`, { throwIfNoEntry: false });
    return { changed: file.mtimeNs, size: file.size, beside: beside?.size ?? 0 };
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw explained(this.path, error);
    }
  }
}

interface FileSizes {
  readonly changed: bigint;
  readonly size: bigint;
  /** Bytes that are written and not yet in the file itself. */
  readonly beside: number;
}

function same(one: FileSizes, other: FileSizes | undefined): boolean {
  return other !== undefined && one.changed === other.changed && one.size === other.size && one.beside === other.beside;
}

async function attempt<T>(work: () => Promise<T>): Promise<PromiseSettledResult<T>> {
  return (await Promise.allSettled([work()]))[0] as PromiseSettledResult<T>;
}

function loadSqlite(): typeof import("libsql") {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() would start the ESM loader
  return require("libsql") as typeof import("libsql");
}

function explained(path: string, error: unknown): unknown {
  if (error instanceof GoslingError) return error;
  const { code = "", message = "" } = error as { code?: string; message?: string };
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) {
    return damaged(path, `Restore it from a backup. Without one, move it and its -wal and -shm files away: the states of the stacks are not in it, and \`gosling state import\` takes them up again.`, error);
  }
  if (code.startsWith("SQLITE_BUSY")) {
    return new GoslingError("STORE_BUSY", `Another process has been writing ${path} for more than ${BUSY_TIMEOUT_MS / 1000} s`, { hint: "Run the same command again. Should no process of Gosling run, restart the machine's file server or whatever else holds it.", cause: error });
  }
  if (/^SQLITE_(FULL|IOERR)/.test(code)) {
    return new GoslingError("STORE_FAILED", `${path} can't be written: ${message}`, { hint: "Check the free space of the disk.", cause: error });
  }
  if (/^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code) || message.startsWith("ConnectionFailed") || (error as NodeJS.ErrnoException).code === "EACCES") {
    return new GoslingError("STORE_DENIED", `${path} can't be opened`, { hint: "It belongs to the user who deployed first: check its owner and mode, and those of its folder.", cause: error });
  }
  return error;
}
