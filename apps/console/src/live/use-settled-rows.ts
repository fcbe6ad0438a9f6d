"use client";
import { useRef } from "react";
import { settleRows } from "./settle-rows.ts";

/** Rows that never move under the pointer; `view` names the filter and page, a new one starts afresh. */
export function useSettledRows<Row>(
  newest: readonly Row[] | undefined,
  idOf: (row: Row) => string,
  held: boolean,
  view: string,
): { readonly rows: readonly Row[] | undefined; readonly waiting: number } {
  const shown = useRef<{ view: string; rows: readonly Row[] }>({ view, rows: [] });
  if (!newest) return { rows: undefined, waiting: 0 };
  const settled = settleRows(shown.current.view === view ? shown.current.rows : [], newest, idOf, held);
  shown.current = { view, rows: settled.rows };
  return settled;
}
