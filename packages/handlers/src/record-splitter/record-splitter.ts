import { Problem } from "@letsdata/plugin-kit/problems";
import type { FileFraming, RecordSource, RecordSplitter, SplitBatch } from "@letsdata/plugin-kit/reader";
import { type FramingRule, framingRule } from "./framing-rule.ts";
import { RecordCutter, type SplitLimits } from "./record-cutter.ts";

const MiB = 1024 * 1024;
export const defaultSplitLimits: SplitLimits = {
  recordBytesMax: 64 * MiB,
  // One more than the archive keeps, so that it sees the cut and marks it.
  refusedBytesKept: 64 * 1024 + 1,
  batchRecordsMax: 500,
  batchBytesMax: MiB,
};

/**
 * Cuts a file's plain bytes into records as product.md §4.3 says. `split` takes the bytes from `fromOffset` on; every `nextOffset`
 * it yields is a place from which another `split` goes on with the same records. Memory is that of a record, a few chunks and the
 * chunks that the batch's records point into.
 */
export function createRecordSplitter(framing: FileFraming, limits: SplitLimits = defaultSplitLimits): RecordSplitter {
  const rule = framingRule(framing);
  const source: RecordSource = { type: framing.fileType, name: framing.resolvedName };
  return { framing, split: (bytes, fromOffset) => split(rule, source, limits, bytes, fromOffset) };
}

async function* split(
  rule: FramingRule,
  source: RecordSource,
  limits: SplitLimits,
  bytes: AsyncIterable<Uint8Array>,
  fromOffset: number,
): AsyncGenerator<SplitBatch> {
  const cutter = new RecordCutter(rule, source, limits, fromOffset);
  try {
    for await (const chunk of bytes) {
      if (chunk.length === 0) continue;
      cutter.take(chunk);
      while (cutter.cut(false)) yield cutter.batch();
    }
  } catch (thrown) {
    // What stands whole before the damage is good.
    if (thrown instanceof Problem && thrown.code === "SOURCE_CORRUPT" && cutter.hasRecords) yield cutter.batch();
    throw thrown;
  }
  while (cutter.cut(true)) yield cutter.batch();
  if (cutter.hasRecords) yield cutter.batch();
}
