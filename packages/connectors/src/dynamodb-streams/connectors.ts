import type { ReadConnector } from "@letsdata/plugin-kit/connector";
import type { ShardDefinition } from "../plan-shards.ts";
import type { DynamodbStreamsReadConfig } from "./config.ts";
import { dynamodbStreamsReadPermissions } from "./permissions.ts";

export const dynamodbStreamsReadConnector: ReadConnector<DynamodbStreamsReadConfig, ShardDefinition> = {
  repeatsInOrder: true,
  permissions: dynamodbStreamsReadPermissions,
  checkAccess: async (...input) => (await import("./check-access.ts")).checkDynamodbStreamsRead(...input),
  async *planTasks(...input) {
    yield* (await import("./plan-stream-shards.ts")).planStreamShards(...input);
  },
  plansMore: (manifest) => manifest.dynamoDBReaderTaskStopCondition === "Continuous",
  openReader: async (input) => (await import("./reader.ts")).openStreamShardReader(input),
};
