"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { api } from "../../api/api.ts";
import { useDataset } from "../../live/use-live-dataset.ts";
import { useUrlState } from "../../table/url-state.ts";
import { Button } from "../../ui/button.tsx";
import { AbsoluteTime } from "../../ui/clock.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { RevisionChanges } from "./revision-changes.tsx";

/** The configuration as stored, and how it changed. */
export function DatasetConfiguration({ reference }: { readonly reference: string }) {
  const url = useUrlState();
  const { data: dataset } = useDataset(reference);
  const listed = api.datasets.listConfigRevisions.queryOptions({ input: { dataset: reference } });
  const revisions = useQuery({
    ...listed,
    // The configuration arrives live: another one means a revision more.
    queryKey: [...listed.queryKey, JSON.stringify(dataset?.config)],
    placeholderData: keepPreviousData,
  });
  const chosen = revisions.data?.items.find((revision) => String(revision.revision) === url.get("revision"));
  const config = chosen?.config ?? dataset?.config;
  const shown = chosen ?? revisions.data?.items[0];
  return (
    <div className="grid gap-8 px-4 py-6 md:px-8 lg:grid-cols-[minmax(0,1fr)_18rem]">
      {config ? (
        <CodeBlock
          label={chosen ? `Revision ${chosen.revision}` : "Configuration now"}
          value={JSON.stringify(config, null, 2)}
          fileName={`${dataset?.datasetName ?? reference}.json`}
          maxHeight={1200}
        />
      ) : (
        <Skeleton className="h-96" />
      )}
      <section aria-label="Revisions" className="space-y-3">
        <h2 className="font-medium">Revisions</h2>
        {revisions.isError ? <ProblemPanel thrown={revisions.error} onRetry={() => void revisions.refetch()} /> : null}
        <ol className="divide-y divide-line border-y border-line">
          {revisions.data?.items.map((revision, index) => (
            <li key={revision.revision}>
              <button
                type="button"
                aria-current={chosen ? chosen === revision : index === 0}
                onClick={() => url.set({ revision: index === 0 ? null : String(revision.revision) })}
                className={`block w-full px-2 py-2 text-left hover:bg-hover ${(chosen ? chosen === revision : index === 0) ? "bg-selected" : ""}`}
              >
                <span className="font-medium">Revision {revision.revision}</span>
                <span className="text-ink-soft"> · code version {revision.codeVersion}</span>
                <span className="block text-[13px] text-ink-soft">
                  <AbsoluteTime time={revision.createDatetime} />
                </span>
              </button>
            </li>
          ))}
        </ol>
        {shown && shown.revision > 1 ? <RevisionChanges reference={reference} revision={shown.revision} /> : null}
        <Button asChild>
          <Link href={`/datasets/new?from=${encodeURIComponent(reference)}`}>Start a new dataset from this</Link>
        </Button>
      </section>
    </div>
  );
}
