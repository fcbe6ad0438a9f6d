"use client";
import type { TaskDto } from "@letsdata/api/contract/task-dto";
import { type TaskStatus, taskStatuses } from "@letsdata/dataset/lifecycle";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/api.ts";
import { useSettledRows } from "../../live/use-settled-rows.ts";
import { DataTable } from "../../table/data-table.tsx";
import { ColumnChooser, FilterBox, ListToolbar } from "../../table/list-toolbar.tsx";
import { cursorOf, Pager } from "../../table/pager.tsx";
import { useUrlState } from "../../table/url-state.ts";
import { useHiddenColumns } from "../../table/use-columns.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Menu, MenuCheck } from "../../ui/menu.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { taskStatusWord } from "../../ui/status.tsx";
import { taskColumns } from "./task-columns.tsx";
import { TaskPanel } from "./task-panel.tsx";

const idOf = (task: TaskDto) => task.taskId;

export function DatasetTasks({ reference }: { readonly reference: string }) {
  const url = useUrlState();
  const [held, setHeld] = useState(false);
  const [hidden, setShown] = useHiddenColumns("tasks");
  const statuses = url
    .getAll("status")
    .filter((status): status is TaskStatus => (taskStatuses as readonly string[]).includes(status));
  const text = url.get("text");
  const cursor = cursorOf(url);
  const list = useQuery({
    ...api.tasks.list.queryOptions({
      input: {
        dataset: reference,
        ...(statuses.length > 0 ? { status: statuses } : {}),
        ...(text ? { text } : {}),
        ...(cursor ? { cursor } : {}),
      },
    }),
    placeholderData: keepPreviousData,
  });
  const settled = useSettledRows(list.data?.items, idOf, held, `${statuses.join()}|${text}|${cursor ?? ""}`);
  const open = (task: TaskDto) => url.set({ task: task.taskId });
  const columns = taskColumns(open);
  const filtered = statuses.length > 0 || text !== "";
  return (
    <div className="pt-4">
      <ListToolbar>
        <FilterBox
          label="Filter by id or reader"
          value={text}
          onChange={(value) => url.set({ text: value, cursor: null }, "replace")}
        />
        <Menu
          align="start"
          trigger={
            <Button>
              Status
              {statuses.length > 0 ? <span className="figures text-accent">{statuses.length}</span> : null}
              <ChevronDown aria-hidden />
            </Button>
          }
        >
          {taskStatuses.map((status) => (
            <MenuCheck
              key={status}
              checked={statuses.includes(status)}
              onChange={(on) =>
                url.set({
                  status: on ? [...statuses, status] : statuses.filter((entry) => entry !== status),
                  cursor: null,
                })
              }
            >
              {taskStatusWord(status)}
            </MenuCheck>
          ))}
        </Menu>
        <ColumnChooser columns={columns} hidden={hidden} onChange={setShown} />
        {settled.waiting > 0 ? <Button onClick={() => setHeld(false)}>{settled.waiting} new</Button> : null}
      </ListToolbar>
      {list.isError && !list.data ? (
        <div className="px-4 md:px-8">
          <ProblemPanel thrown={list.error} onRetry={() => void list.refetch()} />
        </div>
      ) : list.data?.items.length === 0 ? (
        filtered ? (
          <EmptyState
            title="No task matches"
            action={<Button onClick={() => url.set({ status: null, text: null, cursor: null })}>Clear filters</Button>}
          >
            Filtered by <span className="figures">{[...statuses, text].filter(Boolean).join(", ")}</span>.
          </EmptyState>
        ) : (
          <EmptyState title="No tasks yet">The manifest is planned into tasks while the dataset is set up.</EmptyState>
        )
      ) : (
        <>
          <DataTable
            label="Tasks"
            columns={columns.filter((column) => !hidden.has(column.id))}
            rows={settled.rows}
            idOf={idOf}
            onOpen={open}
            selectedId={url.get("task")}
            onHold={setHeld}
          />
          {list.data ? (
            <Pager
              url={url}
              nextCursor={list.data.nextCursor}
              shown={list.data.items.length}
              total={list.data.matching}
              noun="tasks"
            />
          ) : null}
        </>
      )}
      <TaskPanel reference={reference} taskId={url.get("task")} onClose={() => url.set({ task: null })} />
    </div>
  );
}
