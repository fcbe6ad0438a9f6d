import { S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { FileCombiner, FileState, Position, ReadBatch, Reader } from "@letsdata/plugin-kit/reader";
import {
  ERROR_BODY_BYTES_MAX,
  type FilePosition,
  filePosition,
  openPlainFile,
  type PlainFile,
} from "./open-plain-file.ts";

/** What is stored of each file, as maps by file type. */
const kept = {
  offsets: "offset",
  lastRecordTypes: "lastRecordType",
  nextRecordTypes: "nextRecordType",
  etags: "etag",
  packings: "packing",
  memberBytes: "memberBytes",
  memberOffsets: "memberOffset",
} as const satisfies Record<string, keyof (FilePosition & FileState)>;

type StoredFile = FilePosition & FileState;

/** All files of a manifest line, open together and read by a state machine (product.md §4.3, §5). */
export function openStateMachineReader(input: {
  readonly bucketName: string;
  readonly access: CloudAccess;
  readonly combiner: FileCombiner;
  readonly rangeBytes?: number | undefined;
}): Reader {
  const { bucketName, combiner, access, rangeBytes } = input;

  async function* read(from: Position | null, signal: AbortSignal): AsyncGenerator<ReadBatch> {
    const at = from === null ? null : storedFiles(from, combiner.fileNames);
    const s3 = clientFor(S3Client, access);
    const files = await openTogether(combiner.fileNames, (fileType, key) =>
      openPlainFile({ s3, bucket: bucketName, key }, at?.[fileType] ?? null, { signal, rangeBytes }),
    );
    try {
      const bytes = mapValues(files, (file) => file.bytes);
      let reported = 0;
      if (at === null) yield { records: [], nextPosition: startOf(files), bytesRead: 0, isStart: true };
      for await (const batch of combiner.combine(bytes, at, signal)) {
        const received = Object.values(files).reduce((sum, file) => sum + file.received(), 0);
        yield { records: batch.records, nextPosition: positionOf(files, batch.files), bytesRead: received - reported };
        reported = received;
      }
    } finally {
      await Promise.all(Object.values(files).map((file) => file.close()));
    }
  }

  return { errorBodyBytesMax: ERROR_BODY_BYTES_MAX, read, close: () => Promise.resolve() };
}

/** A file that cannot be opened closes the others. */
async function openTogether(
  names: Readonly<Record<string, string>>,
  open: (fileType: string, key: string) => Promise<PlainFile>,
): Promise<Readonly<Record<string, PlainFile>>> {
  const types = Object.keys(names);
  const opened = await Promise.allSettled(types.map((fileType) => open(fileType, names[fileType] as string)));
  const failed = opened.find((one) => one.status === "rejected");
  if (failed) {
    await Promise.all(opened.map((one) => (one.status === "fulfilled" ? one.value.close() : null)));
    throw failed.reason;
  }
  const files = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  return Object.fromEntries(types.map((fileType, index) => [fileType, files[index] as PlainFile]));
}

function positionOf(files: Readonly<Record<string, PlainFile>>, states: Readonly<Record<string, FileState>>): Position {
  const stored: Readonly<Record<string, StoredFile>> = mapValues(states, (state, fileType) => ({
    ...(files[fileType] as PlainFile).positionAt(state.offset),
    ...state,
  }));
  // Offsets are texts, as product.md §5 shows them.
  return mapValues(kept, (field) =>
    mapValues(stored, (file) => (field === "offset" ? String(file.offset) : file[field])),
  );
}

function startOf(files: Readonly<Record<string, PlainFile>>): Position {
  return positionOf(
    files,
    mapValues(files, () => ({ offset: 0, lastRecordType: null, nextRecordType: null })),
  );
}

function storedFiles(from: Position, names: Readonly<Record<string, string>>): Readonly<Record<string, StoredFile>> {
  return mapValues(names, (name, fileType) => {
    const file = mapValues(invert(kept), (map) => (from[map] as Readonly<Record<string, unknown>> | null)?.[fileType]);
    const { lastRecordType = null, nextRecordType = null } = file;
    if (!isTextOrNull(lastRecordType) || !isTextOrNull(nextRecordType)) {
      throw new Problem("INTERNAL", `The checkpoint of ${name} is not one of this reader.`, { details: { from } });
    }
    return { ...filePosition({ ...file, offset: Number(file.offset) }, name), lastRecordType, nextRecordType };
  });
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function invert<K extends string, V extends string>(map: Readonly<Record<K, V>>): Record<V, K> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [value, key])) as Record<V, K>;
}

function mapValues<K extends string, A, B>(map: Readonly<Record<K, A>>, change: (value: A, key: K) => B): Record<K, B> {
  const entries = Object.entries(map) as [K, A][];
  return Object.fromEntries(entries.map(([key, value]) => [key, change(value, key)])) as Record<K, B>;
}
