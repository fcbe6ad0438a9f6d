import type { TrialReading } from "@letsdata/plugin-kit/connector";
import type { SqsReaderDefinition } from "./plan-workers.ts";

/** One worker stands for all. The trial itself ends the reading. */
export function queueTrialReadings([
  worker,
]: readonly SqsReaderDefinition[]): readonly TrialReading<SqsReaderDefinition>[] {
  if (!worker) return [];
  const { queueName } = worker;
  return [
    {
      definition: { ...worker, stopCondition: "Continuous" },
      item: `queue ${queueName}`,
      notice: null,
      whenEmpty: `The queue ${queueName} had no message`,
    },
  ];
}
