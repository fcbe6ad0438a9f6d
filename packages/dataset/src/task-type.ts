import type { TaskPlan } from "@letsdata/plugin-kit/connector";
import type { DatasetConfig } from "./dataset-config.ts";
import type { TaskType } from "./lifecycle.ts";
import type { SparkStepName } from "./spark-step.ts";

/** `taskType` of a planned task (product.md §9.2): the kind of source, and for Spark the step. */
export function taskTypeOf(config: DatasetConfig, readerDefinition: TaskPlan["readerDefinition"]): TaskType {
  const sparkStep = sparkStepOf(readerDefinition);
  if (sparkStep === "mapper") return "SPARK_MAPPER";
  if (sparkStep === "reducer") return "SPARK_REDUCER";
  const source = config.readConnector.connectorDestination;
  return source === "S3" ? "READER" : source;
}

/** The step of a Spark task; undefined for any other task. */
export function sparkStepOf({ sparkStep }: TaskPlan["readerDefinition"]): SparkStepName | undefined {
  return sparkStep === "mapper" || sparkStep === "reducer" ? sparkStep : undefined;
}
