import {
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import { wholeNumber } from "../options.ts";
import { leaf, type Surroundings } from "../session.ts";
import { openTarget, type ReadOptions, readOptions, resourceName } from "./read-target.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const messagesMax = 10;
const waitSecondsMax = 20;

interface QueueOptions extends ReadOptions {
  readonly queueName?: string;
  readonly limit: number;
  readonly waitSeconds: number;
  readonly visibilitySeconds?: number;
  readonly delete?: boolean;
}

export function addReadSqsCommand(read: Command, surroundings: Surroundings): void {
  leaf<QueueOptions>(
    read,
    surroundings,
    "sqs",
    "receive messages of a queue; they come back after their visibility time-out unless deleted",
    (command) =>
      readOptions(command)
        .option("--queueName <name>", "the queue")
        .option("--limit <count>", `at most ${messagesMax}`, wholeNumber, messagesMax)
        .option("--waitSeconds <seconds>", `wait for messages, at most ${waitSecondsMax}`, wholeNumber, 1)
        .option("--visibilitySeconds <seconds>", "hide them so long instead of the queue's time-out", wholeNumber)
        .option("--delete", "delete them from the queue once they are printed"),
    async (session, options) => {
      if (options.limit < 1 || options.limit > messagesMax) {
        throw new UsageError(`--limit must be 1 to ${messagesMax}.`);
      }
      if (options.waitSeconds > waitSecondsMax) {
        throw new UsageError(`--waitSeconds must be at most ${waitSecondsMax}.`);
      }
      const target = await openTarget(session, options, "writeConnector");
      const queueName = options.queueName ?? resourceName(target.dataset, "writeConnector", "SQS", "--queueName");
      const sqs = target.client(SQSClient);
      const { QueueUrl } = await call("sqs:GetQueueUrl", queueName, () =>
        sqs.send(new GetQueueUrlCommand({ QueueName: queueName })),
      );
      const { Messages = [] } = await call("sqs:ReceiveMessage", queueName, () =>
        sqs.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: options.limit,
            WaitTimeSeconds: options.waitSeconds,
            MessageAttributeNames: ["All"],
            MessageSystemAttributeNames: ["All"],
            ...(options.visibilitySeconds === undefined ? {} : { VisibilityTimeout: options.visibilitySeconds }),
          }),
        ),
      );
      session.printer.value({ messages: Messages.map(readable) });
      if (!options.delete || Messages.length === 0) return;
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      const { Failed = [] } = await call("sqs:DeleteMessage", queueName, () =>
        sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries })),
      );
      if (Failed.length > 0) {
        throw new Problem("CLOUD_UNAVAILABLE", `SQS did not delete ${Failed.length} of the printed messages.`);
      }
    },
  );
}

function readable({ MessageId, Body, Attributes = {}, MessageAttributes = {} }: Message) {
  return {
    messageId: MessageId ?? "",
    messageGroupId: Attributes.MessageGroupId ?? null,
    messageDeduplicationId: Attributes.MessageDeduplicationId ?? null,
    sentTimestamp: Number(Attributes.SentTimestamp ?? 0),
    approximateReceiveCount: Number(Attributes.ApproximateReceiveCount ?? 0),
    messageAttributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue, BinaryValue }]) => [
        name,
        BinaryValue === undefined ? (StringValue ?? "") : Buffer.from(BinaryValue).toString("base64"),
      ]),
    ),
    body: Body ?? "",
  };
}

async function call<T>(action: string, queueName: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (thrown) {
    throw classifyAwsError(thrown, { action, resource: `queue ${queueName}` });
  }
}
