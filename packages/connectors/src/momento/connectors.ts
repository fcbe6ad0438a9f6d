import type { WriteConnector } from "@letsdata/plugin-kit/connector";
import { checkMomentoWrite } from "./check-access.ts";
import type { MomentoWriteConfig } from "./config.ts";
import { momentoWritePermissions } from "./permissions.ts";
import { provisionMomentoIndex, removeMomentoIndex } from "./provision.ts";
import { openMomentoWriter } from "./writer.ts";

export const momentoWriteConnector: WriteConnector<MomentoWriteConfig> = {
  permissions: momentoWritePermissions,
  // Whoever reads the index has a token of Momento.
  readPermissions: () => [],
  checkAccess: checkMomentoWrite,
  provision: provisionMomentoIndex,
  remove: removeMomentoIndex,
  openWriter: openMomentoWriter,
};
