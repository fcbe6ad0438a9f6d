import type { TaskPlan } from "@letsdata/plugin-kit/connector";
import type { DatasetConfig } from "./dataset-config.ts";
import type { TaskType } from "./lifecycle.ts";

/** `taskType` of a planned task (product.md §9.2): the kind of source, and for Spark the step. */
export function taskTypeOf(config: DatasetConfig, { sparkStep }: TaskPlan["readerDefinition"]): TaskType {
  if (sparkStep === "mapper") return "SPARK_MAPPER";
  if (sparkStep === "reducer") return "SPARK_REDUCER";
  const source = config.readConnector.connectorDestination;
  return source === "S3" ? "READER" : source;
}
