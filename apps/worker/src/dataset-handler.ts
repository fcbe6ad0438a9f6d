import type { TaskProcessPool } from "@letsdata/compute/local/task-process-pool";
import type { TaskAssignment } from "@letsdata/compute/task-protocol";
import { type DatasetConfig, memoryMegabytesOf } from "@letsdata/dataset/dataset-config";
import { Problem } from "@letsdata/plugin-kit/problems";

type HandlerChoice = Pick<TaskAssignment["handler"], "language" | "interfaceName" | "implementation">;

/** Loads every class of the artifact that the dataset will call, once. Throws Problem ARTIFACT_INVALID. */
export async function describeHandlers(
  pool: Pick<TaskProcessPool, "describe">,
  config: DatasetConfig,
  artifactDir: string,
): Promise<void> {
  const memoryMegabytes = memoryMegabytesOf(config.computeEngine);
  const vectors = vectorsHandlerOf(config);
  for (const choice of [handlerOf(config), ...(vectors ? [vectors] : [])])
    await pool.describe({ ...choice, artifactDir, memoryMegabytes });
}

/** Null where the compute engine calls no model. */
export function vectorsHandlerOf({ readConnector: read, computeEngine }: DatasetConfig): HandlerChoice | null {
  if (computeEngine.computeEngineType !== "LAMBDA_AND_SAGEMAKER") return null;
  const { sagemakerVectorsInterfaceImplementationClassName: className } = read as VectorsClass;
  return {
    language: read.artifactImplementationLanguage,
    interfaceName: "SagemakerVectorsInterface",
    implementation: className ?? null,
  };
}

interface VectorsClass {
  readonly sagemakerVectorsInterfaceImplementationClassName?: string | undefined;
}

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
