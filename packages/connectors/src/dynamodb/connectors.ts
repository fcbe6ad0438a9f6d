import type { WriteConnector } from "@letsdata/plugin-kit/connector";
import type { DynamodbWriteConfig } from "./config.ts";
import { dynamodbTargetReadPermissions, dynamodbWritePermissions } from "./permissions.ts";

export const dynamodbWriteConnector: WriteConnector<DynamodbWriteConfig> = {
  permissions: dynamodbWritePermissions,
  readPermissions: dynamodbTargetReadPermissions,
  checkAccess: async (...input) => (await import("./check-access.ts")).checkDynamodbWrite(...input),
  provision: async (...input) => (await import("./provision.ts")).provisionTable(...input),
  remove: async (...input) => (await import("./provision.ts")).removeTable(...input),
  async openWriter({ config, access, isTrial }) {
    const [{ configuredKeys }, { keysToMake }, { openDynamodbWriter }] = await Promise.all([
      import("./check-access.ts"),
      import("./provision.ts"),
      import("./writer.ts"),
    ]);
    const isToCome = isTrial === true && config.resourceLocation === "LetsData";
    return openDynamodbWriter({
      config,
      access,
      keys: isToCome ? keysToMake(config) : await configuredKeys(config, access),
    });
  },
};
