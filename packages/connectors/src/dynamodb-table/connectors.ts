import type { ReadConnector } from "@letsdata/plugin-kit/connector";
import type { DynamodbTableReadConfig } from "./config.ts";
import { dynamodbTableReadPermissions } from "./permissions.ts";
import type { SegmentDefinition } from "./plan-segments.ts";
import { segmentTrialReadings } from "./trial-readings.ts";

export const dynamodbTableReadConnector: ReadConnector<DynamodbTableReadConfig, SegmentDefinition> = {
  repeatsInOrder: "never",
  permissions: dynamodbTableReadPermissions,
  checkAccess: async (...input) => (await import("./check-access.ts")).checkDynamodbTableRead(...input),
  async *planTasks(...input) {
    yield* (await import("./plan-segments.ts")).planSegments(...input);
  },
  amountOf: async (...input) => (await import("./amount.ts")).amountOfTable(...input),
  trialReadings: segmentTrialReadings,
  openReader: async (input) => (await import("./reader.ts")).openSegmentReader(input),
};
