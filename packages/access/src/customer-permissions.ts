import { s3ObjectPermissions } from "@letsdata/connectors/s3/permissions";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import type { Permission } from "@letsdata/plugin-kit/permissions";
import { type AccessedComponent, locationOf, permissionsOf, scopeOf } from "./component-access.ts";
import type { Installation } from "./installation.ts";

export interface ComponentPermission extends Permission {
  readonly component: AccessedComponent;
}

/** All that the access grant role must allow for exactly this configuration (product.md §11.4). */
export function customerPermissions(installation: Installation, config: DatasetConfig): readonly ComponentPermission[] {
  const components: readonly AccessedComponent[] = ["readConnector", "artifact", "manifestFile", "writeConnector", "errorConnector"];
  return components
    .filter((component) => locationOf(config, component) === "Customer")
    .flatMap((component) =>
      permissionsOfComponent(installation, config, component).map((permission) => ({ ...permission, component })),
    );
}

/** What one component needs, whoever owns it. */
export function permissionsOfComponent(
  installation: Installation,
  config: DatasetConfig,
  component: AccessedComponent,
): readonly Permission[] {
  if (component === "artifact") {
    const { artifactFileS3Link } = config.readConnector;
    return artifactFileS3Link ? s3ObjectPermissions(artifactFileS3Link, "Load the handler artifact") : [];
  }
  if (component === "manifestFile") {
    const manifest = config.manifestFile;
    return manifest.manifestType === "S3ReaderS3LinkManifestFile"
      ? s3ObjectPermissions(manifest.manifestFileS3Uri, "Read the manifest")
      : [];
  }
  return permissionsOf(config, component, scopeOf(installation, config, component));
}
