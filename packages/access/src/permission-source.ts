import { kafkaWritePermissions } from "@letsdata/connectors/kafka/permissions";
import { momentoWritePermissions } from "@letsdata/connectors/momento/permissions";
import { pgvectorWritePermissions } from "@letsdata/connectors/pgvector/permissions";
import { s3ObjectPermissions } from "@letsdata/connectors/s3/permissions";
import type { PermissionSource } from "@letsdata/dataset/access-policy";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import type { ResourceScope } from "@letsdata/plugin-kit/connector";
import type { Permission } from "@letsdata/plugin-kit/permissions";
import { errorConnectorOf, readConnectorOf, writeConnectorOf } from "./connector-runtimes.ts";

/** The statements of every connector, from the folder that makes the calls. */
export const connectorPermissions: PermissionSource = {
  permissionsOf(config, component, scope) {
    switch (component) {
      case "readConnector":
        return readConnectorOf(config).permissions(config.readConnector, scope);
      case "writeConnector":
        return writePermissions(config, scope);
      case "errorConnector":
        return errorConnectorOf(config).permissions(config.errorConnector, scope);
    }
  },
  objectPermissions: s3ObjectPermissions,
};

/** Destinations that cannot run in this build state what they need all the same. */
function writePermissions(config: DatasetConfig, scope: ResourceScope): readonly Permission[] {
  const { writeConnector } = config;
  switch (writeConnector.connectorDestination) {
    case "KAFKA":
      return kafkaWritePermissions(writeConnector, scope);
    case "PGVECTOR":
      return pgvectorWritePermissions(writeConnector);
    case "MOMENTO_VECTOR_INDEX":
      return momentoWritePermissions(writeConnector);
    default:
      return writeConnectorOf(config).permissions(writeConnector, scope);
  }
}
