import { checkS3Object } from "@letsdata/connectors/s3/check-access";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { type OwnedThing, pathOfThing } from "@letsdata/dataset/resource-owners";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
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
): Promise<readonly ProblemDetail[]> {
  const access = componentAccess(installation, config, owner, thing);
  switch (thing) {
    case "readConnector":
      return readConnectorOf(config).checkAccess(config.readConnector, access, signal);
    case "writeConnector":
      return writeConnectorOf(config).checkAccess(config.writeConnector, access, signal);
    case "errorConnector":
      return errorConnectorOf(config).checkAccess(config.errorConnector, access, signal);
    case "artifact":
      return checkS3Object(config.readConnector.artifactFileS3Link ?? "", pathOfThing.artifact, access, signal);
    case "manifestFile":
      return config.manifestFile.manifestType === "S3ReaderS3LinkManifestFile"
        ? checkS3Object(config.manifestFile.manifestFileS3Uri, "manifestFile.manifestFileS3Uri", access, signal)
        : [];
    // Images, models and endpoints are refused before anything is checked (availability.ts) until their runtimes exist.
    case "image":
    case "modelFile":
    case "endpoint":
      return [];
  }
}
