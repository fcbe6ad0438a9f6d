import type { WriteConnector } from "@letsdata/plugin-kit/connector";
import { checkPgvectorWrite } from "./check-access.ts";
import type { PgvectorWriteConfig } from "./config.ts";
import { pgvectorWritePermissions } from "./permissions.ts";
import { provisionNothing, removeNothing } from "./provision.ts";
import { openPgvectorWriter } from "./writer.ts";

export const pgvectorWriteConnector: WriteConnector<PgvectorWriteConfig> = {
  permissions: pgvectorWritePermissions,
  // Whoever reads the table has an account of the database.
  readPermissions: () => [],
  checkAccess: checkPgvectorWrite,
  provision: provisionNothing,
  remove: removeNothing,
  openWriter: openPgvectorWriter,
};
