import type { ReadConnector, WriteConnector } from "@letsdata/plugin-kit/connector";
import type { ShardDefinition } from "../plan-shards.ts";
import { amountOfStream, shardTrialReadings } from "../shard-trial.ts";
import type { KinesisManifest, KinesisReadConfig, KinesisWriteConfig } from "./config.ts";
import { kinesisReadPermissions, kinesisTargetReadPermissions, kinesisWritePermissions } from "./permissions.ts";

/** What a shard takes in: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const SHARD_RECORDS_PER_SECOND_MAX = 1_000;

export const kinesisReadConnector: ReadConnector<KinesisReadConfig, ShardDefinition> = {
  repeatsInOrder: "always",
  permissions: kinesisReadPermissions,
  checkAccess: async (...input) => (await import("./check-access.ts")).checkKinesisRead(...input),
  async *planTasks(...input) {
    yield* (await import("./plan-stream-shards.ts")).planStreamShards(...input);
  },
  plansMore: (manifest) => manifest.kinesisReaderTaskStopCondition === "Continuous",
  amountOf: ({ manifest }) => {
    const { kinesisReaderTaskStopCondition: stop } = manifest as unknown as KinesisManifest;
    return Promise.resolve(amountOfStream("Kinesis", stop, SHARD_RECORDS_PER_SECOND_MAX));
  },
  trialReadings: shardTrialReadings,
  openReader: async (input) => (await import("./reader.ts")).openKinesisReader(input),
};

export const kinesisWriteConnector: WriteConnector<KinesisWriteConfig> = {
  permissions: kinesisWritePermissions,
  readPermissions: kinesisTargetReadPermissions,
  checkAccess: async (...input) => (await import("./check-access.ts")).checkKinesisWrite(...input),
  provision: async (...input) => (await import("./provision.ts")).provisionStream(...input),
  remove: async (...input) => (await import("./provision.ts")).removeStream(...input),
  openWriter: async (input) => (await import("./writer.ts")).openKinesisWriter(input),
};
