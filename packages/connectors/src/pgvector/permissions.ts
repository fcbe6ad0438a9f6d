import type { Permission } from "@letsdata/plugin-kit/permissions";
import { secretPermission } from "../secret-permission.ts";
import type { PgvectorWriteConfig } from "./config.ts";

/** The parts of the configuration that runtimes look at. */
export type PgvectorTarget = Pick<PgvectorWriteConfig, "connectionSecretArn" | "tableName" | "numDimensions"> &
  Partial<Pick<PgvectorWriteConfig, "vectorAttributeName">>;

export function pgvectorWritePermissions(config: Pick<PgvectorTarget, "connectionSecretArn">): readonly Permission[] {
  return [secretPermission(config.connectionSecretArn, "Read the database's connection URL")];
}
