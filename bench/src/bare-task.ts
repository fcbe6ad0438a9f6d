import { once } from "node:events";
import type { Readable } from "node:stream";
import { createGunzip, createGzip, gzipSync } from "node:zlib";
import { KinesisClient, PutRecordsCommand, type PutRecordsRequestEntry } from "@aws-sdk/client-kinesis";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { BenchHandler } from "./handlers.ts";
import { sourceBucket, targetBucket, targetStream } from "./sources.ts";

/** Where the bare loop puts documents. */
export interface BareTarget {
  put(document: Readonly<Record<string, unknown>>): Promise<void> | void;
  end(): Promise<void>;
}

/** What a good programmer writes by hand for one file: no checkpoints, no error archive, no metrics, no retry. */
export async function runBareTask(
  access: CloudAccess,
  key: string,
  parser: BenchHandler,
  target: BareTarget,
): Promise<number> {
  const s3 = clientFor(S3Client, access);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: sourceBucket, Key: key }));
  const plain = (Body as Readable).pipe(createGunzip({ chunkSize: 256 * 1024 }));
  const overlap = parser.recordStart === parser.recordEnd;
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let records = 0;
  const handle = (bytes: Buffer): Promise<void> | void => {
    records++;
    const { status, document } = parser.parseDocument("LOG", key, offset, bytes, 0, bytes.length);
    if (status === "SUCCESS" && document) return target.put(document);
  };
  for await (const chunk of plain) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(parser.recordEnd, start + (overlap ? parser.recordStart.length : 0));
      if (end < 0) break;
      const next = overlap ? end : end + parser.recordEnd.length;
      const wait = handle(bytes.subarray(start, next));
      if (wait) await wait;
      start = next;
    }
    rest = bytes.subarray(start);
    offset += start;
  }
  if (rest.length > 0) await handle(rest);
  await target.end();
  return records;
}

export function bodyOf(document: Readonly<Record<string, unknown>>): string {
  const { documentId, recordType, partitionKey, documentMetadata, documentKeyValuesMap } = document;
  return JSON.stringify({
    documentId,
    recordType,
    partitionKey,
    documentMetadata,
    ...(documentKeyValuesMap as Record<string, unknown>),
  });
}

export function bareS3Target(access: CloudAccess, key: string): BareTarget {
  const gzip = createGzip();
  const packed: Buffer[] = [];
  gzip.on("data", (chunk: Buffer) => packed.push(chunk));
  let lines = "";
  return {
    put(document) {
      lines += `${bodyOf(document)}\n`;
      if (lines.length < 256 * 1024) return;
      const full = gzip.write(lines);
      lines = "";
      if (!full) return once(gzip, "drain").then(() => {});
    },
    async end() {
      const ended = once(gzip, "end");
      gzip.end(lines);
      await ended;
      const s3 = clientFor(S3Client, access);
      await s3.send(new PutObjectCommand({ Bucket: targetBucket, Key: key, Body: Buffer.concat(packed) }));
    },
  };
}

/** Full batches, up to four calls at a time, as the product's writer may have. */
export function bareKinesisTarget(access: CloudAccess): BareTarget {
  const kinesis = clientFor(KinesisClient, access);
  const underWay = new Set<Promise<void>>();
  let batch: PutRecordsRequestEntry[] = [];
  const send = async (Records: PutRecordsRequestEntry[]): Promise<void> => {
    const { FailedRecordCount } = await kinesis.send(new PutRecordsCommand({ StreamName: targetStream, Records }));
    if (FailedRecordCount) throw new Error(`${FailedRecordCount} records refused`);
  };
  const sendBatch = (): void => {
    const sending: Promise<void> = send(batch).finally(() => underWay.delete(sending));
    underWay.add(sending);
    batch = [];
  };
  return {
    put(document) {
      batch.push({ Data: gzipSync(bodyOf(document)), PartitionKey: String(document.partitionKey) });
      if (batch.length < 500) return;
      sendBatch();
      if (underWay.size >= 4) return Promise.race(underWay);
    },
    async end() {
      if (batch.length > 0) sendBatch();
      await Promise.all(underWay);
    },
  };
}
