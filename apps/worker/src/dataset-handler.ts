import type { TaskAssignment } from "@letsdata/compute/task-protocol";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { Problem } from "@letsdata/plugin-kit/problems";

type HandlerChoice = Pick<TaskAssignment["handler"], "language" | "interfaceName" | "implementation">;

/** Which published interface the dataset's reader calls, and where the configuration says its implementation is. */
export function handlerOf(config: DatasetConfig): HandlerChoice {
  const read = config.readConnector;
  const language = read.artifactImplementationLanguage;
  if (read.connectorDestination === "S3" && read.readerType === "SINGLEFILEREADER") {
    return {
      language,
      interfaceName: "SingleFileParser",
      implementation: read.singleFileParserImplementationClassName ?? null,
    };
  }
  throw new Problem("NOT_AVAILABLE_LOCALLY", "This installation reads S3 with SINGLEFILEREADER only.", {
    path: "readConnector.readerType",
  });
}
