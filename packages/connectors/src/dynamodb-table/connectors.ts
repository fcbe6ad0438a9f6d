import type { ReadConnector } from "@letsdata/plugin-kit/connector";
import type { DynamodbTableReadConfig } from "./config.ts";
import { dynamodbTableReadPermissions } from "./permissions.ts";
import type { SegmentDefinition } from "./plan-segments.ts";

export const dynamodbTableReadConnector: ReadConnector<DynamodbTableReadConfig, SegmentDefinition> = {
  repeatsInOrder: false,
  permissions: dynamodbTableReadPermissions,
  checkAccess: async (...input) => (await import("./check-access.ts")).checkDynamodbTableRead(...input),
  async *planTasks(...input) {
    yield* (await import("./plan-segments.ts")).planSegments(...input);
  },
  openReader: async (input) => (await import("./reader.ts")).openSegmentReader(input),
};
