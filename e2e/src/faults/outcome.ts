import { gunzipSync } from "node:zlib";
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  ShardIteratorType,
} from "@aws-sdk/client-kinesis";
import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import type { TaskDto } from "@letsdata/api/contract/task-dto";
import { assumedRole } from "@letsdata/aws/assume-role";
import { clientFor } from "@letsdata/aws/client-for";
import { expect } from "vitest";
import { readOutputLines } from "../installation/dataset-run.ts";
import type { TestInstallation } from "../installation/start-installation.ts";
import { expectMetricsToEqualCounts, expectUsageToEqualCounts } from "./books.ts";
import type { NumberedFiles } from "./numbered-lines.ts";

const countNames = [
  "recordsRead",
  "documentsWritten",
  "recordsSkipped",
  "recordsErrored",
  "bytesRead",
  "bytesWritten",
] as const;

/** What a reader who finds documents twice may be told. */
export interface Outcome {
  readonly duplicates: number;
}

/**
 * Nothing lost, nothing invented: the dataset is COMPLETED, every balance closes, totals are the tasks' sums, output, error records and
 * metrics are exactly what the files ask for. Documents may stand twice in Kinesis, never in S3.
 */
export async function expectExactOutcome(
  installation: TestInstallation,
  dataset: string,
  files: NumberedFiles,
): Promise<Outcome> {
  const { view } = await expectClosedBooks(installation, dataset, files.files.length);
  expect(view.counts).toMatchObject({
    documentsWritten: files.documents.size,
    recordsSkipped: files.skips,
    recordsErrored: files.errors.size,
  });
  expectSame(await errorRecordIds(installation, dataset), files.errors, "error records");
  return { duplicates: await expectExactOutput(installation, view, files) };
}

/**
 * A COMPLETED dataset of COMPLETED tasks: recordsRead = written + skipped + errored for each, totals are the tasks' sums, metrics and
 * usage add up to the counts, and each attempt is metered once. `taskCount` null: any number.
 */
export async function expectClosedBooks(installation: TestInstallation, dataset: string, taskCount: number | null) {
  const view = await installation.client.datasets.view({ dataset });
  const tasks = await allTasks(installation, dataset);
  const why = JSON.stringify([view.statusReason, tasks.map(({ lastError }) => lastError)]);
  const { datasetStatus, balanced } = view;
  expect({ datasetStatus, balanced }, why).toEqual({ datasetStatus: "COMPLETED", balanced: true });
  if (taskCount !== null) expect(tasks).toHaveLength(taskCount);
  for (const { taskId, taskStatus, taskProgress: counts, lastError } of tasks) {
    expect({ taskId, taskStatus }, JSON.stringify(lastError)).toEqual({ taskId, taskStatus: "COMPLETED" });
    expect(counts.recordsRead).toBe(counts.documentsWritten + counts.recordsSkipped + counts.recordsErrored);
  }
  for (const name of countNames) {
    expect(view.counts[name], name).toBe(tasks.reduce((sum, { taskProgress }) => sum + taskProgress[name], 0));
  }
  await expectMetricsToEqualCounts(installation, view, tasks);
  await expectUsageToEqualCounts(installation, view, tasks);
  return { view, tasks };
}

async function expectExactOutput(
  installation: TestInstallation,
  view: DatasetViewDto,
  files: NumberedFiles,
): Promise<number> {
  if (view.writeConnector.type === "S3") {
    const lines = await readOutputLines(installation, view.datasetName);
    expectSame(
      lines.map(({ id }) => String(id)),
      files.documents,
      "documents",
    );
    return 0;
  }
  const ids = await readStreamIds(installation, view);
  const distinct = new Set(ids);
  expectSame([...distinct], files.documents, "documents");
  return ids.length - distinct.size;
}

/** Each expected id once and no other; a difference is named by a few examples instead of thousands of lines. */
export function expectSame(found: readonly string[], expected: ReadonlySet<string>, what: string): void {
  const times = new Map<string, number>();
  for (const id of found) times.set(id, (times.get(id) ?? 0) + 1);
  const repeated = [...times].filter(([, count]) => count > 1).map(([id]) => id);
  const invented = [...times.keys()].filter((id) => !expected.has(id));
  const lost = [...expected].filter((id) => !times.has(id));
  const few = (ids: readonly string[]) => ({ count: ids.length, examples: ids.slice(0, 5) });
  expect({ what, lost: few(lost), invented: few(invented), repeated: few(repeated) }).toEqual({
    what,
    lost: few([]),
    invented: few([]),
    repeated: few([]),
  });
}

export async function allTasks(installation: TestInstallation, dataset: string): Promise<TaskDto[]> {
  const tasks: TaskDto[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await installation.client.tasks.list({ dataset, ...(cursor ? { cursor } : {}) });
    tasks.push(...page.items);
    if (!page.nextCursor) return tasks;
    cursor = page.nextCursor;
  }
}

export async function errorRecordIds(installation: TestInstallation, dataset: string): Promise<string[]> {
  const { client } = installation;
  const ids: string[] = [];
  const { items, nextCursor } = await client.errors.list({ dataset });
  expect(nextCursor, "more tasks than one page holds").toBeNull();
  for (const { file, records } of items.flatMap(({ files }) => files)) {
    const before = ids.length;
    for (let cursor: string | undefined; ; ) {
      const page = await client.errors.listRecords({ dataset, file, ...(cursor ? { cursor } : {}) });
      for (const { documentId } of page.items) ids.push(documentId ?? "");
      if (!page.nextCursor) break;
      cursor = page.nextCursor;
    }
    expect(ids.length - before, `records of ${file}`).toBe(records);
  }
  return ids;
}

/** Ids of all documents in the dataset's stream, read as the customer through the customer access role. */
export async function readStreamIds(installation: TestInstallation, view: DatasetViewDto): Promise<string[]> {
  const { region, endpoint, credentials } = installation.customer;
  const session = assumedRole({
    from: credentials,
    region,
    endpoint,
    roleArn: view.customerAccessRoleArn ?? "",
    sessionName: "fault-test",
    externalId: view.customerAccessExternalId ?? "",
  });
  const kinesis = clientFor(KinesisClient, { region, endpoint, credentials: session });
  const StreamName = view.writeConnector.name ?? "";
  const { Shards } = await kinesis.send(new ListShardsCommand({ StreamName }));
  const ids: string[] = [];
  for (const { ShardId } of Shards ?? []) {
    const first = await kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: ShardIteratorType.TRIM_HORIZON }),
    );
    let iterator = first.ShardIterator;
    while (iterator) {
      const answer = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 10_000 }));
      for (const { Data } of answer.Records ?? []) {
        const { id } = JSON.parse(gunzipSync(Data ?? new Uint8Array()).toString("utf8")) as { id: string };
        ids.push(id);
      }
      if (answer.MillisBehindLatest === 0 && answer.Records?.length === 0) break;
      iterator = answer.NextShardIterator;
    }
  }
  return ids;
}
