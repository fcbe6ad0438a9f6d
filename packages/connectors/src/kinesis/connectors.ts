import type { WriteConnector } from "@letsdata/plugin-kit/connector";
import { checkKinesisWrite } from "./check-access.ts";
import type { KinesisWriteConfig } from "./config.ts";
import { kinesisTargetReadPermissions, kinesisWritePermissions } from "./permissions.ts";
import { provisionStream, removeStream } from "./provision.ts";
import { openKinesisWriter } from "./writer.ts";

export const kinesisWriteConnector: WriteConnector<KinesisWriteConfig> = {
  permissions: kinesisWritePermissions,
  readPermissions: kinesisTargetReadPermissions,
  checkAccess: checkKinesisWrite,
  provision: provisionStream,
  remove: removeStream,
  openWriter: async (input) => openKinesisWriter(input),
};
