import type { CloudDatabase } from "../store/database.ts";
import type { Item } from "./attribute-value.ts";
import type { ItemPlace, Table } from "./table.ts";

export interface StoredItem {
  readonly place: ItemPlace;
  readonly bytes: number;
  readonly item: Item;
}

/** Bounds of a range of sort keys; null: none. */
export interface SortRange {
  readonly from: Buffer | null;
  readonly fromInclusive: boolean;
  readonly to: Buffer | null;
  readonly toInclusive: boolean;
}

export type ItemStore = ReturnType<typeof openItemStore>;

/** DescribeTable's figures are six hours old at AWS; here a minute, so that it never costs a look at every item. */
const COUNT_LIFE_MS = 60_000;

export function openItemStore({ sql }: CloudDatabase, now: () => number) {
  const select = sql.prepare("SELECT bytes, json FROM item WHERE tbl = ? AND hash = ? AND pk = ? AND sk = ?");
  const upsert = sql.prepare("INSERT OR REPLACE INTO item (tbl, hash, pk, sk, bytes, json) VALUES (?, ?, ?, ?, ?, ?)");
  const remove = sql.prepare("DELETE FROM item WHERE tbl = ? AND hash = ? AND pk = ? AND sk = ?");
  const removeAll = sql.prepare("DELETE FROM item WHERE tbl = ?");
  const count = sql.prepare("SELECT count(*) AS items, coalesce(sum(bytes), 0) AS bytes FROM item WHERE tbl = ?");
  const columns = "SELECT hash, pk, sk, bytes, json FROM item WHERE tbl = ?";
  const scanFrom = sql.prepare(`${columns} AND hash >= ? AND hash < ? ORDER BY hash, pk, sk`);
  const scanAfter = sql.prepare(`${columns} AND (hash, pk, sk) > (?, ?, ?) AND hash < ? ORDER BY hash, pk, sk`);
  const queries = new Map<string, ReturnType<typeof sql.prepare>>();
  const counts = new Map<string, { readonly items: number; readonly bytes: number; readonly at: number }>();

  function* rows(found: Iterable<Record<string, unknown>>): Generator<StoredItem> {
    for (const row of found) {
      yield {
        place: { hash: Number(row.hash), partition: asBuffer(row.pk), sort: asBuffer(row.sk) },
        bytes: Number(row.bytes),
        item: JSON.parse(String(row.json)) as Item,
      };
    }
  }

  return {
    find({ id }: Table, { hash, partition, sort }: ItemPlace): { readonly item: Item; readonly bytes: number } | null {
      const row = select.get(id, hash, partition, sort);
      return row ? { item: JSON.parse(String(row.json)) as Item, bytes: Number(row.bytes) } : null;
    },
    put({ id }: Table, { hash, partition, sort }: ItemPlace, item: Item, bytes: number): void {
      upsert.run(id, hash, partition, sort, bytes, JSON.stringify(item));
    },
    remove: ({ id }: Table, { hash, partition, sort }: ItemPlace): void => void remove.run(id, hash, partition, sort),
    removeAll: ({ id }: Table): void => void removeAll.run(id),
    count({ id }: Table): { readonly items: number; readonly bytes: number } {
      const known = counts.get(id);
      if (known && now() - known.at < COUNT_LIFE_MS) return known;
      const row = count.get(id);
      const counted = { items: Number(row?.items), bytes: Number(row?.bytes), at: now() };
      counts.set(id, counted);
      return counted;
    },
    /** Items of a range of hashes, `toHash` not included, in stable order. The store must not change before the walk ends. */
    scan({ id }: Table, fromHash: number, toHash: number, after: ItemPlace | null): Generator<StoredItem> {
      return rows(
        after
          ? scanAfter.iterate(id, after.hash, after.partition, after.sort, toHash)
          : scanFrom.iterate(id, fromHash, toHash),
      );
    },
    /** Items of one partition. The store must not change before the walk ends. */
    query(
      { id }: Table,
      { hash, partition }: Omit<ItemPlace, "sort">,
      range: SortRange,
      forward: boolean,
    ): Generator<StoredItem> {
      const bounds: Buffer[] = [];
      let text = `${columns} AND hash = ? AND pk = ?`;
      if (range.from) {
        text += ` AND sk ${range.fromInclusive ? ">=" : ">"} ?`;
        bounds.push(range.from);
      }
      if (range.to) {
        text += ` AND sk ${range.toInclusive ? "<=" : "<"} ?`;
        bounds.push(range.to);
      }
      text += ` ORDER BY sk ${forward ? "ASC" : "DESC"}`;
      const statement = queries.get(text) ?? sql.prepare(text);
      queries.set(text, statement);
      return rows(statement.iterate(id, hash, partition, ...bounds));
    },
  };
}

function asBuffer(value: unknown): Buffer {
  if (!(value instanceof Uint8Array)) throw new Error("expected bytes");
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
