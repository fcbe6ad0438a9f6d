import { Problem } from "@letsdata/plugin-kit/problems";

export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

/** The sort key of the last row of a page, opaque to clients. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** `time`: epoch milliseconds; `int`: what PostgreSQL's int holds. */
type CursorPart = "string" | "time" | "int";

/** Throws REQUEST_INVALID for what `encodeCursor` cannot have made with these parts. */
export function decodeCursor(cursor: string, shape: readonly CursorPart[]): (string | number)[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(key) && key.length === shape.length && key.every((part, i) => fits(part, shape[i]!))) {
      return key;
    }
  } catch {
    // reported below
  }
  throw new Problem("REQUEST_INVALID", "The cursor is not one of this list.", { path: "cursor" });
}

const largest = { time: 8.64e15, int: 2 ** 31 - 1 };

function fits(part: unknown, kind: CursorPart): boolean {
  if (kind === "string") return typeof part === "string" && !part.includes("\0");
  return Number.isSafeInteger(part) && Math.abs(part as number) <= largest[kind];
}

/** Makes a page of `limit` out of the `limit + 1` rows asked for. */
export function pageOf<Row>(rows: Row[], limit: number, keyOf: (row: Row) => readonly (string | number)[]): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}
