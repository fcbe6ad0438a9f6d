import { ownerAttribute, regionAttribute, textOf } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";
import { handlerClass, readerInEveryLanguage } from "../handler-attributes.ts";
import { earliestOrLatest, pollFrequency, startFromTimestamp, startText, stopCondition } from "../stream-manifest.ts";

export const dynamodbStreamsReadConfig = readerInEveryLanguage(
  {
    connectorDestination: field(z.literal("DYNAMODBSTREAMS"), {
      label: "Destination",
      help: "The changes of a DynamoDB table.",
      example: "DYNAMODBSTREAMS",
      valueLabels: { DYNAMODBSTREAMS: "DynamoDB Streams" },
    }),
    readerType: field(z.literal("DYNAMODBSTREAMSREADER").optional().default("DYNAMODBSTREAMSREADER"), {
      label: "Reader type",
      help: "Follows from the destination.",
      example: "DYNAMODBSTREAMSREADER",
    }),
    resourceLocation: ownerAttribute({
      label: "Table stream belongs to",
      help: "Where the table lives: with you, or with LetsData because another dataset made it.",
      example: "Customer",
    }),
    streamArn: field(
      textOf(
        /^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:table\/[A-Za-z0-9_.-]{3,255}\/stream\/[0-9T:.-]{10,30}$/,
        "must be the ARN of a table's stream, such as arn:aws:dynamodb:eu-west-1:111122223333:table/users/stream/2026-01-05T09:00:00.000",
      ),
      {
        label: "Table stream ARN",
        help: "Stream of the table whose changes are read; its shards become tasks.",
        example: "arn:aws:dynamodb:eu-west-1:111122223333:table/users/stream/2026-01-05T09:00:00.000",
      },
    ),
  },
  {
    dynamoDBStreamsRecordReaderImplementationClassName: handlerClass(
      "Record reader class",
      "Class that turns a change of an item into a document.",
      "com.acme.UserChangeReader",
    ),
  },
);
export type DynamodbStreamsReadConfig = z.infer<typeof dynamodbStreamsReadConfig>;

const manifestType = {
  manifestType: field(z.literal("DynamoDBStreamReaderManifest"), {
    label: "Manifest",
    help: "One task for each shard of the table's stream.",
    example: "DynamoDBStreamReaderManifest",
    valueLabels: { DynamoDBStreamReaderManifest: "Shards of a table's stream" },
  }),
};
const reading = {
  dynamoDBReaderTaskStopCondition: stopCondition,
  dynamoDBReaderTaskContinuousPollFrequency: pollFrequency,
  ...regionAttribute,
};
export const dynamodbStreamsManifest = z.discriminatedUnion("dynamoDBReaderTaskStartFromCondition", [
  z.strictObject({
    ...manifestType,
    dynamoDBReaderTaskStartFromCondition: field(earliestOrLatest(), startText("a shard")),
    ...reading,
  }),
  z.strictObject({
    ...manifestType,
    dynamoDBReaderTaskStartFromCondition: field(z.literal("AtTimestamp"), startText("a shard")),
    startFromTimestamp,
    ...reading,
  }),
]);
export type DynamodbStreamsManifest = z.infer<typeof dynamodbStreamsManifest>;
