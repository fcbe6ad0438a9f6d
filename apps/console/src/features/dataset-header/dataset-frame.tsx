"use client";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { ReactNode } from "react";
import { LiveBadge } from "../../live/live-badge.tsx";
import { useDataset, useLiveDataset } from "../../live/use-live-dataset.ts";
import { CopyableText } from "../../ui/copy-button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { DatasetStatusMark } from "../../ui/status.tsx";
import { DatasetProgress } from "./dataset-progress.tsx";
import { DatasetTabs } from "./dataset-tabs.tsx";
import { StatusReason } from "./status-reason.tsx";

/** Name, id, status, progress and tabs of one dataset; `actions` stand on the right. */
export function DatasetFrame({
  reference,
  actions,
  children,
}: {
  readonly reference: string;
  readonly actions: ReactNode;
  readonly children: ReactNode;
}) {
  const { data: dataset, error, refetch } = useDataset(reference);
  const live = useLiveDataset(reference);
  const crumbs = [{ text: "Datasets", href: "/datasets" }];
  if (error && !dataset) {
    const missing = error instanceof Problem && error.code === "NOT_FOUND";
    return (
      <>
        <PageHeader crumbs={crumbs} title={reference} />
        {missing ? (
          <EmptyState title={`There is no dataset ${reference}`}>
            It may have been deleted, or it belongs to another tenant. NOT_FOUND
          </EmptyState>
        ) : (
          <div className="px-4 md:px-8">
            <ProblemPanel thrown={error} onRetry={() => void refetch()} />
          </div>
        )}
      </>
    );
  }
  return (
    <>
      <PageHeader
        crumbs={crumbs}
        title={dataset?.datasetName ?? reference}
        action={
          <>
            <LiveBadge state={live} />
            {actions}
          </>
        }
        below={
          <div className="mt-2 space-y-4">
            <div className="flex min-h-6 flex-wrap items-center gap-x-5 gap-y-1">
              {dataset ? (
                <>
                  <DatasetStatusMark status={dataset.datasetStatus} />
                  <CopyableText value={dataset.datasetId} label="Copy dataset id" className="text-ink-soft" />
                  <span className="figures text-ink-soft">{dataset.region}</span>
                </>
              ) : (
                <Skeleton className="w-80" />
              )}
            </div>
            {dataset?.statusReason ? <StatusReason reason={dataset.statusReason} /> : null}
            {dataset ? <DatasetProgress dataset={dataset} /> : <Skeleton className="h-11 w-full max-w-3xl" />}
          </div>
        }
      />
      <DatasetTabs reference={reference} />
      {children}
    </>
  );
}
