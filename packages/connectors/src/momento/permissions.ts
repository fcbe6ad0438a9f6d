import type { Permission } from "@letsdata/plugin-kit/permissions";
import { secretPermission } from "../secret-permission.ts";

export function momentoWritePermissions(config: {
  readonly momentoAuthTokenArn?: string | undefined;
}): readonly Permission[] {
  return config.momentoAuthTokenArn === undefined
    ? []
    : [secretPermission(config.momentoAuthTokenArn, "Read the index's token")];
}
