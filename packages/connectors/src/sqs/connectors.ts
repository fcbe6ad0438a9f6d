import type { ReadConnector, WriteConnector } from "@letsdata/plugin-kit/connector";
import type { SqsReadConfig, SqsWriteConfig } from "./config.ts";
import { sqsReadPermissions, sqsTargetReadPermissions, sqsWritePermissions } from "./permissions.ts";
import type { SqsReaderDefinition } from "./plan-workers.ts";
import { queueTrialReadings } from "./trial-readings.ts";

export const sqsReadConnector: ReadConnector<SqsReadConfig, SqsReaderDefinition> = {
  repeatsInOrder: "never",
  permissions: sqsReadPermissions,
  checkAccess: async (...input) => (await import("./check-access.ts")).checkSqsRead(...input),
  async *planTasks(input) {
    yield* (await import("./plan-workers.ts")).planWorkers(input);
  },
  amountOf: async (...input) => (await import("./amount.ts")).amountOfQueue(...input),
  trialReadings: queueTrialReadings,
  openReader: async (input) => (await import("./reader.ts")).openSqsReader(input),
};

export const sqsWriteConnector: WriteConnector<SqsWriteConfig> = {
  permissions: sqsWritePermissions,
  readPermissions: sqsTargetReadPermissions,
  checkAccess: async (...input) => (await import("./check-access.ts")).checkSqsWrite(...input),
  provision: async (...input) => (await import("./provision.ts")).provisionQueue(...input),
  remove: async (...input) => (await import("./provision.ts")).removeQueue(...input),
  openWriter: async (input) => (await import("./writer.ts")).openSqsWriter(input),
};
