import type { WriteConnector } from "@letsdata/plugin-kit/connector";
import { checkS3VectorsWrite } from "./check-access.ts";
import type { S3VectorsWriteConfig } from "./config.ts";
import { s3VectorsTargetReadPermissions, s3VectorsWritePermissions } from "./permissions.ts";
import { provisionIndex, removeIndex } from "./provision.ts";
import { configuredIndex } from "./vector-index.ts";
import { openS3VectorsWriter } from "./writer.ts";

export const s3VectorsWriteConnector: WriteConnector<S3VectorsWriteConfig> = {
  permissions: s3VectorsWritePermissions,
  readPermissions: s3VectorsTargetReadPermissions,
  checkAccess: checkS3VectorsWrite,
  provision: provisionIndex,
  remove: removeIndex,
  openWriter: async ({ config, access }) =>
    openS3VectorsWriter({ config, access, index: await configuredIndex(config, access) }),
};
