import type { WriteConnector } from "@letsdata/plugin-kit/connector";
import { checkExampleTargetWrite } from "./check-access.ts";
import type { ExampleTargetWriteConfig } from "./config.ts";
import { exampleTargetWritePermissions } from "./permissions.ts";
import { provisionNothing, removeNothing } from "./provision.ts";
import { openExampleTargetWriter } from "./writer.ts";

export const exampleTargetWriteConnector: WriteConnector<ExampleTargetWriteConfig> = {
  permissions: exampleTargetWritePermissions,
  readPermissions: () => [],
  checkAccess: checkExampleTargetWrite,
  provision: provisionNothing,
  remove: removeNothing,
  openWriter: openExampleTargetWriter,
};
