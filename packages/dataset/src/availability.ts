import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import type { DatasetConfig } from "./dataset-config.ts";

/** What an installation can run, from its runtime catalogues: names of destinations, engines and languages. */
export interface Runtimes {
  readonly readDestinations: readonly string[];
  readonly readerTypes: readonly string[];
  readonly writeDestinations: readonly string[];
  readonly errorDestinations: readonly string[];
  readonly computeEngines: readonly string[];
  readonly languages: readonly string[];
  /** Whether handler images can be run. */
  readonly images: boolean;
  /** Whether LetsData can make SageMaker endpoints and MSK clusters here. */
  readonly managedEndpoints: boolean;
  readonly managedClusters: boolean;
}

/** What a configuration asks for that this installation cannot do; empty when it can run. */
export function unavailableParts(config: DatasetConfig, runtimes: Runtimes): readonly ProblemDetail[] {
  const { readConnector: read, writeConnector: write, computeEngine: engine } = config;
  const missing: ProblemDetail[] = [];
  const need = (available: boolean, path: string, what: string, instead: readonly string[]) => {
    if (available) return;
    missing.push({
      path,
      code: "NOT_AVAILABLE_LOCALLY",
      message: `${what} cannot run on this installation`,
      fix: instead.length > 0 ? `Use ${instead.join(", ")}, or an installation in AWS.` : "Use an installation in AWS.",
    });
  };
  const needOneOf = (value: string, among: readonly string[], path: string, what: string) =>
    need(among.includes(value), path, `${what} ${value}`, among);

  needOneOf(
    read.connectorDestination,
    runtimes.readDestinations,
    "readConnector.connectorDestination",
    "A read connector of",
  );
  if (runtimes.readDestinations.includes(read.connectorDestination))
    needOneOf(read.readerType, runtimes.readerTypes, "readConnector.readerType", "Reader type");
  needOneOf(
    read.artifactImplementationLanguage,
    runtimes.languages,
    "readConnector.artifactImplementationLanguage",
    "A handler in",
  );
  if (read.artifactFileS3Link === undefined)
    need(runtimes.images, "readConnector.interfaceECRImagePath", "A handler image", [
      "readConnector.artifactFileS3Link",
    ]);
  needOneOf(
    write.connectorDestination,
    runtimes.writeDestinations,
    "writeConnector.connectorDestination",
    "A write connector of",
  );
  if (write.connectorDestination === "KAFKA" && write.resourceLocation === "LetsData")
    need(runtimes.managedClusters, "writeConnector.resourceLocation", "A Kafka cluster made by LetsData", [
      "resourceLocation Customer",
    ]);
  needOneOf(
    config.errorConnector.connectorDestination,
    runtimes.errorDestinations,
    "errorConnector.connectorDestination",
    "An error connector of",
  );
  needOneOf(engine.computeEngineType, runtimes.computeEngines, "computeEngine.computeEngineType", "Compute engine");
  if (
    engine.computeEngineType === "LAMBDA_AND_SAGEMAKER" &&
    engine.endpoint.sagemakerEndpointResourceLocation === "LetsData"
  )
    need(
      runtimes.managedEndpoints,
      "computeEngine.endpoint.sagemakerEndpointResourceLocation",
      "A SageMaker endpoint made by LetsData",
      ["sagemakerEndpointResourceLocation Customer"],
    );
  return missing;
}
