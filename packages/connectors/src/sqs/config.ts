import {
  attributeNameText,
  ownedBy,
  ownedByDefault,
  ownerAttribute,
  queueNameText,
  regionAttribute,
  wholeNumber,
} from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";
import { handlerClass, readerInEveryLanguage } from "../handler-attributes.ts";

const destination = {
  connectorDestination: field(z.literal("SQS"), {
    label: "Destination",
    help: "Messages of an SQS queue.",
    example: "SQS",
    valueLabels: { SQS: "Amazon SQS" },
  }),
};

export const sqsReadConfig = readerInEveryLanguage(
  {
    ...destination,
    readerType: field(z.literal("SQSQUEUEREADER").optional().default("SQSQUEUEREADER"), {
      label: "Reader type",
      help: "Follows from the destination.",
      example: "SQSQUEUEREADER",
    }),
    resourceLocation: ownerAttribute({
      label: "Queue belongs to",
      help: "Where the queue lives: with you, or with LetsData because another dataset made it.",
      example: "Customer",
    }),
    queueName: field(queueNameText(), {
      label: "Queue",
      help: "Name of the queue to read, not its URL.",
      example: "jobs",
    }),
    receiveBatchSize: field(wholeNumber(1, 10).default(10), {
      label: "Messages a call",
      help: "How many messages one receive call asks for.",
      example: 10,
    }),
  },
  {
    queueMessageReaderImplementationClassName: handlerClass(
      "Message reader class",
      "Class that turns a message into a document.",
      "com.acme.JobReader",
    ),
  },
);
export type SqsReadConfig = z.infer<typeof sqsReadConfig>;

export const sqsManifest = z.strictObject({
  manifestType: field(z.literal("SQSReaderManifest"), {
    label: "Manifest",
    help: "As many equal workers on the queue as the compute engine's concurrency.",
    example: "SQSReaderManifest",
    valueLabels: { SQSReaderManifest: "Workers on a queue" },
  }),
  sqsReaderTaskStopCondition: field(z.enum(["DrainQueues", "Continuous"]).default("DrainQueues"), {
    label: "Stop",
    help: "DrainQueues ends a worker when the queue stays empty; Continuous goes on until the dataset is stopped.",
    example: "DrainQueues",
    valueLabels: { DrainQueues: "When the queue is empty", Continuous: "When stopped" },
  }),
  sqsReaderTaskStopAfterConsecutiveEmptyReceives: field(wholeNumber(1, 1000).default(10), {
    label: "Empty receives before the end",
    help: "With DrainQueues: how many receives in a row must find nothing while no message is in work.",
    example: 10,
  }),
  ...regionAttribute,
});
export type SqsManifest = z.infer<typeof sqsManifest>;

const ownerText = {
  label: "Queue belongs to",
  help: "LetsData makes a queue for this dataset and opens it to your account; Customer sends to a queue of yours.",
  example: "LetsData",
};
const sending = {
  queueType: field(z.enum(["STANDARD", "FIFO"]).default("STANDARD"), {
    label: "Queue type",
    help: "FIFO keeps order within a group and drops repeats for five minutes.",
    example: "FIFO",
    valueLabels: { STANDARD: "Standard", FIFO: "FIFO" },
  }),
  messageIdAttributeName: field(attributeNameText().default("documentId"), {
    label: "Message id attribute",
    help: "Document attribute used as deduplication id of a FIFO queue's message. A standard queue names its messages itself.",
    example: "orderId",
  }),
  messageGroupIdAttributeName: field(attributeNameText().default("partitionKey"), {
    label: "Message group attribute",
    help: "Document attribute that names the group of a FIFO queue's message.",
    example: "customerId",
  }),
  ...regionAttribute,
};
const visibility = field(wholeNumber(0, 43_200), {
  label: "Visibility time-out (s)",
  help: "How long a received message stays hidden. Only used for a queue LetsData makes.",
  example: 300,
});
const retention = field(wholeNumber(60, 1_209_600), {
  label: "Retention (s)",
  help: "How long an unread message is kept. Only used for a queue LetsData makes.",
  example: 345_600,
});

export const sqsWriteConfig = z.discriminatedUnion("resourceLocation", [
  z.strictObject({
    ...destination,
    resourceLocation: ownedByDefault("LetsData", ownerText),
    queueName: field(z.string(), { label: "Queue", help: "Named by the system.", generated: true }).optional(),
    ...sending,
    visibilityTimeoutInSeconds: visibility.default(300),
    messageRetentionInSeconds: retention.default(345_600),
  }),
  z.strictObject({
    ...destination,
    resourceLocation: ownedBy("Customer", ownerText),
    queueName: field(queueNameText(), {
      label: "Queue",
      help: "Name of your queue, not its URL. A FIFO queue's ends in .fifo.",
      example: "out.fifo",
    }),
    ...sending,
    visibilityTimeoutInSeconds: visibility.optional(),
    messageRetentionInSeconds: retention.optional(),
  }),
]);
export type SqsWriteConfig = z.infer<typeof sqsWriteConfig>;
