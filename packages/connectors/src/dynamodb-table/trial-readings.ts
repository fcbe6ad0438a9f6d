import type { TrialReading } from "@letsdata/plugin-kit/connector";
import type { SegmentDefinition } from "./plan-segments.ts";

/** Small tables leave many segments empty: so many are looked into. */
const SEGMENTS_MAX = 10;

/** One scan, also where the dataset scans again and again. */
export function segmentTrialReadings(
  planned: readonly SegmentDefinition[],
): readonly TrialReading<SegmentDefinition>[] {
  return planned.slice(0, SEGMENTS_MAX).map((definition) => {
    const item = `segment ${definition.segment} of ${definition.segments}`;
    return {
      definition: { ...definition, completionMode: "SingleTableScan" },
      item,
      notice: null,
      whenEmpty: `The table's ${item} gave no item${definition.filterExpression === undefined ? "" : " that passes the filter"}`,
    };
  });
}
