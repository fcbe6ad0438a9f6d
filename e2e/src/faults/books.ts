import type { ApiClient } from "@letsdata/api/client";
import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import type { TaskDto } from "@letsdata/api/contract/task-dto";
import { meterDataset } from "@letsdata/database/stores/meter-datasets";
import { type Meter, type MeterName, meters } from "@letsdata/dataset/meters";
import { expect } from "vitest";
import { waitFor } from "../installation/dataset-run.ts";
import type { TestInstallation } from "../installation/start-installation.ts";

const MINUTE_MS = 60_000;
const GIGABYTE = 1e9;
const MEGABYTES_OF_A_GIGABYTE = 1_024;
const ROUNDING_MS = 1;
/** Lines of the log come until a moment after the last task. */
const METERED_SECONDS = 30;

/** Charts and points add up what travelled with the checkpoints: a repeated batch must not be measured twice. */
export async function expectMetricsToEqualCounts(
  installation: TestInstallation,
  view: DatasetViewDto,
  tasks: readonly TaskDto[],
): Promise<void> {
  const range = { from: view.createDatetime - MINUTE_MS, to: Date.now() + MINUTE_MS };
  const sums = async (taskId?: string) => {
    const chart = await installation.client.metrics.view({
      dataset: view.datasetId,
      chart: "records",
      ...range,
      ...(taskId ? { taskId } : {}),
    });
    return Object.fromEntries(
      chart.series.map(({ name, points }) => [name, points.reduce((sum, { value }) => sum + (value ?? 0), 0)]),
    );
  };
  const expected = (counts: TaskDto["taskProgress"]) => ({
    Processed: counts.documentsWritten,
    Skipped: counts.recordsSkipped,
    Errored: counts.recordsErrored,
  });
  expect(await sums(), "metrics of the dataset").toEqual(expected(view.counts));
  for (const { taskId, taskProgress } of tasks) {
    expect(await sums(taskId), `metrics of task ${taskId}`).toEqual(expected(taskProgress));
  }
  await expectMeasuredBytesToEqualCounts(installation, view, tasks);
}

const bytes = [
  { metric: "bytes.read", count: "bytesRead" },
  { metric: "bytes.written", count: "bytesWritten" },
] as const;

/** By the points themselves: the chart of bytes shows means. */
async function expectMeasuredBytesToEqualCounts(
  { database }: TestInstallation,
  { datasetId, counts }: DatasetViewDto,
  tasks: readonly TaskDto[],
): Promise<void> {
  for (const { metric, count } of bytes) {
    const points = await database.metricPoint.findMany({
      where: { datasetId, metric },
      select: { taskId: true, sum: true },
    });
    const measuredOf = (id: string) => points.reduce((sum, point) => sum + (point.taskId === id ? point.sum : 0), 0);
    expect(measuredOf(""), `${metric} of the dataset`).toBe(counts[count]);
    for (const { taskId, taskProgress } of tasks)
      expect(measuredOf(taskId), `${metric} of task ${taskId}`).toBe(taskProgress[count]);
  }
}

/** What is billed is what was checkpointed, bytes of a repeated batch being nobody's usage, and the time of each attempt once. */
export async function expectUsageToEqualCounts(
  installation: TestInstallation,
  view: DatasetViewDto,
  tasks: readonly TaskDto[],
): Promise<void> {
  const isMetered = async () => {
    expect(await meteredByTheHour(installation, view)).toEqual({ metered: "what was stored" });
    return true;
  };
  await waitFor(isMetered, METERED_SECONDS, "usage of all that is metered by the hour");
  const records = await usageOf(installation.client, view.datasetId);
  const sum = (resourceType: string, dimension: string) =>
    records
      .filter((record) => record.resourceType === resourceType && record.meteringDimension === dimension)
      .reduce((total, { meteringValue }) => total + meteringValue, 0);
  const { bytesRead, bytesWritten } = view.counts;
  expect(sum("READ_CONNECTOR", "BytesRead"), "usage: bytes read").toBeCloseTo(bytesRead / GIGABYTE, 12);
  expect(sum("WRITE_CONNECTOR", "BytesWritten"), "usage: bytes written").toBeCloseTo(bytesWritten / GIGABYTE, 12);
  expectEachAttemptOnce(
    tasks,
    records.filter(({ meteringDimension }) => meteringDimension === "ComputeDuration"),
    gigabytesOf(view),
  );
}

/**
 * Requests, checkpoints, error archives, points and log lines, however many workers meter them meanwhile: what usage says of each, where it
 * is not what is stored. Lines of the log come until a moment after the last task.
 */
