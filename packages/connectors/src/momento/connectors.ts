import type { WriteConnector } from "@letsdata/plugin-kit/connector";
import type { MomentoWriteConfig } from "./config.ts";
import { momentoWritePermissions } from "./permissions.ts";

export const momentoWriteConnector: WriteConnector<MomentoWriteConfig> = {
  permissions: momentoWritePermissions,
  // Whoever reads the index has a token of Momento.
  readPermissions: () => [],
  checkAccess: async (...input) => (await import("./check-access.ts")).checkMomentoWrite(...input),
  provision: async (...input) => (await import("./provision.ts")).provisionMomentoIndex(...input),
  remove: async (...input) => (await import("./provision.ts")).removeMomentoIndex(...input),
  openWriter: async (input) => (await import("./writer.ts")).openMomentoWriter(input),
};
