"use client";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "../ui/class-names.ts";
import { Skeleton } from "../ui/skeleton.tsx";

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  readonly width: number;
  /** Right-aligned, for figures. */
  readonly right?: boolean;
  /** Cannot be hidden; its cell names the row. */
  readonly names?: boolean;
  /** Name of the server's sort. */
  readonly sort?: string;
}

export interface DataTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** Undefined while the first page is on its way. */
  readonly rows: readonly Row[] | undefined;
  readonly idOf: (row: Row) => string;
  readonly onOpen?: (row: Row) => void;
  readonly selectedId?: string;
  readonly sort?: {
    readonly by: string;
    readonly order: "asc" | "desc";
    readonly onChange: (by: string, order: "asc" | "desc") => void;
  };
  readonly onHold?: (held: boolean) => void;
  readonly skeletonRows?: number;
}

/** A dense table that scrolls by itself, sideways too, and never pushes the page wide. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  idOf,
  onOpen,
  selectedId,
  sort,
  onHold,
  skeletonRows,
}: DataTableProps<Row>) {
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  return (
    <section
      aria-label={label}
      aria-busy={rows === undefined}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1).
      tabIndex={0}
      onPointerEnter={() => onHold?.(true)}
      onPointerLeave={() => onHold?.(false)}
      className="max-h-[max(20rem,calc(100dvh-11rem))] overflow-auto border-y border-line"
    >
      <table className="w-full table-fixed border-collapse text-left" style={{ minWidth: width }}>
        <caption className="sr-only">{label}</caption>
        <colgroup>
          {columns.map((column) => (
            <col key={column.id} style={{ width: column.width }} />
          ))}
        </colgroup>
        <thead className="sticky top-0 z-10 bg-surface">
          <tr className="h-9 border-b border-line">
            {columns.map((column, index) => (
              <Head key={column.id} column={column} sort={sort} first={index === 0} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows === undefined
            ? Array.from({ length: skeletonRows ?? 8 }, (_, index) => (
                <tr key={index} className="h-9 border-b border-line last:border-0">
                  {columns.map((column, place) => (
                    <td key={column.id} className={cellLook(column, place === 0)}>
                      <Skeleton className={column.right ? "ml-auto w-1/2" : "w-2/3"} />
                    </td>
                  ))}
                </tr>
              ))
            : rows.map((row) => (
                <tr
                  key={idOf(row)}
                  data-row
                  aria-selected={selectedId === undefined ? undefined : selectedId === idOf(row)}
                  onClick={onOpen ? () => onOpen(row) : undefined}
                  className={classNames(
                    "h-9 border-b border-line last:border-0",
                    onOpen && "cursor-pointer hover:bg-hover focus-within:bg-hover",
                    selectedId === idOf(row) && "bg-selected hover:bg-selected",
                  )}
                >
                  {columns.map((column, place) =>
                    column.names ? (
                      <th
                        key={column.id}
                        scope="row"
                        className={classNames(cellLook(column, place === 0), "font-normal")}
                      >
                        {column.cell(row)}
                      </th>
                    ) : (
                      <td key={column.id} className={cellLook(column, place === 0)}>
                        {column.cell(row)}
                      </td>
                    ),
                  )}
                </tr>
              ))}
        </tbody>
      </table>
    </section>
  );
}

function cellLook<Row>(column: Column<Row>, first: boolean): string {
  return classNames("truncate px-3 py-1.5 align-middle", first && "pl-4 md:pl-8", column.right && "figures text-right");
}

function Head<Row>({
  column,
  sort,
  first,
}: {
  readonly column: Column<Row>;
  readonly sort: DataTableProps<Row>["sort"];
  readonly first: boolean;
}) {
  const look = classNames(
    "px-3 text-[13px] font-medium text-ink-soft whitespace-nowrap",
    first && "pl-4 md:pl-8",
    column.right && "text-right",
  );
  if (!column.sort || !sort) {
    return (
      <th scope="col" className={look}>
        {column.header}
      </th>
    );
  }
  const active = sort.by === column.sort;
  const Arrow = sort.order === "asc" ? ArrowUp : ArrowDown;
  return (
    <th scope="col" className={look} aria-sort={active ? (sort.order === "asc" ? "ascending" : "descending") : "none"}>
      <button
        type="button"
        className="inline-flex h-6 items-center gap-1 rounded-sm hover:text-ink"
        onClick={() => sort.onChange(column.sort!, active && sort.order === "desc" ? "asc" : "desc")}
      >
        {column.header}
        {active ? <Arrow aria-hidden className="size-3.5" /> : null}
      </button>
    </th>
  );
}
