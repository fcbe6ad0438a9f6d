import {
  ownedBy,
  ownedByDefault,
  ownerAttribute,
  regionAttribute,
  streamNameText,
  textOf,
  wholeNumber,
} from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";
import { handlerClass, readerInEveryLanguage } from "../handler-attributes.ts";
import { earliestOrLatest, pollFrequency, startFromTimestamp, startText, stopCondition } from "../stream-manifest.ts";

const destination = {
  connectorDestination: field(z.literal("KINESIS"), {
    label: "Destination",
    help: "A Kinesis data stream.",
    example: "KINESIS",
    valueLabels: { KINESIS: "Amazon Kinesis" },
  }),
};

export const kinesisReadConfig = readerInEveryLanguage(
  {
    ...destination,
    readerType: field(z.literal("KINESISSTREAMREADER").optional().default("KINESISSTREAMREADER"), {
      label: "Reader type",
      help: "Follows from the destination.",
      example: "KINESISSTREAMREADER",
    }),
    resourceLocation: ownerAttribute({
      label: "Stream belongs to",
      help: "Where the stream lives: with you, or with LetsData because another dataset made it.",
      example: "Customer",
    }),
    streamArn: field(
      textOf(
        /^arn:aws:kinesis:[a-z0-9-]+:\d{12}:stream\/[A-Za-z0-9_.-]{1,128}$/,
        "must be the ARN of a Kinesis stream, such as arn:aws:kinesis:eu-west-1:111122223333:stream/events",
      ),
      {
        label: "Stream ARN",
        help: "Stream whose shards become tasks.",
        example: "arn:aws:kinesis:eu-west-1:111122223333:stream/events",
      },
    ),
  },
  {
    kinesisRecordReaderImplementationClassName: handlerClass(
      "Record reader class",
      "Class that turns a stream record into a document.",
      "com.acme.EventReader",
    ),
  },
);
export type KinesisReadConfig = z.infer<typeof kinesisReadConfig>;

const manifestType = {
  manifestType: field(z.literal("KinesisStreamReaderManifest"), {
    label: "Manifest",
    help: "One task for each shard of the stream.",
    example: "KinesisStreamReaderManifest",
    valueLabels: { KinesisStreamReaderManifest: "Shards of a stream" },
  }),
};
const reading = {
  kinesisReaderTaskStopCondition: stopCondition,
  kinesisReaderTaskContinuousPollFrequency: pollFrequency,
  ...regionAttribute,
};
export const kinesisManifest = z.discriminatedUnion("kinesisReaderTaskStartFromCondition", [
  z.strictObject({
    ...manifestType,
    kinesisReaderTaskStartFromCondition: field(earliestOrLatest(), startText("a shard")),
    ...reading,
  }),
  z.strictObject({
    ...manifestType,
    kinesisReaderTaskStartFromCondition: field(z.literal("AtTimestamp"), startText("a shard")),
    startFromTimestamp,
    ...reading,
  }),
]);
export type KinesisManifest = z.infer<typeof kinesisManifest>;

const ownerText = {
  label: "Stream belongs to",
  help: "LetsData makes a stream for this dataset and opens it to your account; Customer writes to a stream of yours.",
  example: "LetsData",
};
const shards = field(wholeNumber(1, 500), {
  label: "Shards",
  help: "Write capacity: each shard takes 1,000 records or 1 MB a second. Your own stream is resized if a number is given.",
  example: 4,
});

export const kinesisWriteConfig = z.discriminatedUnion("resourceLocation", [
  z.strictObject({
    ...destination,
    resourceLocation: ownedByDefault("LetsData", ownerText),
    kinesisStreamName: field(z.string(), { label: "Stream", help: "Named by the system.", generated: true }).optional(),
    kinesisShardCount: shards.default(1),
    ...regionAttribute,
  }),
  z.strictObject({
    ...destination,
    resourceLocation: ownedBy("Customer", ownerText),
    kinesisStreamName: field(streamNameText(), {
      label: "Stream",
      help: "Name of your stream.",
      example: "clicks-by-user",
    }),
    kinesisShardCount: shards.optional(),
    ...regionAttribute,
  }),
]);
export type KinesisWriteConfig = z.infer<typeof kinesisWriteConfig>;

/** Of a stream LetsData makes. */
export function kinesisStreamSize({ kinesisShardCount }: KinesisWriteConfig): string {
  return `${kinesisShardCount} shard${kinesisShardCount === 1 ? "" : "s"}`;
}

export function kinesisHourly({ kinesisShardCount }: KinesisWriteConfig) {
  return { kinesisShardHours: kinesisShardCount ?? 0 };
}
