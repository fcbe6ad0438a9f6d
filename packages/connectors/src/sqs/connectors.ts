import type { ReadConnector, WriteConnector } from "@letsdata/plugin-kit/connector";
import { checkSqsRead, checkSqsWrite } from "./check-access.ts";
import type { SqsReadConfig, SqsWriteConfig } from "./config.ts";
import { sqsReadPermissions, sqsTargetReadPermissions, sqsWritePermissions } from "./permissions.ts";
import { planWorkers, type SqsReaderDefinition } from "./plan-workers.ts";
import { provisionQueue, removeQueue } from "./provision.ts";
import { openSqsReader } from "./reader.ts";
import { openSqsWriter } from "./writer.ts";

export const sqsReadConnector: ReadConnector<SqsReadConfig, SqsReaderDefinition> = {
  repeatsInOrder: false,
  permissions: sqsReadPermissions,
  checkAccess: checkSqsRead,
  planTasks: planWorkers,
  openReader: async (input) => openSqsReader(input),
};

export const sqsWriteConnector: WriteConnector<SqsWriteConfig> = {
  permissions: sqsWritePermissions,
  readPermissions: sqsTargetReadPermissions,
  checkAccess: checkSqsWrite,
  provision: provisionQueue,
  remove: removeQueue,
  openWriter: (input) => openSqsWriter(input),
};
