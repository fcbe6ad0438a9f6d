import type { TaskAssignment } from "@letsdata/compute/task-protocol";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { Problem } from "@letsdata/plugin-kit/problems";

type HandlerChoice = Pick<TaskAssignment["handler"], "language" | "interfaceName" | "implementation">;

/** Which published interface the dataset's reader calls, and where the configuration says its implementation is. */
export function handlerOf(config: DatasetConfig): HandlerChoice {
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
