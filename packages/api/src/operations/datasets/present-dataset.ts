import type { Queryable } from "@letsdata/database/database";
import type { StoredDataset } from "@letsdata/database/stores/dataset-store";
import type { DatasetSummaryDto, DatasetViewDto, ResourceDto } from "../../contract/dataset-dto.ts";
import type { ApiDependencies } from "../../dependencies.ts";
import { component, summariseComponents } from "./component-summaries.ts";
import { computeNoticeOf } from "./compute-notice.ts";
import { deliveryOf } from "./delivery.ts";
import { offeredActions, offeredRedrivePolicies } from "./supported-actions.ts";

/** A dataset as a row of a list. */
export function presentSummary(dataset: StoredDataset): DatasetSummaryDto {
  const { tasks } = dataset;
  return {
    datasetId: dataset.datasetId,
    datasetName: dataset.name,
    datasetStatus: dataset.status,
    statusReason: dataset.statusReason && {
      code: dataset.statusReason.code,
      message: dataset.statusReason.message,
      errors: dataset.statusReason.errors.map((finding) => ({ ...finding })),
    },
    region: String(dataset.config.region ?? ""),
    ...summariseComponents(dataset.config),
    datasetProgress: {
      totalTasks: tasks.totalTasks,
      completedTasks: tasks.completed,
      errorTasks: tasks.errored,
      runningTasks: tasks.running,
      waitingTasks: tasks.created + tasks.queued + tasks.rerun,
    },
    counts: { ...dataset.counts },
    executionLogs: dataset.runs.map((run) => ({ startDatetime: run.startedAt, endDatetime: run.endedAt })),
    createDatetime: dataset.createdAt,
    updateDatetime: dataset.updatedAt,
  };
}

/** A dataset whole. */
export async function presentDataset(
  { database, clock }: { readonly database: Queryable } & Pick<ApiDependencies, "clock">,
  dataset: StoredDataset,
): Promise<DatasetViewDto> {
  const { counts } = dataset;
  const account = dataset.config.customerAccountForAccess;
  return {
    ...presentSummary(dataset),
    tenantId: dataset.tenantId,
    userId: dataset.userId,
    config: { ...dataset.config },
    codeVersion: dataset.codeVersion,
    rate: rateOf(dataset, clock.now()),
    countsRecords: component(dataset.config, "computeEngine").computeEngineType !== "SPARK",
    balanced: counts.recordsRead === counts.documentsWritten + counts.recordsSkipped + counts.recordsErrored,
    resources: dataset.resources.map((resource) => ({ ...resource }) as ResourceDto),
    customerAccountForAccess: typeof account === "string" ? account : null,
    customerAccessRoleArn: dataset.customerAccessRoleArn,
    customerAccessExternalId: typeof account === "string" ? (dataset.externalId ?? String(dataset.createdAt)) : null,
    delivery: deliveryOf(dataset.config),
    computeNotice: await computeNoticeOf(database, dataset),
    allowedActions: offeredActions(dataset.status),
    allowedRedrivePolicies: offeredRedrivePolicies(dataset.status),
  };
}

/** Average of the first run since its start: after a redrive the totals no longer belong to one run. */
function rateOf(dataset: StoredDataset, now: number): DatasetViewDto["rate"] {
  const run = dataset.runs[0];
  if (dataset.status !== "PROCESSING" || dataset.runs.length !== 1 || run === undefined || run.endedAt !== null)
    return null;
  const seconds = Math.max(1, (now - run.startedAt) / 1000);
  return {
    recordsPerSecond: dataset.counts.recordsRead / seconds,
    bytesPerSecond: dataset.counts.bytesRead / seconds,
  };
}
