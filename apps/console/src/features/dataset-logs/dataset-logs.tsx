"use client";
import type { LogLineDto } from "@letsdata/api/contract/logs";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/api.ts";
import { FilterBox, ListToolbar } from "../../table/list-toolbar.tsx";
import { useUrlState } from "../../table/url-state.ts";
import { Button } from "../../ui/button.tsx";
import { AbsoluteTime } from "../../ui/clock.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Select } from "../../ui/input.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

const levels = ["DEBUG", "INFO", "WARN", "ERROR"] as const;
type Level = (typeof levels)[number];
const linesAPage = 200;
const tailMilliseconds = 3000;

const levelLooks: Record<Level, string> = {
  DEBUG: "text-ink-faint",
  INFO: "text-ink-soft",
  WARN: "text-warn font-medium",
  ERROR: "text-bad font-medium",
};

/** The log, newest first; follows its end while asked to and nothing older is open. */
export function DatasetLogs({ reference }: { readonly reference: string }) {
  const url = useUrlState();
  const [following, setFollowing] = useState(true);
  const level = levels.find((entry) => entry === url.get("level"));
  const text = url.get("text");
  const taskId = url.get("task");
  const logs = useInfiniteQuery({
    ...api.logs.list.infiniteOptions({
      input: (cursor: string | undefined) => ({
        dataset: reference,
        limit: linesAPage,
        ...(level ? { level } : {}),
        ...(text ? { text } : {}),
        ...(taskId ? { taskId } : {}),
        ...(cursor ? { cursor } : {}),
      }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
    refetchInterval: (query) => (following && (query.state.data?.pages.length ?? 0) <= 1 ? tailMilliseconds : false),
  });
  const lines = logs.data?.pages.flatMap((page) => page.items);
  return (
    <div className="pt-4">
      <ListToolbar>
        <FilterBox label="Search the log" value={text} onChange={(value) => url.set({ text: value }, "replace")} />
        <Select
          aria-label="Least severe level"
          className="w-auto"
          value={level ?? ""}
          onChange={(event) => url.set({ level: event.target.value })}
        >
          <option value="">All levels</option>
          {levels.map((entry) => (
            <option key={entry} value={entry}>
              {entry} and worse
            </option>
          ))}
        </Select>
        <label className="inline-flex h-8 items-center gap-2 px-1">
          <input
            type="checkbox"
            checked={following}
            onChange={(event) => setFollowing(event.target.checked)}
            className="size-4 accent-accent"
          />
          Follow
        </label>
        {taskId ? (
          <Button onClick={() => url.set({ task: null })}>
            Task <span className="figures">{taskId.slice(0, 10)}</span> ×
          </Button>
        ) : null}
      </ListToolbar>
      {logs.isError && !lines ? (
        <div className="px-4 md:px-8">
          <ProblemPanel thrown={logs.error} onRetry={() => void logs.refetch()} />
        </div>
      ) : lines === undefined ? (
        <div className="space-y-2 border-y border-line px-4 py-3 md:px-8">
          {[0, 1, 2, 3, 4, 5].map((line) => (
            <Skeleton key={line} className="w-3/4" />
          ))}
        </div>
      ) : lines.length === 0 ? (
        level || text || taskId ? (
          <EmptyState
            title="No line matches"
            action={<Button onClick={() => url.set({ level: null, text: null, task: null })}>Clear filters</Button>}
          >
            Filtered by <span className="figures">{[level, text, taskId].filter(Boolean).join(", ")}</span>.
          </EmptyState>
        ) : (
          <EmptyState title="No log lines yet">The engine and your handler write here while tasks run.</EmptyState>
        )
      ) : (
        <>
          <ol aria-label="Log lines, newest first" className="divide-y divide-line border-y border-line">
            {lines.map((line) => (
              <Line key={line.id} line={line} onTask={(id) => url.set({ task: id })} />
            ))}
          </ol>
          {logs.hasNextPage ? (
            <p className="p-4 text-center">
              <Button disabled={logs.isFetchingNextPage} onClick={() => void logs.fetchNextPage()}>
                {logs.isFetchingNextPage ? "Loading…" : "Show older"}
              </Button>
            </p>
          ) : null}
        </>
      )}
    </div>
  );
}

function Line({ line, onTask }: { readonly line: LogLineDto; readonly onTask: (taskId: string) => void }) {
  return (
    <li className="flex flex-col gap-x-3 px-4 py-1 [content-visibility:auto] [contain-intrinsic-size:auto_28px] md:flex-row md:px-8">
      <span className="flex shrink-0 items-baseline gap-x-3">
        <AbsoluteTime time={line.time} />
        <span className={`figures w-12 ${levelLooks[line.level]}`}>{line.level}</span>
        {line.taskId ? (
          <button
            type="button"
            className="figures h-6 text-ink-faint hover:text-ink hover:underline"
            title={`Only task ${line.taskId}`}
            onClick={() => onTask(line.taskId!)}
          >
            {line.taskId.slice(0, 8)}
            {line.attempt === null ? "" : `/${line.attempt}`}
          </button>
        ) : (
          <span className="figures w-16 text-ink-faint">-</span>
        )}
        <span className="w-16 text-[13px] text-ink-faint">{line.source === "HANDLER" ? "handler" : "engine"}</span>
      </span>
      <span className="figures min-w-0 flex-1 break-words whitespace-pre-wrap">{line.message}</span>
    </li>
  );
}
