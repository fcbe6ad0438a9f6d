import { isKeyOfAws } from "../kms/use-key.ts";
import { AwsError } from "../server/aws-error.ts";
import { describeShard, describeStream } from "./describe-stream.ts";
import type { KinesisCall, KinesisOperation } from "./kinesis-operation.ts";
import {
  horizonOf,
  liveShards,
  openShards,
  RETENTION_HOURS_MAX,
  RETENTION_HOURS_MIN,
  type Stream,
  streamArn,
} from "./stream-store.ts";

const SHARDS_MAX = 500;
const TAGS_MAX = 50;
const ON_DEMAND_SHARDS = 4;

export const streamOperations: Readonly<Record<string, KinesisOperation>> = {
  CreateStream({ streams, input, place }) {
    const onDemand = input.object("StreamModeDetails").optionalString("StreamMode") === "ON_DEMAND";
    const count = onDemand ? ON_DEMAND_SHARDS : input.number("ShardCount", 1);
    if (count > SHARDS_MAX)
      throw new AwsError(
        "LimitExceededException",
        `This request would exceed the shard limit for the account ${place.accountId} in ${place.region}. Limit: ${SHARDS_MAX}.`,
        400,
      );
    if (streams.find(place.accountId, place.region, place.name)) {
      throw new AwsError(
        "ResourceInUseException",
        `Stream ${place.name} under account ${place.accountId} already exists.`,
        400,
      );
    }
    streams.create(
      place.accountId,
      place.region,
      place.name,
      count,
      onDemand ? "ON_DEMAND" : "PROVISIONED",
      input.map("Tags"),
    );
  },
  DeleteStream({ streams, stream }) {
    streams.remove(stream());
  },
  DescribeStream({ stream, input, cloud }) {
    const found = stream();
    const limit = input.optionalNumber("Limit", 1, 10_000) ?? 100;
    const after = input.optionalString("ExclusiveStartShardId");
    const rest = liveShards(found, cloud.now()).filter((shard) => after === undefined || shard.id > after);
    return {
      StreamDescription: {
        ...describeStream(found, cloud.now()),
        HasMoreShards: rest.length > limit,
        Shards: rest.slice(0, limit).map(describeShard),
      },
    };
  },
  DescribeStreamSummary({ stream, cloud }) {
    const found = stream();
    return {
      StreamDescriptionSummary: {
        ...describeStream(found, cloud.now()),
        OpenShardCount: openShards(found).length,
        ConsumerCount: 0,
      },
    };
  },
  ListStreams({ streams, place, input, cloud }) {
    const limit = input.optionalNumber("Limit", 1, 10_000) ?? 100;
    const after = input.optionalString("NextToken") ?? input.optionalString("ExclusiveStartStreamName") ?? "";
    const rest = streams.list(place.accountId, place.region).filter(({ name }) => name > after);
    const page = rest.slice(0, limit);
    const more = rest.length > page.length;
    return {
      StreamNames: page.map(({ name }) => name),
      StreamSummaries: page.map((stream) => {
        const { StreamName, StreamARN, StreamStatus, StreamModeDetails, StreamCreationTimestamp } = describeStream(
          stream,
          cloud.now(),
        );
        return { StreamName, StreamARN, StreamStatus, StreamModeDetails, StreamCreationTimestamp };
      }),
      HasMoreStreams: more,
      ...(more ? { NextToken: page.at(-1)?.name } : {}),
    };
  },
  IncreaseStreamRetentionPeriod(call) {
    keepFor(call, (hours, { retentionHours }) => hours > retentionHours);
  },
  DecreaseStreamRetentionPeriod(call) {
    keepFor(call, (hours, { retentionHours }) => hours < retentionHours);
  },
  StartStreamEncryption({ streams, stream, input, cloud }) {
    const found = stream();
    input.string("EncryptionType", /^KMS$/);
    const keyId = input.string("KeyId");
    if (!isKeyOfAws(keyId)) cloud.keys.find(keyId);
    streams.save({ ...found, keyId });
  },
  StopStreamEncryption({ streams, stream }) {
    streams.save({ ...stream(), keyId: null });
  },
  AddTagsToStream({ streams, stream, input }) {
    const found = stream();
    const tags = { ...found.tags, ...input.map("Tags") };
    if (Object.keys(tags).length > TAGS_MAX)
      throw new AwsError(
        "InvalidArgumentException",
        `Failed to add tags to stream ${found.name}: more than ${TAGS_MAX} tags`,
        400,
      );
    streams.save({ ...found, tags });
  },
  RemoveTagsFromStream({ streams, stream, input }) {
    const found = stream();
    const removed = new Set(input.strings("TagKeys"));
    streams.save({
      ...found,
      tags: Object.fromEntries(Object.entries(found.tags).filter(([key]) => !removed.has(key))),
    });
  },
  ListTagsForStream({ stream }) {
    return { Tags: Object.entries(stream().tags).map(([Key, Value]) => ({ Key, Value })), HasMoreTags: false };
  },
};

/** What is gone under the retention before stays gone under a longer one. */
function keepFor(
  { streams, stream, input, cloud }: KinesisCall,
  isChange: (hours: number, found: Stream) => boolean,
): void {
  const found = stream();
  const retentionHours = input.number("RetentionPeriodHours");
  const isInRange = retentionHours >= RETENTION_HOURS_MIN && retentionHours <= RETENTION_HOURS_MAX;
  if (!isInRange || !isChange(retentionHours, found)) {
    throw new AwsError(
      "InvalidArgumentException",
      `Stream ${streamArn(found)} keeps records for ${found.retentionHours} hours and cannot be set to ${retentionHours} by this operation.`,
      400,
    );
  }
  streams.save({ ...found, retentionHours, forgottenUntil: horizonOf(found, cloud.now()) });
}
