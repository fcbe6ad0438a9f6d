import { S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { Position, ReadBatch, Reader, RecordSplitter } from "@letsdata/plugin-kit/reader";
import { ERROR_BODY_BYTES_MAX, filePosition, openPlainFile } from "./open-plain-file.ts";

/** A manifest line: object keys by file type, as planned. The keys actually read are the splitters' resolved names. */
export interface S3ReaderDefinition {
  readonly fileNames: Readonly<Record<string, string>>;
}

/** One file of independent records (product.md §4.3, §5). */
export function openSingleFileReader(input: {
  readonly bucketName: string;
  readonly access: CloudAccess;
  readonly splitter: RecordSplitter;
  readonly rangeBytes?: number | undefined;
}): Reader {
  const { bucketName, splitter, access, rangeBytes } = input;
  const key = splitter.framing.resolvedName;

  async function* read(from: Position | null, signal: AbortSignal): AsyncGenerator<ReadBatch> {
    const at = from === null ? null : filePosition(from, `s3://${bucketName}/${key}`);
    const s3 = clientFor(S3Client, access);
    const file = await openPlainFile({ s3, bucket: bucketName, key }, at, { signal, rangeBytes });
    try {
      let reported = 0;
      let before = at ?? file.positionAt(0);
      if (at === null) yield { records: [], nextPosition: { ...before }, bytesRead: 0, isStart: true };
      for await (const { records, nextOffset, offsetBehind } of splitter.split(file.bytes, before.offset)) {
        const received = file.received();
        const behind = file.positionAt(nextOffset);
        // Unpacking begins where it would for the batch's first record.
        const positionIn = { ...before };
        yield {
          records,
          nextPosition: { ...behind },
          positionBehind: (count) => ({ ...positionIn, offset: offsetBehind(count) }),
          bytesRead: received - reported,
        };
        before = behind;
        reported = received;
      }
    } finally {
      await file.close();
    }
  }

  return { errorBodyBytesMax: ERROR_BODY_BYTES_MAX, read, close: () => Promise.resolve() };
}
