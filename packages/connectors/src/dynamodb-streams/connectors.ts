import type { ReadConnector } from "@letsdata/plugin-kit/connector";
import type { ShardDefinition } from "../plan-shards.ts";
import { checkDynamodbStreamsRead } from "./check-access.ts";
import type { DynamodbStreamsReadConfig } from "./config.ts";
import { dynamodbStreamsReadPermissions } from "./permissions.ts";
import { hasMoreShards, planStreamShards } from "./plan-stream-shards.ts";
import { openStreamShardReader } from "./reader.ts";

export const dynamodbStreamsReadConnector: ReadConnector<DynamodbStreamsReadConfig, ShardDefinition> = {
  repeatsInOrder: true,
  permissions: dynamodbStreamsReadPermissions,
  checkAccess: checkDynamodbStreamsRead,
  planTasks: planStreamShards,
  plansMore: hasMoreShards,
  openReader: async (input) => openStreamShardReader(input),
};
