import type { WriteConnector } from "@letsdata/plugin-kit/connector";
import type { S3VectorsWriteConfig } from "./config.ts";
import { s3VectorsTargetReadPermissions, s3VectorsWritePermissions } from "./permissions.ts";

export const s3VectorsWriteConnector: WriteConnector<S3VectorsWriteConfig> = {
  permissions: s3VectorsWritePermissions,
  readPermissions: s3VectorsTargetReadPermissions,
  checkAccess: async (...input) => (await import("./check-access.ts")).checkS3VectorsWrite(...input),
  provision: async (...input) => (await import("./provision.ts")).provisionIndex(...input),
  remove: async (...input) => (await import("./provision.ts")).removeIndex(...input),
  async openWriter({ config, access, isTrial }) {
    const [{ configuredIndex }, { indexToMake }, { openS3VectorsWriter }] = await Promise.all([
      import("./vector-index.ts"),
      import("./provision.ts"),
      import("./writer.ts"),
    ]);
    const isToCome = isTrial === true && config.resourceLocation === "LetsData";
    const index = isToCome ? indexToMake(config) : await configuredIndex(config, access);
    return openS3VectorsWriter({ config, access, index });
  },
};
