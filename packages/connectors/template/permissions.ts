import type { Permission } from "@letsdata/plugin-kit/permissions";
import { secretPermission } from "../src/secret-permission.ts";
import type { ExampleTargetWriteConfig } from "./config.ts";

/** The statements of the generated policy: every action a call of this folder needs, on the narrowest resource. */
export function exampleTargetWritePermissions(
  config: Pick<ExampleTargetWriteConfig, "tokenSecretArn">,
): readonly Permission[] {
  return [secretPermission(config.tokenSecretArn, "Read the token of the target")];
}
