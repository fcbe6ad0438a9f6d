import type { ReadConnector } from "@letsdata/plugin-kit/connector";
import { checkDynamodbTableRead } from "./check-access.ts";
import type { DynamodbTableReadConfig } from "./config.ts";
import { dynamodbTableReadPermissions } from "./permissions.ts";
import { planSegments, type SegmentDefinition } from "./plan-segments.ts";
import { openSegmentReader } from "./reader.ts";

export const dynamodbTableReadConnector: ReadConnector<DynamodbTableReadConfig, SegmentDefinition> = {
  repeatsInOrder: false,
  permissions: dynamodbTableReadPermissions,
  checkAccess: checkDynamodbTableRead,
  planTasks: planSegments,
  openReader: async (input) => openSegmentReader(input),
};
