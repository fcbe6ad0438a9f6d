import { AwsError } from "../server/aws-error.ts";
import type { Segment } from "./body-files.ts";
import type { ObjectRecord } from "./object-store.ts";

/** Both ends inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface SegmentPart {
  readonly segment: Segment;
  readonly start: number;
  readonly length: number;
}

/** null: the whole object, which is also how S3 answers a range it cannot read. */
export function readRange(
  rangeHeader: string | undefined,
  partNumber: string | null,
  object: ObjectRecord,
): ByteRange | null {
  if (partNumber !== null) return partRange(Number(partNumber), object);
  const match = /^bytes=(\d*)-(\d*)$/.exec(rangeHeader?.trim() ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (!match || (first === "" && last === "")) return null;
  if (first !== "" && last !== "" && Number(first) > Number(last)) return null;
  const { size } = object;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  const empty = start >= size || (first === "" && Number(last) === 0);
  if (empty) {
    throw new AwsError("InvalidRange", "The requested range is not satisfiable", 416, {
      RangeRequested: rangeHeader ?? "",
      ActualObjectSize: size,
      contentRange: `bytes */${size}`,
    });
  }
  return { start, end };
}

function partRange(partNumber: number, object: ObjectRecord): ByteRange {
  const { segments } = object.details;
  const segment = segments[partNumber - 1];
  if (!segment) throw new AwsError("InvalidPartNumber", "The requested partnumber is not satisfiable", 416);
  const start = segments.slice(0, partNumber - 1).reduce((sum, { size }) => sum + size, 0);
  return { start, end: start + segment.size - 1 };
}

export function segmentsIn(segments: readonly Segment[], start: number, length: number): SegmentPart[] {
  const parts: SegmentPart[] = [];
  let offset = 0;
  const end = start + length;
  for (const segment of segments) {
    const from = Math.max(start, offset);
    const to = Math.min(end, offset + segment.size);
    if (to > from) parts.push({ segment, start: from - offset, length: to - from });
    offset += segment.size;
  }
  return parts;
}
