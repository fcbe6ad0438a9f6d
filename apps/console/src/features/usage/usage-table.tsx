"use client";
import type { UsageRecordDto } from "@letsdata/api/contract/usage";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "../../api/api.ts";
import { type Column, DataTable } from "../../table/data-table.tsx";
import { ColumnChooser, ListToolbar } from "../../table/list-toolbar.tsx";
import { cursorOf, Pager } from "../../table/pager.tsx";
import { useUrlState } from "../../table/url-state.ts";
import { useHiddenColumns } from "../../table/use-columns.ts";
import { Button } from "../../ui/button.tsx";
import { AbsoluteTime } from "../../ui/clock.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Select } from "../../ui/input.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";

const types = ["READ_CONNECTOR", "WRITE_CONNECTOR", "ERROR_CONNECTOR", "COMPUTE_ENGINE", "INTERNAL"] as const;

/** A byte is a billionth of its unit. */
const fractionDigits = 9;

/** The eight columns of product.md §10.3. */
const columns: readonly Column<UsageRecordDto>[] = [
  {
    id: "resourceType",
    header: "Resource type",
    width: 180,
    names: true,
    cell: (record) => <span className="figures">{record.resourceType}</span>,
  },
  {
    id: "resource",
    header: "Resource",
    width: 260,
    cell: (record) => (
      <span className="figures" title={record.resource}>
        {record.resource}
      </span>
    ),
  },
  { id: "eventStartTime", header: "From", width: 210, cell: (record) => <AbsoluteTime time={record.eventStartTime} /> },
  { id: "eventEndTime", header: "To", width: 210, cell: (record) => <AbsoluteTime time={record.eventEndTime} /> },
  { id: "meteringDimension", header: "Dimension", width: 160, cell: (record) => record.meteringDimension },
  {
    id: "meteringValue",
    header: "Value",
    width: 140,
    right: true,
    cell: (record) => record.meteringValue.toLocaleString("en-US", { maximumFractionDigits: fractionDigits }),
  },
  { id: "meteringUnit", header: "Unit", width: 110, cell: (record) => record.meteringUnit },
  {
    id: "billedStatus",
    header: "Billed",
    width: 130,
    cell: (record) => <span className="figures">{record.billedStatus}</span>,
  },
];

/** Usage records of a dataset, or of the tenant. */
export function UsageTable({ reference }: { readonly reference?: string }) {
  const url = useUrlState();
  const [hidden, setShown] = useHiddenColumns("usage");
  const type = url.get("type");
  const cursor = cursorOf(url);
  const filter = { ...(type ? { type } : {}), ...(cursor ? { cursor } : {}) };
  const ofDataset = useQuery({
    ...api.usage.listOfDataset.queryOptions({ input: { dataset: reference ?? "", ...filter } }),
    enabled: reference !== undefined,
    placeholderData: keepPreviousData,
  });
  const ofTenant = useQuery({
    ...api.usage.list.queryOptions({ input: filter }),
    enabled: reference === undefined,
    placeholderData: keepPreviousData,
  });
  const list = reference === undefined ? ofTenant : ofDataset;
  return (
    <div className="pt-4">
      <ListToolbar>
        <Select
          aria-label="Resource type"
          className="w-auto"
          value={type}
          onChange={(event) => url.set({ type: event.target.value, cursor: null })}
        >
          <option value="">All resource types</option>
          {types.map((entry) => (
            <option key={entry}>{entry}</option>
          ))}
        </Select>
        <ColumnChooser columns={columns} hidden={hidden} onChange={setShown} />
      </ListToolbar>
      {list.isError && !list.data ? (
        <div className="px-4 md:px-8">
          <ProblemPanel thrown={list.error} onRetry={() => void list.refetch()} />
        </div>
      ) : list.data?.items.length === 0 ? (
        type ? (
          <EmptyState
            title="No usage record matches"
            action={<Button onClick={() => url.set({ type: null, cursor: null })}>Clear filters</Button>}
          >
            Filtered by <span className="figures">{type}</span>.
          </EmptyState>
        ) : (
          <EmptyState title="No usage records yet">
            Bytes and compute time are recorded as attempts of tasks end; requests, checkpoints, error records, log
            lines and metric points once an hour and at the end of a run.
          </EmptyState>
        )
      ) : (
        <>
          <DataTable
            label="Usage records"
            columns={columns.filter((column) => !hidden.has(column.id))}
            rows={list.data?.items}
            idOf={(record) => record.usageId}
          />
          {list.data ? (
            <Pager url={url} nextCursor={list.data.nextCursor} shown={list.data.items.length} noun="usage records" />
          ) : null}
        </>
      )}
    </div>
  );
}
