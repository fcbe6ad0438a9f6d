import { errorConnectors, readConnectors, writeConnectors } from "@letsdata/connectors/catalogue";
import type {
  DatasetConfig,
  ErrorConnectorConfig,
  ReadConnectorConfig,
  WriteConnectorConfig,
} from "@letsdata/dataset/dataset-config";
import type { ErrorConnector, ReadConnector, WriteConnector } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";

// The destination that finds a runtime is the one that chose the configuration's shape; the compiler cannot follow that.
type Readers = Readonly<Record<string, ReadConnector<ReadConnectorConfig, unknown>>>;
type Writers = Readonly<Record<string, WriteConnector<WriteConnectorConfig>>>;
type Errors = Readonly<Record<string, ErrorConnector<ErrorConnectorConfig>>>;

/** The code behind a dataset's read connector. Throws NOT_AVAILABLE_LOCALLY, as the two below. */
export function readConnectorOf({ readConnector }: DatasetConfig): Readers[string] {
  return runtimeOf(readConnectors as unknown as Readers, readConnector.connectorDestination, "readConnector");
}
export function writeConnectorOf({ writeConnector }: Pick<DatasetConfig, "writeConnector">): Writers[string] {
  return runtimeOf(writeConnectors as unknown as Writers, writeConnector.connectorDestination, "writeConnector");
}
export function errorConnectorOf({ errorConnector }: DatasetConfig): Errors[string] {
  return runtimeOf(errorConnectors as unknown as Errors, errorConnector.connectorDestination, "errorConnector");
}

function runtimeOf<Runtime>(catalogue: Readonly<Record<string, Runtime>>, destination: string, path: string): Runtime {
  const runtime = Object.hasOwn(catalogue, destination) ? catalogue[destination] : undefined;
  if (runtime) return runtime;
  throw new Problem("NOT_AVAILABLE_LOCALLY", `${path} ${destination} cannot run on this installation.`, {
    path: `${path}.connectorDestination`,
  });
}
