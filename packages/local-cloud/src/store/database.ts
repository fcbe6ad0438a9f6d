import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface CloudDatabase {
  readonly sql: DatabaseSync;
  /** Everything kept under one kind, as saved. */
  documents<T>(kind: string): { readonly key: string; readonly value: T }[];
  saveDocument(kind: string, key: string, value: unknown): void;
  removeDocument(kind: string, key: string): void;
  close(): void;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA temp_store = MEMORY;
  CREATE TABLE IF NOT EXISTS document (kind TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS object (
    bucket TEXT NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS upload (id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, started INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS part (
    upload TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (upload, number)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS datum (
    metric TEXT NOT NULL, time INTEGER NOT NULL, samples REAL NOT NULL, sum REAL NOT NULL, minimum REAL NOT NULL, maximum REAL NOT NULL,
    PRIMARY KEY (metric, time)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS item (
    tbl TEXT NOT NULL, hash INTEGER NOT NULL, pk BLOB NOT NULL, sk BLOB NOT NULL, bytes INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (tbl, hash, pk, sk)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS stream_record (
    stream TEXT NOT NULL, shard TEXT NOT NULL, counter INTEGER NOT NULL, created INTEGER NOT NULL, bytes INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (stream, shard, counter)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS vector (idx TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL, metadata TEXT, PRIMARY KEY (idx, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS message (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, group_id TEXT NOT NULL, sent_at INTEGER NOT NULL, visible_at INTEGER NOT NULL,
    first_received_at INTEGER, receives INTEGER NOT NULL, nonce TEXT, json TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS message_by_visibility ON message (queue, visible_at, sequence);
  CREATE INDEX IF NOT EXISTS message_by_order ON message (queue, sequence);
  CREATE INDEX IF NOT EXISTS message_by_age ON message (queue, sent_at);
  CREATE TABLE IF NOT EXISTS sent_message (
    queue TEXT NOT NULL, key TEXT NOT NULL, until INTEGER NOT NULL, id TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (queue, key)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sent_message_by_age ON sent_message (queue, until);
`;

/** A killed process loses nothing that was committed: WAL pages are the operating system's by then. */
export function openDatabase(dir: string): CloudDatabase {
  mkdirSync(dir, { recursive: true });
  const sql = new DatabaseSync(join(dir, "cloud.sqlite"));
  sql.exec(SCHEMA);
  const list = sql.prepare("SELECT key, json FROM document WHERE kind = ?");
  const save = sql.prepare("INSERT OR REPLACE INTO document (kind, key, json) VALUES (?, ?, ?)");
  const remove = sql.prepare("DELETE FROM document WHERE kind = ? AND key = ?");
  return {
    sql,
    documents: <T>(kind: string) =>
      list.all(kind).map((row) => ({ key: String(row.key), value: JSON.parse(String(row.json)) as T })),
    saveDocument: (kind, key, value) => void save.run(kind, key, JSON.stringify(value)),
    removeDocument: (kind, key) => void remove.run(kind, key),
    close: () => sql.close(),
  };
}
