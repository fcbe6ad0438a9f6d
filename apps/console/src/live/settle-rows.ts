export interface SettledRows<Row> {
  readonly rows: readonly Row[];
  /** Rows that came or moved and wait until the pointer has left. */
  readonly waiting: number;
}

/**
 * What a list may show while somebody points at it: rows keep their places, their contents are the newest.
 * New and moved rows wait and are counted.
 */
export function settleRows<Row>(
  shown: readonly Row[],
  newest: readonly Row[],
  idOf: (row: Row) => string,
  held: boolean,
): SettledRows<Row> {
  if (!held || shown.length === 0) return { rows: newest, waiting: 0 };
  const byId = new Map(newest.map((row) => [idOf(row), row]));
  const rows = shown.map((row) => byId.get(idOf(row)) ?? row);
  const shownIds = new Set(shown.map(idOf));
  const arrived = newest.filter((row) => !shownIds.has(idOf(row))).length;
  const kept = newest.filter((row) => shownIds.has(idOf(row)));
  const moved = kept.some((row, index) => idOf(row) !== idOf(rows.filter((entry) => byId.has(idOf(entry)))[index]!));
  return { rows, waiting: arrived + (arrived === 0 && (moved || kept.length < shown.length) ? 1 : 0) };
}
