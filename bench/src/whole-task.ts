import { setTimeout as sleep } from "node:timers/promises";
import { openKinesisWriter } from "@letsdata/connectors/kinesis/writer";
import { openS3ErrorSink } from "@letsdata/connectors/s3/error-sink";
import { openSingleFileReader } from "@letsdata/connectors/s3/reader";
import { openS3Writer } from "@letsdata/connectors/s3/writer";
import { openSingleFileParser } from "@letsdata/handlers/javascript/single-file-parser";
import { createRecordSplitter } from "@letsdata/handlers/record-splitter/record-splitter";
import type { CheckpointStore, Clock } from "@letsdata/pipeline/ports";
import { runTask } from "@letsdata/pipeline/run-task";
import type { CloudAccess, TaskIdentity } from "@letsdata/plugin-kit/connector";
import type { Writer } from "@letsdata/plugin-kit/writer";
import type { BenchParser } from "./customer-handlers.ts";
import { errorBucket, sourceBucket, targetBucket, targetStream } from "./sources.ts";

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal ? { signal } : {}).catch(() => {}),
};

export function benchTask(taskId: string): TaskIdentity & { readonly codeVersion: number } {
  return { tenantId: "t", datasetId: "d", datasetName: "Bench", taskId, attempt: 1, codeVersion: 1 };
}

export function s3TargetWriter(access: CloudAccess, taskId: string): Writer {
  const config = { bucketName: targetBucket, s3FileFormat: "JSON_LINES", s3Compression: "GZIP" };
  return openS3Writer({ config, access, task: benchTask(taskId) });
}

export function kinesisTargetWriter(access: CloudAccess): Writer {
  return openKinesisWriter({ config: { resourceLocation: "Customer", kinesisStreamName: targetStream }, access });
}

/** The product's own data task: same file, same handler, same target, with everything the product adds. */
export async function runWholeTask(input: {
  readonly access: CloudAccess;
  readonly key: string;
  readonly taskId: string;
  readonly parser: BenchParser;
  readonly writer: Writer;
  readonly checkpoints: CheckpointStore;
}): Promise<number> {
  const { access, key, taskId, parser } = input;
  const hint = (pattern: string) => ({ recordHintType: "PATTERN", pattern, offset: -1 });
  const host = openSingleFileParser(
    {
      getS3FileType: () => "LOG",
      getResolvedS3FileName: () => key,
      getRecordStartPattern: () => hint(parser.recordStart),
      getRecordEndPattern: () => hint(parser.recordEnd),
      parseDocument: parser.parseDocument as (...args: readonly unknown[]) => unknown,
    },
    taskId,
  );
  const splitter = createRecordSplitter(await host.frame(key));
  const outcome = await runTask({
    task: benchTask(taskId),
    lease: { workerId: "bench", token: 1 },
    reader: openSingleFileReader({ bucketName: sourceBucket, access, splitter }),
    handler: host.handler,
    writer: input.writer,
    errorSink: openS3ErrorSink({ config: { bucketName: errorBucket }, access, task: benchTask(taskId) }),
    checkpoints: input.checkpoints,
    resumeFrom: null,
    clock,
    random: Math.random,
    limits: { timeoutSeconds: 900 },
    recordErrorPolicy: "ArchiveAndContinue",
    stop: new AbortController().signal,
    lost: new AbortController().signal,
    log: () => {},
  });
  if (outcome.kind !== "completed") throw new Error(`the bench's task ended as ${JSON.stringify(outcome)}`);
  return outcome.counts.recordsRead;
}
