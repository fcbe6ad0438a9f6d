"use client";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/api.ts";
import { ConfigChanges } from "../../ui/config-changes.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

/** What a revision changed of the one before it. */
export function RevisionChanges({ reference, revision }: { readonly reference: string; readonly revision: number }) {
  const input = { dataset: reference, from: revision - 1, to: revision };
  const diff = useQuery(api.datasets.compareRevisions.queryOptions({ input }));
  if (diff.isError) return <ProblemPanel thrown={diff.error} onRetry={() => void diff.refetch()} />;
  if (!diff.data) return <Skeleton className="h-24" />;
  return <ConfigChanges caption={`What revision ${revision} changed`} changes={diff.data.changes} />;
}
