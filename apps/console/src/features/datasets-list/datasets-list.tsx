"use client";
import { type DatasetStatus, datasetStatuses, type StatusGroup, statusGroups } from "@letsdata/dataset/lifecycle";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronDown, Plus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useMemo } from "react";
import { api } from "../../api/api.ts";
import { LiveBadge } from "../../live/live-badge.tsx";
import { DataTable } from "../../table/data-table.tsx";
import { ColumnChooser, FilterBox, ListToolbar } from "../../table/list-toolbar.tsx";
import { cursorOf, Pager } from "../../table/pager.tsx";
import { useUrlState } from "../../table/url-state.ts";
import { useHiddenColumns } from "../../table/use-columns.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Menu, MenuCheck, MenuLabel, MenuLine } from "../../ui/menu.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { datasetColumns } from "./dataset-columns.tsx";
import { useLiveDatasets } from "./use-live-datasets.ts";

const groupNames = Object.keys(statusGroups) as StatusGroup[];

export function DatasetsList() {
  const url = useUrlState();
  const router = useRouter();
  const [hidden, setShown] = useHiddenColumns("datasets");
  const statuses = url
    .getAll("status")
    .filter((status): status is DatasetStatus => (datasetStatuses as readonly string[]).includes(status));
  const text = url.get("text");
  const by = url.get("sort") === "datasetName" ? "datasetName" : "createDatetime";
  const order = url.get("order") === "asc" ? "asc" : "desc";
  const cursor = cursorOf(url);
  const list = useQuery({
    ...api.datasets.list.queryOptions({
      input: {
        sort: by,
        order,
        ...(statuses.length > 0 ? { status: statuses } : {}),
        ...(text ? { text } : {}),
        ...(cursor ? { cursor } : {}),
      },
    }),
    placeholderData: keepPreviousData,
  });
  const rows = list.data?.items;
  const shownIds = useMemo(() => new Set(rows?.map((row) => row.datasetId)), [rows]);
  const live = useLiveDatasets(shownIds);
  const filtered = statuses.length > 0 || text !== "";

  return (
    <>
      <PageHeader
        title="Datasets"
        action={
          <>
            <LiveBadge state={live.state} />
            <Button asChild look="primary">
              <Link href="/datasets/new">
                <Plus aria-hidden />
                Create dataset
              </Link>
            </Button>
          </>
        }
      />
      <ListToolbar>
        <FilterBox
          label="Filter by name or id"
          value={text}
          onChange={(value) => url.set({ text: value, cursor: null }, "replace")}
        />
        <StatusFilter chosen={statuses} onChange={(next) => url.set({ status: next, cursor: null })} />
        <ColumnChooser columns={datasetColumns} hidden={hidden} onChange={setShown} />
        {live.arrived > 0 ? (
          <Button onClick={live.showArrived} aria-live="polite">
            {live.arrived} new
          </Button>
        ) : null}
      </ListToolbar>
      {list.isError && !rows ? (
        <div className="px-4 md:px-8">
          <ProblemPanel thrown={list.error} onRetry={() => void list.refetch()} />
        </div>
      ) : rows?.length === 0 ? (
        <Nothing
          filtered={filtered}
          words={[...statuses, text].filter(Boolean).join(", ")}
          onClear={() => url.set({ status: null, text: null, cursor: null })}
        />
      ) : (
        <>
          <DataTable
            label="Datasets"
            columns={datasetColumns.filter((column) => !hidden.has(column.id))}
            rows={rows}
            idOf={(dataset) => dataset.datasetId}
            onOpen={(dataset) => router.push(`/datasets/${dataset.datasetName}`)}
            sort={{ by, order, onChange: (sort, next) => url.set({ sort, order: next, cursor: null }) }}
          />
          {rows ? <Pager url={url} nextCursor={list.data?.nextCursor} shown={rows.length} noun="datasets" /> : null}
        </>
      )}
    </>
  );
}

function StatusFilter({
  chosen,
  onChange,
}: {
  readonly chosen: readonly DatasetStatus[];
  readonly onChange: (next: readonly DatasetStatus[]) => void;
}) {
  const toggle = (statuses: readonly DatasetStatus[], on: boolean) =>
    onChange(on ? [...new Set([...chosen, ...statuses])] : chosen.filter((status) => !statuses.includes(status)));
  return (
    <Menu
      align="start"
      trigger={
        <Button>
          Status
          {chosen.length > 0 ? <span className="figures text-accent">{chosen.length}</span> : null}
          <ChevronDown aria-hidden />
        </Button>
      }
    >
      {groupNames.map((group) => (
        <MenuCheck
          key={group}
          checked={statusGroups[group].every((status) => chosen.includes(status))}
          onChange={(on) => toggle(statusGroups[group], on)}
        >
          {group}
        </MenuCheck>
      ))}
      <MenuLine />
      <MenuLabel>Exact status</MenuLabel>
      {datasetStatuses.map((status) => (
        <MenuCheck key={status} checked={chosen.includes(status)} onChange={(on) => toggle([status], on)}>
          <span className="figures">{status}</span>
        </MenuCheck>
      ))}
    </Menu>
  );
}

function Nothing({
  filtered,
  words,
  onClear,
}: {
  readonly filtered: boolean;
  readonly words: string;
  readonly onClear: () => void;
}) {
  if (filtered) {
    return (
      <EmptyState title="No dataset matches" action={<Button onClick={onClear}>Clear filters</Button>}>
        Filtered by <span className="figures">{words}</span>.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No datasets yet"
      action={
        <>
          <Button asChild look="primary">
            <Link href="/datasets/new">Create dataset</Link>
          </Button>
          <Button asChild>
            <Link href="/datasets/new?from=sample">Start from a sample</Link>
          </Button>
        </>
      }
    >
      A dataset reads your data, runs your handler on every record, writes the documents, and keeps account of each one.
    </EmptyState>
  );
}
