import type { ComponentSummaryDto, DatasetSummaryDto } from "@letsdata/api/contract/dataset-dto";
import Link from "next/link";
import type { Column } from "../../table/data-table.tsx";
import { Elapsed, RelativeTime } from "../../ui/clock.tsx";
import { formatCount } from "../../ui/format.ts";
import { ProgressBar } from "../../ui/progress-bar.tsx";
import { DatasetStatusMark } from "../../ui/status.tsx";

function Component({ summary }: { readonly summary: ComponentSummaryDto }) {
  const about = [summary.type, summary.name, summary.resourceLocation, summary.detail].filter(Boolean).join(" · ");
  return (
    <span title={about}>
      <span>{summary.type}</span>
      {(summary.name ?? summary.detail) ? (
        <span className="figures text-ink-soft"> {summary.name ?? summary.detail}</span>
      ) : null}
    </span>
  );
}

function Progress({ dataset }: { readonly dataset: DatasetSummaryDto }) {
  const { totalTasks, completedTasks, errorTasks } = dataset.datasetProgress;
  if (totalTasks === 0) return <span className="text-ink-faint">not planned yet</span>;
  return (
    <span className="flex items-center gap-2.5">
      <span className="w-20 shrink-0">
        <ProgressBar progress={dataset.datasetProgress} label={`Progress of ${dataset.datasetName}`} />
      </span>
      <span className="figures truncate">
        {formatCount(completedTasks)}/{formatCount(totalTasks)}
        {errorTasks > 0 ? <span className="text-bad"> {formatCount(errorTasks)} errored</span> : null}
      </span>
    </span>
  );
}

function Runs({ dataset }: { readonly dataset: DatasetSummaryDto }) {
  const last = dataset.executionLogs.at(-1);
  if (!last) return <span className="text-ink-faint">no run yet</span>;
  return (
    <span>
      <Elapsed from={last.startDatetime} to={last.endDatetime} />
      <span className="text-ink-soft">
        {last.endDatetime === null ? " so far" : ""}
        {dataset.executionLogs.length > 1 ? ` · ${dataset.executionLogs.length} runs` : ""}
      </span>
    </span>
  );
}

export const datasetColumns: readonly Column<DatasetSummaryDto>[] = [
  {
    id: "datasetName",
    header: "Dataset",
    width: 250,
    names: true,
    sort: "datasetName",
    cell: (dataset) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <Link
          data-row-link
          href={`/datasets/${dataset.datasetName}`}
          prefetch={false}
          className="truncate font-medium hover:underline"
          onClick={(event) => event.stopPropagation()}
        >
          {dataset.datasetName}
        </Link>
        <span className="figures text-xs text-ink-faint" title={dataset.datasetId}>
          {dataset.datasetId.slice(0, 8)}
        </span>
      </span>
    ),
  },
  {
    id: "datasetStatus",
    header: "Status",
    width: 150,
    cell: (dataset) => <DatasetStatusMark status={dataset.datasetStatus} />,
  },
  { id: "datasetProgress", header: "Progress", width: 220, cell: (dataset) => <Progress dataset={dataset} /> },
  { id: "readConnector", header: "Read", width: 170, cell: (dataset) => <Component summary={dataset.readConnector} /> },
  {
    id: "writeConnector",
    header: "Write",
    width: 170,
    cell: (dataset) => <Component summary={dataset.writeConnector} />,
  },
  {
    id: "errorConnector",
    header: "Errors to",
    width: 150,
    cell: (dataset) => <Component summary={dataset.errorConnector} />,
  },
  {
    id: "computeEngine",
    header: "Compute",
    width: 160,
    cell: (dataset) => <Component summary={dataset.computeEngine} />,
  },
  {
    id: "manifestFile",
    header: "Manifest",
    width: 190,
    cell: (dataset) => <Component summary={dataset.manifestFile} />,
  },
  { id: "executionLogs", header: "Last run", width: 150, cell: (dataset) => <Runs dataset={dataset} /> },
  {
    id: "createDatetime",
    header: "Created",
    width: 120,
    sort: "createDatetime",
    cell: (dataset) => <RelativeTime time={dataset.createDatetime} />,
  },
];
