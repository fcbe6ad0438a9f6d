import type { WriteConnector } from "@letsdata/plugin-kit/connector";
import { checkDynamodbWrite, configuredKeys } from "./check-access.ts";
import type { DynamodbWriteConfig } from "./config.ts";
import { dynamodbTargetReadPermissions, dynamodbWritePermissions } from "./permissions.ts";
import { provisionTable, removeTable } from "./provision.ts";
import { openDynamodbWriter } from "./writer.ts";

export const dynamodbWriteConnector: WriteConnector<DynamodbWriteConfig> = {
  permissions: dynamodbWritePermissions,
  readPermissions: dynamodbTargetReadPermissions,
  checkAccess: checkDynamodbWrite,
  provision: provisionTable,
  remove: removeTable,
  openWriter: async ({ config, access }) =>
    openDynamodbWriter({ config, access, keys: await configuredKeys(config, access) }),
};