async function meteredByTheHour({ client, database }: TestInstallation, { datasetId }: DatasetViewDto) {
  await meterDataset(database, datasetId);
  const records = await usageOf(client, datasetId);
  const metered = (name: MeterName): number => {
    const { resourceType, meteringDimension, countsPerUnit }: Meter = meters[name];
    const own = records.filter(
      (record) => record.resourceType === resourceType && record.meteringDimension === meteringDimension,
    );
    return Math.round(own.reduce((sum, { meteringValue }) => sum + meteringValue, 0) * countsPerUnit);
  };
  const where = { datasetId };
  const progress = await database.datasetProgress.findUniqueOrThrow({ where });
  const [lines] = await database.$queryRaw<{ bytes: number }[]>`
    SELECT coalesce(sum(octet_length(message) + coalesce(octet_length(fields::text), 0)), 0)::float8 AS bytes
    FROM task_log_line WHERE dataset_id = ${datasetId}`;
  const stored = {
    readRequests: Number(progress.readRequests),
    writeRequests: Number(progress.writeRequests),
    checkpoints: Number(progress.checkpoints),
    errorBytes: Number(progress.errorBytes),
    metricPoints: await database.metricPoint.count({ where }),
    logBytes: lines?.bytes ?? 0,
  };
  const differing = (Object.keys(stored) as (keyof typeof stored)[]).filter((name) => metered(name) !== stored[name]);
  if (differing.length > 0) return Object.fromEntries(differing.map((name) => [name, [metered(name), stored[name]]]));
  const have = (count: "recordsRead" | "documentsWritten") =>
    database.task.count({ where: { datasetId, [count]: { gt: 0 } } });
  const files = await database.errorFile.aggregate({ where, _sum: { bytes: true } });
  const least: Partial<typeof stored> = {
    readRequests: await have("recordsRead"),
    checkpoints: await have("recordsRead"),
    writeRequests: await have("documentsWritten"),
    errorBytes: Number(files._sum.bytes ?? 0),
  };
  const few = (Object.keys(least) as (keyof typeof stored)[]).filter((name) => stored[name] < least[name]!);
  return few.length > 0 ? { few, stored, least } : { metered: "what was stored" };
}

/** An attempt is metered under its task and from its start to its end, whichever way it ended and however often its end was told. */
function expectEachAttemptOnce(tasks: readonly TaskDto[], records: readonly UsageRecord[], gigabytes: number): void {
  const attempts = tasks.flatMap(({ taskId, taskExecutionLogs }) =>
    taskExecutionLogs.map(({ attempt, startDatetime, endDatetime }) => {
      if (endDatetime === null) throw new Error(`attempt ${attempt} of ${taskId} has no end`);
      return { taskId, attempt, start: startDatetime, end: endDatetime };
    }),
  );
  for (const { taskId, attempt, start, end } of attempts) {
    const metered = records.filter(
      (record) =>
        record.taskId === taskId && isSameTime(record.eventStartTime, start) && isSameTime(record.eventEndTime, end),
    );
    // What took no time used nothing.
    const isTimeless = end - start <= ROUNDING_MS;
    if (!isTimeless || metered.length > 1)
      expect(metered, `usage: records of attempt ${attempt} of ${taskId}`).toHaveLength(1);
    for (const { meteringValue, eventStartTime, eventEndTime } of metered) {
      const used = ((eventEndTime - eventStartTime) / 1_000) * gigabytes;
      expect(Math.abs(meteringValue - used), `usage: duration of attempt ${attempt} of ${taskId}`).toBeLessThanOrEqual(
        (ROUNDING_MS / 1_000) * gigabytes,
      );
    }
  }
  expect(records.length, "usage: records of no attempt").toBeLessThanOrEqual(attempts.length);
}

/** The database rounds what the API cuts off. */
const isSameTime = (a: number, b: number) => Math.abs(a - b) <= ROUNDING_MS;

function gigabytesOf({ config }: DatasetViewDto): number {
  const { memoryLimitInMegabytes } = config.computeEngine as { readonly memoryLimitInMegabytes: number };
  return memoryLimitInMegabytes / MEGABYTES_OF_A_GIGABYTE;
}

type UsageRecord = Awaited<ReturnType<ApiClient["usage"]["listOfDataset"]>>["items"][number];

async function usageOf(client: ApiClient, dataset: string): Promise<readonly UsageRecord[]> {
  const records: UsageRecord[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.usage.listOfDataset({ dataset, limit: 500, ...(cursor ? { cursor } : {}) });
    records.push(...page.items);
    if (!page.nextCursor) return records;
    cursor = page.nextCursor;
  }
}
