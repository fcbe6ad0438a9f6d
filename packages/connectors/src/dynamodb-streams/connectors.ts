import type { ReadConnector } from "@letsdata/plugin-kit/connector";
import type { ShardDefinition } from "../plan-shards.ts";
import { amountOfStream, shardTrialReadings } from "../shard-trial.ts";
import type { DynamodbStreamsManifest, DynamodbStreamsReadConfig } from "./config.ts";
import { dynamodbStreamsReadPermissions } from "./permissions.ts";

export const dynamodbStreamsReadConnector: ReadConnector<DynamodbStreamsReadConfig, ShardDefinition> = {
  repeatsInOrder: "always",
  permissions: dynamodbStreamsReadPermissions,
  checkAccess: async (...input) => (await import("./check-access.ts")).checkDynamodbStreamsRead(...input),
  async *planTasks(...input) {
    yield* (await import("./plan-stream-shards.ts")).planStreamShards(...input);
  },
  plansMore: (manifest) => manifest.dynamoDBReaderTaskStopCondition === "Continuous",
  amountOf: ({ manifest }) => {
    const { dynamoDBReaderTaskStopCondition: stop } = manifest as unknown as DynamodbStreamsManifest;
    return Promise.resolve(amountOfStream("DynamoDB", stop, null));
  },
  trialReadings: shardTrialReadings,
  openReader: async (input) => (await import("./reader.ts")).openStreamShardReader(input),
};
