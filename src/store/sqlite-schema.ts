import type { Database } from "libsql";
import { tooNew } from "./store-errors";

/**
 * Each brings a file from the version of its index to the next; none is ever changed after a release.
 * `units` follows from the other tables: it is what makes the question "what is there now" one query.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE deployments (id TEXT PRIMARY KEY, unit TEXT NOT NULL, facts TEXT NOT NULL, sealed BLOB NOT NULL);
   CREATE INDEX deployments_of_unit ON deployments (unit, id);
   CREATE TABLE ends (id TEXT PRIMARY KEY REFERENCES deployments (id), facts TEXT NOT NULL, sealed BLOB NOT NULL);
   CREATE TABLE units (unit TEXT PRIMARY KEY, newest TEXT NOT NULL REFERENCES deployments (id), succeeded TEXT REFERENCES deployments (id));
   CREATE TABLE configurations (hash TEXT PRIMARY KEY, sealed BLOB NOT NULL);`,
];

/** Brings a file up to date: each step wholly or not at all, and only once where several processes start together. */
export function migrate(db: Database, path: string, migrations = MIGRATIONS): void {
  if (versionOf(db) > migrations.length) throw tooNew(path);
  while (versionOf(db) < migrations.length) {
    transaction(db, () => {
      const version = versionOf(db);
      const step = migrations[version];
      if (step !== undefined) db.exec(`${step}\nPRAGMA user_version = ${version + 1};`);
    });
  }
}

export function versionOf(db: Database): number {
  return (db.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
}

/** All of it or none of it. Takes the right to write at once: it never has to give way half-way. */
export function transaction<T>(db: Database, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
