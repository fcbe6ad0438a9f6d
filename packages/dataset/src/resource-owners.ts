import type { ResourceLocation } from "@letsdata/plugin-kit/connector";
import type { DatasetConfig } from "./dataset-config.ts";

/** Everything of a dataset that has an owner. */
export const ownedThings = [
  "readConnector",
  "artifact",
  "image",
  "manifestFile",
  "writeConnector",
  "errorConnector",
  "modelFile",
  "endpoint",
] as const;
export type OwnedThing = (typeof ownedThings)[number];

/** Where LetsData owns them, it makes them: until then there is nothing to ask for. The others it reads with its own rights. */
export const thingsMade: ReadonlySet<OwnedThing> = new Set(["writeConnector", "errorConnector", "endpoint"]);

/** JSON path of the attribute that names the thing: where problems about it point. */
export const pathOfThing: Readonly<Record<OwnedThing, string>> = {
  readConnector: "readConnector",
  artifact: "readConnector.artifactFileS3Link",
  image: "readConnector.interfaceECRImagePath",
  manifestFile: "manifestFile",
  writeConnector: "writeConnector",
  errorConnector: "errorConnector",
  modelFile: "computeEngine.model.modelUrl",
  endpoint: "computeEngine.endpoint",
};

/** Who owns a thing, or null when the dataset has none of it. */
export function ownerOf(config: DatasetConfig, thing: OwnedThing): ResourceLocation | null {
  const { readConnector: read, computeEngine: engine, manifestFile: manifest } = config;
  switch (thing) {
    case "readConnector":
      return read.connectorDestination === "S3" ? read.bucketResourceLocation : read.resourceLocation;
    case "artifact":
      return read.artifactFileS3Link === undefined ? null : read.artifactFileS3LinkResourceLocation;
    case "image":
      return "interfaceECRImagePath" in read && read.interfaceECRImagePath !== undefined
        ? read.interfaceECRImageResourceLocation
        : null;
    case "manifestFile":
      return manifest.manifestType === "S3ReaderS3LinkManifestFile" ? manifest.readerManifestResourceLocation : null;
    case "writeConnector":
      return config.writeConnector.resourceLocation;
    case "errorConnector":
      return config.errorConnector.resourceLocation;
    case "modelFile":
      return engine.computeEngineType === "LAMBDA_AND_SAGEMAKER" && engine.model
        ? engine.model.modelUrlResourceLocation
        : null;
    case "endpoint":
      return engine.computeEngineType === "LAMBDA_AND_SAGEMAKER"
        ? engine.endpoint.sagemakerEndpointResourceLocation
        : null;
  }
}

export function needsAccessGrant(config: DatasetConfig): boolean {
  return ownedThings.some((thing) => ownerOf(config, thing) === "Customer");
}

/** True when LetsData makes a target or error bucket: then a customer access role opens it to the customer. */
export function needsCustomerAccessRole(config: DatasetConfig): boolean {
  return config.writeConnector.resourceLocation === "LetsData" || config.errorConnector.resourceLocation === "LetsData";
}
