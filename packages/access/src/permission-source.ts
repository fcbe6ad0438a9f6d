import { s3ObjectPermissions } from "@letsdata/connectors/s3/permissions";
import type { PermissionSource } from "@letsdata/dataset/access-policy";
import { errorConnectorOf, readConnectorOf, writeConnectorOf } from "./connector-runtimes.ts";

/** The statements of every connector, from the folder that makes the calls. */
export const connectorPermissions: PermissionSource = {
  permissionsOf(config, component, scope) {
    switch (component) {
      case "readConnector":
        return readConnectorOf(config).permissions(config.readConnector, scope);
      case "writeConnector":
        return writeConnectorOf(config).permissions(config.writeConnector, scope);
      case "errorConnector":
        return errorConnectorOf(config).permissions(config.errorConnector, scope);
    }
  },
  objectPermissions: s3ObjectPermissions,
};
