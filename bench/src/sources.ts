import { gzipSync } from "node:zlib";
import { CreateStreamCommand, DescribeStreamSummaryCommand, KinesisClient } from "@aws-sdk/client-kinesis";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";

export const sourceBucket = "bench-source";
export const targetBucket = "bench-target";
export const targetStream = "bench-stream";
export const errorBucket = "bench-errors";

export async function makeBuckets(access: CloudAccess): Promise<void> {
  const s3 = clientFor(S3Client, access);
  for (const Bucket of [sourceBucket, targetBucket, errorBucket]) await s3.send(new CreateBucketCommand({ Bucket }));
}

export async function makeStream(access: CloudAccess): Promise<void> {
  const kinesis = clientFor(KinesisClient, access);
  await kinesis.send(new CreateStreamCommand({ StreamName: targetStream, ShardCount: 4 }));
  for (let tries = 0; tries < 100; tries++) {
    const { StreamDescriptionSummary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: targetStream }),
    );
    if (StreamDescriptionSummary?.StreamStatus === "ACTIVE") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the stream does not become ACTIVE");
}

export async function putSource(access: CloudAccess, Key: string, Body: Buffer): Promise<void> {
  await clientFor(S3Client, access).send(new PutObjectCommand({ Bucket: sourceBucket, Key, Body }));
}

const words = "delay airport carrier origin weather taxi gate runway cancelled diverted arrival departure crew".split(
  " ",
);

/** A word list that repeats itself only as much as ordinary text does. */
function text(seed: number, count: number): string {
  let state = seed * 2654435761 + 1;
  let out = "";
  for (let n = 0; n < count; n++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    out += `${words[(state >>> 8) % words.length]}${n % 7 === 0 ? (state >>> 4) % 1_000 : ""} `;
  }
  return out;
}

interface FlightShape {
  readonly remarkWords?: number;
  readonly isSkipped?: (n: number) => boolean;
}

/** Flights as JSON lines: about 200 bytes each, more with more words; every 500th is broken and, if not said, every 100th is to be skipped. */
export function flightLines(
  count: number,
  { remarkWords = 6, isSkipped = (n: number) => n % 100 === 99 }: FlightShape = {},
): Buffer {
  const lines: string[] = [];
  for (let n = 0; n < count; n++) {
    const flight = {
      date: `2026-${String((n % 12) + 1).padStart(2, "0")}-${String((n % 28) + 1).padStart(2, "0")}`,
      number: `LD${n}`,
      delay: n % 500 === 250 ? "unknown" : (n * 7919) % 240,
      distance: (n * 104729) % 3_000,
      origin: words[n % words.length],
      destination: isSkipped(n) ? null : words[(n * 31) % words.length],
      remark: text(n, remarkWords),
    };
    lines.push(JSON.stringify(flight));
  }
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** Records of a WET file, about 3 KB of text each. */
export function webPages(count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const body = text(n, 350);
    return (
      "WARC/1.0\r\n" +
      `WARC-Type: ${n % 50 === 0 ? "warcinfo" : "conversion"}\r\n` +
      `WARC-Target-URI: https://example.org/${n}\r\n` +
      `WARC-Date: 2026-01-01T00:00:00Z\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}\r\n\r\n`
    );
  });
}

export const gzipped = (plain: string | Buffer): Buffer => gzipSync(plain, { level: 6 });

/** As Common Crawl packs its files. */
export const gzippedPerRecord = (records: readonly string[]): Buffer => Buffer.concat(records.map(gzipped));
