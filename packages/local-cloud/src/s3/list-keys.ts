import type { ListedObject, ObjectStore } from "./object-store.ts";

export interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string | null;
  readonly keysMax: number;
  /** Entries (keys, and prefixes they roll up into) up to and including this one are left out. */
  readonly after: string | null;
}

export interface ListPage {
  readonly objects: readonly ListedObject[];
  readonly prefixes: readonly string[];
  /** The last entry when more follow, else null. */
  readonly last: string | null;
}

/** Skips from prefix to prefix, so a folder of a million keys costs one look-up. */
export function listKeys(store: Pick<ObjectStore, "range">, bucket: string, query: ListQuery): ListPage {
  const { prefix, delimiter, keysMax } = query;
  const objects: ListedObject[] = [];
  const prefixes: string[] = [];
  if (keysMax === 0) return { objects, prefixes, last: null };
  const end = successor(prefix);
  let last = "";
  let start = startOf(query);
  for (;;) {
    const missing = keysMax + 1 - objects.length - prefixes.length;
    const limit = delimiter === null ? missing : Math.min(missing, 128);
    const rows = store.range(bucket, start, end, limit);
    let jumped: string | null = null;
    for (const row of rows) {
      const folder = folderOf(row.key, prefix, delimiter);
      if (folder !== null && folder === prefixes.at(-1)) continue;
      if (objects.length + prefixes.length === keysMax) return { objects, prefixes, last };
      last = folder ?? row.key;
      if (folder === null) objects.push(row);
      else prefixes.push(folder);
    }
    if (rows.length < limit) return { objects, prefixes, last: null };
    const lastRow = rows.at(-1);
    if (!lastRow) return { objects, prefixes, last: null };
    if (folderOf(lastRow.key, prefix, delimiter) !== null) jumped = successor(prefixes.at(-1) ?? "");
    start = jumped === null ? { key: lastRow.key, inclusive: false } : { key: jumped, inclusive: true };
  }
}

function startOf({ prefix, delimiter, after }: ListQuery): { key: string; inclusive: boolean } {
  if (after === null || isBefore(after, prefix)) return { key: prefix, inclusive: true };
  // Everything that rolls up into an entry at or before `after` has been listed.
  const folder = folderOf(after, prefix, delimiter);
  const next = folder === null ? null : successor(folder);
  return next === null ? { key: after, inclusive: false } : { key: next, inclusive: true };
}

function folderOf(key: string, prefix: string, delimiter: string | null): string | null {
  if (delimiter === null || !key.startsWith(prefix)) return null;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? null : key.slice(0, at + delimiter.length);
}

function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

/** The smallest string after every string that starts with `prefix`; null when there is none. */
export function successor(prefix: string): string | null {
  const points = Array.from(prefix, (char) => char.codePointAt(0) ?? 0);
  while (points.length > 0) {
    const point = points.pop() ?? 0;
    if (point < 0x10ffff) return String.fromCodePoint(...points, point === 0xd7ff ? 0xe000 : point + 1);
  }
  return null;
}
