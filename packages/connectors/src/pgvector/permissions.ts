import type { Permission } from "@letsdata/plugin-kit/permissions";
import { secretPermission } from "../secret-permission.ts";

export function pgvectorWritePermissions(config: { readonly connectionSecretArn: string }): readonly Permission[] {
  return [secretPermission(config.connectionSecretArn, "Read the database's connection URL")];
}
