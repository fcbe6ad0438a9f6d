import type { TaskAssignment } from "@letsdata/compute/task-protocol";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { type SparkStepName, sparkStepsOf } from "@letsdata/dataset/spark-step";
import { Problem } from "@letsdata/plugin-kit/problems";

type HandlerChoice = Pick<TaskAssignment["handler"], "language" | "interfaceName" | "implementation">;

/** Every handler the dataset calls: each is loaded once before it runs. */
export function handlersOf(config: DatasetConfig): readonly HandlerChoice[] {
  const steps = sparkStepsOf(config);
  return steps.length > 0 ? steps.map((step) => handlerOf(config, step)) : [handlerOf(config)];
}

/** Which published interface a task calls, and where the configuration says its implementation is. `step`: of a Spark task. */
export function handlerOf(config: DatasetConfig, step?: SparkStepName): HandlerChoice {
  const read = config.readConnector;
  const choice = (interfaceName: string, implementation: string | undefined): HandlerChoice => ({
    language: read.artifactImplementationLanguage,
    interfaceName,
    implementation: implementation ?? null,
  });
  switch (read.connectorDestination) {
    case "S3":
      if (read.readerType === "SINGLEFILEREADER") {
        return choice("SingleFileParser", read.singleFileParserImplementationClassName);
      }
      if (read.readerType === "SINGLEFILESTATEMACHINEREADER") {
        return choice("SingleFileStateMachineReader", read.singleFileStateMachineReaderImplementationClassName);
      }
      if (read.readerType === "MULTIPLEFILESTATEMACHINEREADER") {
        return choice("MultipleFileStateMachineReader", read.multipleFileStateMachineReaderClassName);
      }
      if (step === "mapper") return choice("SparkMapperInterface", read.sparkMapperImplementationClassName);
      if (step === "reducer") return choice("SparkReducerInterface", read.sparkReducerImplementationClassName);
      break;
    case "SQS":
      return choice("QueueMessageReader", read.queueMessageReaderImplementationClassName);
    case "KINESIS":
      return choice("KinesisRecordReader", read.kinesisRecordReaderImplementationClassName);
    case "DYNAMODBSTREAMS":
      return choice("DynamoDBStreamsRecordReader", read.dynamoDBStreamsRecordReaderImplementationClassName);
    case "DYNAMODB":
      return choice("DynamoDBTableItemReader", read.dynamoDBTableItemReaderImplementationClassName);
  }
  throw new Problem("NOT_AVAILABLE_LOCALLY", "This reader cannot run here yet.", { path: "readConnector.readerType" });
}
