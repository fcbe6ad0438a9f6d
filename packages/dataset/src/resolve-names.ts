import { writeConnectorConfigs } from "@letsdata/connectors/config-catalogue";
import type { DatasetConfig, ErrorConnectorConfig, WriteConnectorConfig } from "./dataset-config.ts";
import { generatedNames, type Stage } from "./names.ts";

/**
 * The configuration with the names of everything LetsData makes filled in (product.md §2.10): what connectors work with
 * and what is shown. `parseDatasetConfig` drops these names again.
 */
export function withGeneratedNames(config: DatasetConfig, stage: Stage, datasetId: string): DatasetConfig {
  const names = generatedNames(stage, datasetId);
  return {
    ...config,
    writeConnector: namedWriter(config.writeConnector, names.writeTarget, names.writeQueueFifo),
    errorConnector: namedErrorConnector(config.errorConnector, names.errorBucket),
  };
}

function namedErrorConnector(error: ErrorConnectorConfig, bucketName: string): ErrorConnectorConfig {
  return error.resourceLocation === "LetsData" ? { ...error, bucketName } : error;
}

function namedWriter(write: WriteConnectorConfig, name: string, fifoName: string): WriteConnectorConfig {
  if (write.resourceLocation !== "LetsData") return write;
  const { generatedNames: attributes } = writeConnectorConfigs[write.connectorDestination];
  const isFifo = "queueType" in write && write.queueType === "FIFO";
  const named = attributes.map((attribute) => [attribute, isFifo ? fifoName : name]);
  return { ...write, ...Object.fromEntries(named) } as WriteConnectorConfig;
}
