import { S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Position, ReadBatch, Reader, RecordSplitter } from "@letsdata/plugin-kit/reader";
import { openObject } from "./object-body.ts";
import { type Packing, plainBytes } from "./plain-bytes.ts";

/** A manifest line: object keys by file type, as planned. The keys actually read are the splitters' resolved names. */
export interface S3ReaderDefinition {
  readonly fileNames: Readonly<Record<string, string>>;
}

/** What the single-file reader stores: the plain-text offset, and where unpacking may begin to reach it. */
interface FilePosition {
  readonly offset: number;
  readonly etag: string;
  readonly packing: Packing;
  /** Start of the last gzip member at or before `offset`: in the object, and in the plain text. */
  readonly memberBytes: number;
  readonly memberOffset: number;
}

/** One file of independent records (product.md §4.3, §5). */
export function openSingleFileReader(input: {
  readonly bucketName: string;
  readonly access: CloudAccess;
  readonly splitter: RecordSplitter;
}): Reader {
  const { bucketName, splitter, access } = input;
  const key = splitter.framing.resolvedName;
  const name = `s3://${bucketName}/${key}`;

  async function* read(from: Position | null, signal: AbortSignal): AsyncGenerator<ReadBatch> {
    const at = filePosition(from, name);
    const start = { compressed: at?.memberBytes ?? 0, plain: at?.memberOffset ?? 0 };
    const offset = at?.offset ?? 0;
    const s3 = clientFor(S3Client, access);
    const object = await openObject(
      { s3, bucket: bucketName, key },
      { from: start.compressed, etag: at?.etag ?? null, signal },
    );
    try {
      const plain = await plainBytes(object.chunks, {
        name,
        start,
        skip: offset - start.plain,
        packedBytes: object.size - start.compressed,
        packing: at?.packing ?? null,
      });
      let reported = 0;
      for await (const batch of splitter.split(plain.bytes, offset)) {
        const received = object.received();
        yield {
          records: batch.records,
          nextPosition: positionAt(batch.nextOffset),
          bytesRead: received - reported,
        };
        reported = received;
      }

      function positionAt(next: number): Position {
        const restart = plain.packing === "none" ? { compressed: next, plain: next } : plain.restartBefore(next);
        return {
          offset: next,
          etag: object.etag,
          packing: plain.packing,
          memberBytes: restart?.compressed ?? 0,
          memberOffset: restart?.plain ?? 0,
        } satisfies FilePosition & Position;
      }
    } finally {
      await object.chunks.return(undefined);
    }
  }

  return { read, close: () => Promise.resolve() };
}

function filePosition(from: Position | null, name: string): FilePosition | null {
  if (from === null) return null;
  const { offset, etag, packing, memberBytes, memberOffset } = from;
  const numbers = [offset, memberBytes, memberOffset];
  if (
    typeof etag !== "string" ||
    !(packing === "none" || packing === "gzip" || packing === "zstd") ||
    !numbers.every((value) => Number.isSafeInteger(value))
  ) {
    throw new Problem("INTERNAL", `The checkpoint of ${name} is not one of the single-file reader.`, {
      details: { from },
    });
  }
  return from as unknown as FilePosition;
}
