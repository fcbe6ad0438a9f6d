import type { PlanningInput, TaskPlan } from "@letsdata/plugin-kit/connector";
import type { SqsManifest, SqsReadConfig } from "./config.ts";

export interface SqsReaderDefinition {
  readonly queueName: string;
  /** From 0. */
  readonly worker: number;
  readonly stopCondition: "DrainQueues" | "Continuous";
  readonly stopAfterConsecutiveEmptyReceives: number;
}

/** As many equal workers on the queue as tasks may run at once. */
export async function* planWorkers({
  config,
  manifest,
  concurrency,
  planned,
}: PlanningInput<SqsReadConfig>): AsyncGenerator<TaskPlan> {
  const { sqsReaderTaskStopCondition, sqsReaderTaskStopAfterConsecutiveEmptyReceives } = manifest as SqsManifest;
  for (let worker = 0; worker < concurrency; worker++) {
    const position = String(worker);
    if (planned.has(position)) continue;
    const definition: SqsReaderDefinition = {
      queueName: config.queueName,
      worker,
      stopCondition: sqsReaderTaskStopCondition,
      stopAfterConsecutiveEmptyReceives: sqsReaderTaskStopAfterConsecutiveEmptyReceives,
    };
    yield { position, readerDefinition: { ...definition } };
  }
}
