import type { ComponentSummaryDto } from "../../contract/dataset-dto.ts";

export type StoredConfig = Readonly<Record<string, unknown>>;
type Component = Readonly<Record<string, unknown>>;

const nameAttributes = [
  "bucketName",
  "queueName",
  "kinesisStreamName",
  "streamArn",
  "tableName",
  "topicName",
  "vectorBucketName",
  "indexName",
] as const;

export interface ComponentSummaries {
  readonly readConnector: ComponentSummaryDto;
  readonly writeConnector: ComponentSummaryDto;
  readonly errorConnector: ComponentSummaryDto;
  readonly computeEngine: ComponentSummaryDto;
  readonly manifestFile: ComponentSummaryDto;
}

/** A config in the few words that fit a table row; never the inline manifest. */
export function summariseComponents(config: StoredConfig): ComponentSummaries {
  const read = component(config, "readConnector");
  const write = component(config, "writeConnector");
  const errors = component(config, "errorConnector");
  const compute = component(config, "computeEngine");
  const endpoint = component(compute, "endpoint");
  const manifest = component(config, "manifestFile");
  const datasetRegion = text(config.region);
  const connector = (part: Component, detail: string | null): ComponentSummaryDto => ({
    type: text(part.connectorDestination) ?? "?",
    name: nameAttributes.map((attribute) => text(part[attribute])).find((name) => name !== null) ?? null,
    resourceLocation: location(part.resourceLocation ?? part.bucketResourceLocation),
    region: text(part.region) ?? datasetRegion,
    detail,
  });
  return {
    readConnector: connector(read, text(read.readerType)),
    writeConnector: connector(write, shards(write) ?? text(write.s3FileFormat) ?? text(write.queueType)),
    errorConnector: connector(errors, null),
    computeEngine: {
      type: text(compute.computeEngineType) ?? "?",
      name: text(endpoint.sagemakerEndpointName),
      resourceLocation: location(endpoint.sagemakerEndpointResourceLocation),
      region: text(compute.region) ?? datasetRegion,
      detail: concurrencyText(compute),
    },
    manifestFile: {
      type: text(manifest.manifestType) ?? "?",
      name: text(manifest.manifestFileS3Uri),
      resourceLocation: location(manifest.readerManifestResourceLocation),
      region: text(manifest.region) ?? datasetRegion,
      detail: typeof manifest.fileContents === "string" ? `${lineCount(manifest.fileContents)} lines` : null,
    },
  };
}

export function component(config: StoredConfig, name: string): Component {
  const part = config[name];
  return typeof part === "object" && part !== null && !Array.isArray(part) ? (part as Component) : {};
}

function concurrencyText(compute: Component): string | null {
  const value = compute.concurrency ?? component(compute, "lambda").lambdaConcurrency;
  return typeof value === "number" ? `${value} tasks at once` : null;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function location(value: unknown): "Customer" | "LetsData" | null {
  return value === "Customer" || value === "LetsData" ? value : null;
}

function shards(write: Component): string | null {
  return typeof write.kinesisShardCount === "number" ? `${write.kinesisShardCount} shards` : null;
}

function lineCount(contents: string): number {
  return contents.split("\n").filter((line) => line.trim() !== "").length;
}
