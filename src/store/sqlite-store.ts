import type { Database } from "libsql";
import { currentRecords, recordsOf, withEntry, type UnitState } from "./current-records";
import type { Deployment, DeploymentEnd, DeploymentEntry, UnitRecords } from "./deployment";
import { checkDeploymentId } from "./deployment-id";
import type { DeploymentStore, HistoryQuery } from "./deployment-store";
import { aboutBegin, aboutConfiguration, aboutEnd, keepBegin, keepConfiguration, keepEnd, readBegin, readConfiguration, readEnd, type BeginFacts, type EndFacts } from "./entry-format";
import { readHistory } from "./history";
import { Seen } from "./seen";
import { noSealing, type Sealing } from "./sealing";
import { SqliteFile } from "./sqlite-file";
import { transaction } from "./sqlite-schema";
import { ambiguous, clockBehind, conflict, damaged, endedAlready, notBegun } from "./store-errors";

export interface SqliteStoreOptions {
  /** Default: values are in clear, in a file of mode 0600. */
  readonly sealing?: Sealing;
  /** Nothing is written, not even where there is no file yet. Default: no. */
  readonly readOnly?: boolean;
}

/** A store in one file of this machine: `.gosling/gosling.db`. */
export interface SqliteStore extends DeploymentStore {
  /**
   * Seals again what isn't sealed with the present key, all of it or nothing; says how many values that were.
   * The sealing must know the keys of before.
   */
  reseal(): Promise<number>;
}

/** Opens nothing yet: the file is opened by what is asked first, and made by what is written first. */
export function openSqliteStore(path: string, { sealing = noSealing, readOnly = false }: SqliteStoreOptions = {}): SqliteStore {
  const file = new SqliteFile(path, readOnly);
  const seen = new Seen();

  const entryOf = async (row: EntryRow): Promise<DeploymentEntry> => {
    const begin = part<BeginFacts>(path, row.facts, row.sealed);
    if (begin.facts.id !== row.id || begin.facts.unit !== row.unit) throw damaged(`The record of deployment ${row.id} in ${path}`, "Restore the file from a backup.");
    const deployment = await readBegin(begin, sealing);
    if (row.end_facts === null || row.end_sealed === null) return deployment;
    const end = part<EndFacts>(path, row.end_facts, row.end_sealed);
    if (end.facts.id !== row.id) throw damaged(`The end of deployment ${row.id} in ${path}`, "Restore the file from a backup.");
    return { ...deployment, end: await readEnd(end, sealing) };
  };

  const stateOf = async (row: CurrentRow): Promise<UnitState> => {
    const newest = await entryOf(row);
    const before = row.s_id === null ? undefined : await entryOf({ id: row.s_id, unit: row.unit, facts: row.s_facts, sealed: row.s_sealed, end_facts: row.s_end_facts, end_sealed: row.s_end_sealed });
    return withEntry(before && { newest: before }, newest);
  };

  const states = async (unit?: string): Promise<Map<string, UnitState>> => {
    const rows = await file.read((db) => (unit === undefined ? db.prepare(CURRENT).all() : db.prepare(`${CURRENT} WHERE u.unit = ?`).all(unit)) as CurrentRow[]);
    const found = new Map<string, UnitState>();
    for (const row of rows ?? []) found.set(row.unit, await stateOf(row));
    return found;
  };

  async function* entries(unit: string | undefined, before: string | undefined): AsyncGenerator<DeploymentEntry> {
    for (let from = before ?? "~"; ; ) {
      const rows = await file.read((db) => (unit === undefined ? db.prepare(`${ENTRIES} WHERE d.id < ? ${PAGE}`).all(from) : db.prepare(`${ENTRIES} WHERE d.id < ? AND d.unit = ? ${PAGE}`).all(from, unit)) as EntryRow[]);
      if (!rows || rows.length === 0) return;
      for (const row of rows) yield await entryOf(row);
      from = (rows.at(-1) as EntryRow).id;
    }
  }

  return {
    current: async () => {
      const found = await states();
      seen.all(found);
      return currentRecords(found);
    },
    currentOf: async (unit): Promise<UnitRecords> => {
      const state = (await states(unit)).get(unit);
      seen.one(unit, state?.newest.id);
      return recordsOf(unit, state);
    },
    begin: async (deployment: Deployment, configurations) => {
      const { unit, id } = deployment;
      checkDeploymentId(id);
      const { facts, sealed } = await keepBegin(deployment, sealing);
      const kept = new Set(await file.read((db) => [...configurations.keys()].filter((hash) => db.prepare("SELECT 1 FROM configurations WHERE hash = ?").get(hash) !== undefined)));
      const missing = [...configurations].filter(([hash]) => !kept.has(hash));
      const texts = await Promise.all(missing.map(async ([hash, text]) => [hash, await keepConfiguration(hash, text, sealing)] as const));
      await file.write((db) =>
        transaction(db, () => {
          const newest = newestOf(db, unit);
          seen.check(unit, newest);
          if (newest !== undefined && newest >= id) throw clockBehind(unit, newest);
          for (const [hash, text] of texts) db.prepare("INSERT OR IGNORE INTO configurations VALUES (?, ?)").run(hash, text);
          db.prepare("INSERT INTO deployments VALUES (?, ?, ?, ?)").run(id, unit, JSON.stringify(facts), sealed);
          db.prepare("INSERT INTO units VALUES (?, ?, NULL) ON CONFLICT (unit) DO UPDATE SET newest = excluded.newest").run(unit, id);
        }),
      );
      seen.one(unit, id);
    },
    end: async (unit, id, end: DeploymentEnd) => {
      const { facts, sealed } = await keepEnd(unit, id, end, sealing);
      await file.write((db) =>
        transaction(db, () => {
          if (db.prepare("SELECT 1 FROM deployments WHERE id = ? AND unit = ?").get(id, unit) === undefined) throw notBegun(unit, id);
          if (db.prepare("SELECT 1 FROM ends WHERE id = ?").get(id) !== undefined) throw endedAlready(unit, id);
          const newest = newestOf(db, unit);
          if (newest !== undefined && newest !== id) throw conflict(unit, newest);
          db.prepare("INSERT INTO ends VALUES (?, ?, ?)").run(id, JSON.stringify(facts), sealed);
          if (end.result === "succeeded") db.prepare("UPDATE units SET succeeded = ? WHERE unit = ?").run(id, unit);
        }),
      );
    },
    history: (query: HistoryQuery) => readHistory(entries, query),
    find: async (id) => {
      const rows = (await file.read((db) => db.prepare(`${ENTRIES} WHERE substr(d.id, 1, length(?1)) = ?1 AND d.id >= ?1 ORDER BY d.id LIMIT 2`).all(id) as EntryRow[])) ?? [];
      if (id === "" || rows.length === 0) return undefined;
      if (rows.length > 1) throw ambiguous(id);
      return entryOf(rows[0] as EntryRow);
    },
    configuration: async (hash) => {
      const row = await file.read((db) => db.prepare("SELECT sealed FROM configurations WHERE hash = ?").get(hash) as { sealed: ArrayBuffer } | undefined);
      return row && readConfiguration(hash, Buffer.from(row.sealed), sealing);
    },
    close: async () => file.close(),
    reseal: () => reseal(file, sealing),
  };
}

