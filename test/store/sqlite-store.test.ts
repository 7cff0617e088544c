import Sqlite from "libsql";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { noSealing, openSqliteStore } from "../../src/store";
import { keepBegin, keepEnd } from "../../src/store/entry-format";
import { SqliteFile } from "../../src/store/sqlite-file";
import { MIGRATIONS, transaction, versionOf } from "../../src/store/sqlite-schema";
import { contentOf } from "../support/folder";
import { deployment, nextId, now, record, sqlitePlace } from "../support/stores";

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test("is for its owner alone: the file, what SQLite puts beside it, and the folder", async () => {
  const { path, open } = sqlitePlace();
  const umask = process.umask(0);
  try {
    const store = open();
    await store.begin(deployment("app"), new Map());
    expect(readdirSync(dirname(path)).sort()).toEqual(["gosling.db", "gosling.db-shm", "gosling.db-wal"]);
    for (const name of readdirSync(dirname(path))) expect(modeOf(`${dirname(path)}/${name}`)).toBe("600");
    expect(modeOf(dirname(path))).toBe("700");
    await store.close();
  } finally {
    process.umask(umask);
  }
});

test("makes nothing where it is only asked", async () => {
  const { path, open } = sqlitePlace();
  const store = open();
  await store.current();
  await store.history({});
  await store.close();
  expect(existsSync(dirname(path))).toBe(false);
});

test("reads without a trace where it is open for reading only", async () => {
  const { path, open } = sqlitePlace();
  const writer = open();
  const made = deployment("app");
  await writer.begin(made, new Map([["ab", "text"]]));
  await writer.close();
  const before = contentOf(dirname(path));
  const store = openSqliteStore(path, { readOnly: true });
  expect((await store.current()).get("app")).toEqual({ unit: "app", pending: made.record });
  expect(await store.configuration("ab")).toBe("text");
  await store.close();
  expect(contentOf(dirname(path))).toEqual(before);
  await expect(store.begin(deployment("app"), new Map())).rejects.toThrow(/for reading only/);
});

test("reads what a writer has only just written, also for reading only", async () => {
  const { path, open } = sqlitePlace();
  const [writer, reader] = [open(), openSqliteStore(path, { readOnly: true })];
  for (const unit of ["one", "two"]) {
    await writer.begin(deployment(unit), new Map());
    expect((await reader.current()).has(unit)).toBe(true);
  }
  await Promise.all([writer.close(), reader.close()]);
});

test.each([
  ["is no database", (path: string) => writeFileSync(path, "no database at all ".repeat(100)), "STORE_DAMAGED", "backup"],
  ["is of a newer version", (path: string) => void new Sqlite(path).exec("PRAGMA user_version = 99"), "STORE_TOO_NEW", "Update Gosling"],
])("says so where the file %s", async (_, make, code, hint) => {
  const { path, open } = sqlitePlace();
  mkdirSync(dirname(path));
  make(path);
  for (const store of [open(), openSqliteStore(path, { readOnly: true })]) {
    await expect(store.current()).rejects.toMatchObject({ code, message: expect.stringContaining(path), hint: expect.stringContaining(hint) });
    await store.close();
  }
});

test("says so where a record was changed by hand", async () => {
  const { path, open } = sqlitePlace();
  const store = open();
  const made = deployment("app");
  await store.begin(made, new Map());
  new Sqlite(path).prepare("UPDATE deployments SET facts = ?").run("{");
  await expect(store.currentOf("app")).rejects.toMatchObject({ code: "STORE_DAMAGED" });
  await store.close();
});

(process.getuid?.() === 0 ? test.skip : test)("says so where the folder can't be written (root can write everywhere)", async () => {
  const { path, open } = sqlitePlace();
  mkdirSync(dirname(path));
  chmodSync(dirname(path), 0o500);
  await expect(open().begin(deployment("app"), new Map())).rejects.toMatchObject({ code: "STORE_DENIED" });
});

test("a migration is done wholly or not at all, and an old file is brought up to date", async () => {
  const { path } = sqlitePlace();
  const count = (file: SqliteFile) => file.read((db) => [versionOf(db), (db.prepare("SELECT count(*) AS count FROM deployments").get() as { count: number }).count]);
  const old = new SqliteFile(path, false);
  await old.write((db) => transaction(db, () => db.exec("INSERT INTO deployments VALUES ('1', 'app', '{}', x'00')")));
  old.close();
  const broken = new SqliteFile(path, false, [...MIGRATIONS, "DELETE FROM deployments; CREATE TABLE more (x); INSERT INTO nowhere VALUES (1);"]);
  await expect(count(broken)).rejects.toThrow(/nowhere/);
  const again = new SqliteFile(path, false);
  expect(await count(again)).toEqual([1, 1]);
  again.close();
  const next = new SqliteFile(path, false, [...MIGRATIONS, "CREATE TABLE more (x);"]);
  expect(await count(next)).toEqual([2, 1]);
  next.close();
  await expect(count(new SqliteFile(path, true, [...MIGRATIONS, "CREATE TABLE more (x);", "CREATE TABLE yet_more (x);"]))).rejects.toMatchObject({ code: "STORE_TOO_OLD" });
});

test("tells the last of a thousand units with a long history", async () => {
  const { path, open } = sqlitePlace();
  await open().history({}); // loads the library
  const file = new SqliteFile(path, false);
  const units = Array.from({ length: 1000 }, (_, index) => `app-${index}`);
  const rows: { id: string; unit: string; begin: Awaited<ReturnType<typeof keepBegin>>; end: Awaited<ReturnType<typeof keepEnd>> }[] = [];
  for (let round = 0; round < 3; round++) {
    for (const unit of units) {
      const id = nextId();
      const runners = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`r${index}`, { power: "on", revision: "0a1b2c3d", shard: 1, place: "local" } as const]));
      const begin = await keepBegin({ id, unit, kind: "deploy", record: record(unit, id, { runners }), by: "ada" }, noSealing);
      rows.push({ id, unit, begin, end: await keepEnd(unit, id, { result: "succeeded", at: now().toISOString() }, noSealing) });
    }
  }
  await file.write((db) =>
    transaction(db, () => {
      for (const { id, unit, begin, end } of rows) {
        db.prepare("INSERT INTO deployments VALUES (?, ?, ?, ?)").run(id, unit, JSON.stringify(begin.facts), begin.sealed);
        db.prepare("INSERT INTO ends VALUES (?, ?, ?)").run(id, JSON.stringify(end.facts), end.sealed);
        db.prepare("INSERT OR REPLACE INTO units VALUES (?, ?, ?)").run(unit, id, id);
      }
    }),
  );
  file.close();
  const store = open();
  await store.find("none");
  const current = await store.current();
  await store.close();
  expect(current.size).toBe(1000);
  expect(current.get("app-7")?.applied?.runners).toHaveProperty("r4");
}, 30_000);
