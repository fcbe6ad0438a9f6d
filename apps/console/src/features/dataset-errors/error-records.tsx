"use client";
import type { ErrorRecordDto } from "@letsdata/api/contract/error-dto";
import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "../../api/api.ts";
import { type Column, DataTable } from "../../table/data-table.tsx";
import { FilterBox, ListToolbar } from "../../table/list-toolbar.tsx";
import { useUrlState } from "../../table/url-state.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Select } from "../../ui/input.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { ErrorPanel } from "./error-panel.tsx";
import { offsetsOf } from "./offsets.ts";

const codes = [
  "HANDLER_ERROR_DOC",
  "DOCUMENT_TOO_LARGE",
  "INVALID_DOCUMENT_KEY",
  "INVALID_DOCUMENT",
  "INVALID_VECTOR",
  "RECORD_TOO_LARGE",
  "RECORD_TOO_LARGE_FOR_BRIDGE",
] as const;

export function ErrorRecords({ reference, file }: { readonly reference: string; readonly file: string }) {
  const url = useUrlState();
  const code = url.get("code");
  const text = url.get("text");
  const records = useInfiniteQuery(
    api.errors.listRecords.infiniteOptions({
      input: (cursor: string | undefined) => ({
        dataset: reference,
        file,
        ...(code ? { code } : {}),
        ...(text ? { text } : {}),
        ...(cursor ? { cursor } : {}),
      }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  );
  const rows = records.data?.pages.flatMap((page) => page.items);
  const open = (record: ErrorRecordDto) => url.set({ error: record.errorId });
  const columns: readonly Column<ErrorRecordDto>[] = [
    {
      id: "errorMessage",
      header: "Message",
      width: 320,
      names: true,
      cell: (record) => (
        <button
          type="button"
          data-row-link
          className="block h-6 max-w-full truncate text-left hover:underline"
          onClick={(event) => {
            event.stopPropagation();
            open(record);
          }}
        >
          {record.errorMessage}
        </button>
      ),
    },
    { id: "code", header: "Code", width: 190, cell: (record) => <span className="figures">{record.code}</span> },
    {
      id: "documentId",
      header: "Document",
      width: 150,
      cell: (record) => <span className="figures">{record.documentId ?? "-"}</span>,
    },
    {
      id: "offsets",
      header: "Offsets",
      width: 190,
      cell: (record) => (
        <span className="figures">
          {offsetsOf(record)
            .map(({ start, end }) => `${start}–${end}`)
            .join(", ")}
        </span>
      ),
    },
    { id: "attempt", header: "Attempt", width: 80, right: true, cell: (record) => record.attempt },
  ];
  return (
    <div className="pt-4">
      <ListToolbar>
        <FilterBox
          label="Filter by message, document or record"
          value={text}
          onChange={(value) => url.set({ text: value }, "replace")}
        />
        <Select
          aria-label="Error code"
          className="w-auto"
          value={code}
          onChange={(event) => url.set({ code: event.target.value })}
        >
          <option value="">All codes</option>
          {codes.map((entry) => (
            <option key={entry}>{entry}</option>
          ))}
        </Select>
      </ListToolbar>
      {records.isError ? (
        <div className="px-4 md:px-8">
          <ProblemPanel thrown={records.error} onRetry={() => void records.refetch()} />
        </div>
      ) : rows?.length === 0 ? (
        <EmptyState
          title="No record matches"
          action={<Button onClick={() => url.set({ code: null, text: null })}>Clear filters</Button>}
        >
          Filtered by <span className="figures">{[code, text].filter(Boolean).join(", ") || "nothing"}</span>.
        </EmptyState>
      ) : (
        <>
          <DataTable
            label="Error records"
            columns={columns}
            rows={rows}
            idOf={(record) => record.errorId}
            onOpen={open}
            selectedId={url.get("error")}
          />
          {records.hasNextPage ? (
            <p className="p-4 text-center">
              <Button disabled={records.isFetchingNextPage} onClick={() => void records.fetchNextPage()}>
                {records.isFetchingNextPage ? "Loading…" : "Show more"}
              </Button>
            </p>
          ) : null}
        </>
      )}
      <ErrorPanel
        reference={reference}
        file={file}
        errorId={url.get("error")}
        onClose={() => url.set({ error: null })}
      />
    </div>
  );
}