interface EntryRow {
  readonly id: string;
  readonly unit: string;
  readonly facts: string;
  readonly sealed: ArrayBuffer;
  readonly end_facts: string | null;
  readonly end_sealed: ArrayBuffer | null;
}

type CurrentRow = EntryRow & ({ readonly s_id: null } | { readonly s_id: string; readonly s_facts: string; readonly s_sealed: ArrayBuffer; readonly s_end_facts: string; readonly s_end_sealed: ArrayBuffer });

const ENTRIES = `SELECT d.id, d.unit, d.facts, d.sealed, e.facts AS end_facts, e.sealed AS end_sealed
  FROM deployments d LEFT JOIN ends e ON e.id = d.id`;
const PAGE = "ORDER BY d.id DESC LIMIT 100";

/** Each unit's newest deployment, and where that did not succeed, the last that did. */
const CURRENT = `SELECT d.id, d.unit, d.facts, d.sealed, e.facts AS end_facts, e.sealed AS end_sealed,
    s.id AS s_id, s.facts AS s_facts, s.sealed AS s_sealed, se.facts AS s_end_facts, se.sealed AS s_end_sealed
  FROM units u JOIN deployments d ON d.id = u.newest LEFT JOIN ends e ON e.id = d.id
    LEFT JOIN deployments s ON s.id = u.succeeded AND u.succeeded <> u.newest LEFT JOIN ends se ON se.id = s.id`;

function newestOf(db: Database, unit: string): string | undefined {
  return (db.prepare("SELECT newest FROM units WHERE unit = ?").get(unit) as { newest: string } | undefined)?.newest;
}

function part<F>(path: string, facts: string, sealed: ArrayBuffer): { readonly facts: F; readonly sealed: Buffer } {
  try {
    return { facts: JSON.parse(facts) as F, sealed: Buffer.from(sealed) };
  } catch (cause) {
    throw damaged(path, "Restore it from a backup.", cause);
  }
}

/** What each table's sealed column is about. */
const SEALED = [
  { table: "deployments", key: "id", about: ({ facts }: { facts?: string }) => aboutBegin(JSON.parse(facts as string) as BeginFacts) },
  { table: "ends", key: "id", about: ({ facts }: { facts?: string }) => aboutEnd(JSON.parse(facts as string) as EndFacts) },
  { table: "configurations", key: "hash", about: ({ key }: { key: string }) => aboutConfiguration(key) },
] as const;

async function reseal(file: SqliteFile, sealing: Sealing): Promise<number> {
  const changes: { readonly sql: string; readonly key: string; readonly old: Buffer; readonly sealed: Buffer }[] = [];
  for (const { table, key, about } of SEALED) {
    const facts = table === "configurations" ? "" : ", facts";
    const rows = (await file.read((db) => db.prepare(`SELECT ${key} AS key, sealed${facts} FROM ${table}`).all() as { key: string; sealed: ArrayBuffer; facts?: string }[])) ?? [];
    for (const row of rows) {
      const old = Buffer.from(row.sealed);
      if (sealing.isCurrent(old)) continue;
      const sealed = await sealing.seal(await sealing.open(old, about(row)), about(row));
      changes.push({ sql: `UPDATE ${table} SET sealed = ? WHERE ${key} = ? AND sealed = ?`, key: row.key, old, sealed });
    }
  }
  if (changes.length === 0) return 0;
  await file.write((db) => {
    transaction(db, () => {
      for (const { sql, key, old, sealed } of changes) db.prepare(sql).run(sealed, key, old);
    });
    // The old bytes would stay in free pages and in the side file.
    db.exec("VACUUM");
    db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
  });
  return changes.length;
}
