import { checkS3Object } from "@letsdata/connectors/s3/check-access";
import { imagePathOf } from "@letsdata/dataset/access-policy";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { imageRepository } from "@letsdata/dataset/image-repository";
import { type OwnedThing, ownerOf, pathOfThing } from "@letsdata/dataset/resource-owners";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import { checkEndpoint } from "./check-endpoint.ts";
import { checkImage } from "./check-image.ts";
import { componentAccess, type DatasetOwner } from "./component-access.ts";
import { errorConnectorOf, readConnectorOf, writeConnectorOf } from "./connector-runtimes.ts";
import type { Installation } from "./installation.ts";

/** The smallest real call per resource of one component; findings name action, ARN and the statement to add. */
export async function checkComponent(
  installation: Installation,
  config: DatasetConfig,
  owner: DatasetOwner,
  thing: OwnedThing,
  signal: AbortSignal,
): Promise<readonly AccessFinding[]> {
  const access = componentAccess(installation, config, owner, thing, "keys of the role, asked directly");
  const { readConnector, computeEngine, manifestFile } = config;
  const isPublic = ownerOf(config, thing) === "LetsData";
  switch (thing) {
    case "readConnector":
      return readConnectorOf(config).checkAccess(readConnector, access, signal);
    case "writeConnector":
      return writeConnectorOf(config).checkAccess(config.writeConnector, access, signal);
    case "errorConnector":
      return errorConnectorOf(config).checkAccess(config.errorConnector, access, signal);
    case "artifact":
      return checkS3Object(readConnector.artifactFileS3Link ?? "", pathOfThing.artifact, access, signal, isPublic);
    case "manifestFile":
      return manifestFile.manifestType === "S3ReaderS3LinkManifestFile"
        ? checkS3Object(manifestFile.manifestFileS3Uri, "manifestFile.manifestFileS3Uri", access, signal, isPublic)
        : [];
    case "image": {
      const image = imageRepository(imagePathOf(config));
      return image ? checkImage(image, pathOfThing.image, access, signal) : [];
    }
    case "modelFile":
      return computeEngine.computeEngineType === "LAMBDA_AND_SAGEMAKER" && computeEngine.model
        ? checkS3Object(computeEngine.model.modelUrl, pathOfThing.modelFile, access, signal, isPublic)
        : [];
    case "endpoint":
      return computeEngine.computeEngineType === "LAMBDA_AND_SAGEMAKER" &&
        computeEngine.endpoint.sagemakerEndpointResourceLocation === "Customer"
        ? checkEndpoint(
            computeEngine.endpoint.sagemakerEndpointName,
            `${pathOfThing.endpoint}.sagemakerEndpointName`,
            access,
            signal,
          )
        : [];
  }
}
