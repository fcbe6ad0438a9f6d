import type { WriteConnector } from "@letsdata/plugin-kit/connector";
import type { PgvectorWriteConfig } from "./config.ts";
import { pgvectorWritePermissions } from "./permissions.ts";
import { provisionNothing, removeNothing } from "./provision.ts";

export const pgvectorWriteConnector: WriteConnector<PgvectorWriteConfig> = {
  permissions: pgvectorWritePermissions,
  // Whoever reads the table has an account of the database.
  readPermissions: () => [],
  checkAccess: async (...input) => (await import("./check-access.ts")).checkPgvectorWrite(...input),
  provision: provisionNothing,
  remove: removeNothing,
  openWriter: async (input) => (await import("./writer.ts")).openPgvectorWriter(input),
};
