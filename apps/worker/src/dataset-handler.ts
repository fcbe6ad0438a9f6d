import type { TaskProcessPool } from "@letsdata/compute/local/task-process-pool";
import type { TaskAssignment } from "@letsdata/compute/task-protocol";
import { type DatasetConfig, memoryMegabytesOf } from "@letsdata/dataset/dataset-config";
import { type SparkStepName, sparkStepsOf } from "@letsdata/dataset/spark-step";
import { Problem } from "@letsdata/plugin-kit/problems";

type HandlerChoice = Pick<TaskAssignment["handler"], "language" | "interfaceName" | "implementation">;

/** Loads every class of the artifact that the dataset will call, once. Throws Problem ARTIFACT_INVALID. */
export async function describeHandlers(
  pool: Pick<TaskProcessPool, "describe">,
  config: DatasetConfig,
  artifactDir: string,
): Promise<void> {
  const memoryMegabytes = memoryMegabytesOf(config.computeEngine);
  for (const choice of handlersOf(config)) await pool.describe({ ...choice, artifactDir, memoryMegabytes });
}

function handlersOf(config: DatasetConfig): readonly HandlerChoice[] {
  const steps = sparkStepsOf(config);
  if (steps.length > 0) return steps.map((step) => handlerOf(config, step));
  const vectors = vectorsHandlerOf(config);
  return [handlerOf(config), ...(vectors ? [vectors] : [])];
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
