import { createHash } from "node:crypto";
import { type BatchResultErrorEntry, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { classifyAwsError, isWorthRepeating } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { OutputDocument } from "@letsdata/plugin-kit/handler";
import type { Rejection, Unwritable, Writer } from "@letsdata/plugin-kit/writer";
import { findQueue } from "./find-queue.ts";
import { type NamedQueue, queueArn } from "./permissions.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const BATCH_MESSAGES_MAX = 10;
const BATCH_BYTES_MAX = 256 * 1024;
const MESSAGE_BYTES_MAX = 256 * 1024;
const CONCURRENT_BATCHES = 4;
/** Where order counts. */
const CONCURRENT_BATCHES_FIFO = 1;
const PLAIN_ID = /^[A-Za-z0-9_-]{1,80}$/;
/** What XML calls a character, and nothing else: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const NOT_SENDABLE = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

interface SqsTarget extends NamedQueue {
  readonly queueType: "STANDARD" | "FIFO";
  readonly messageIdAttributeName: string;
  readonly messageGroupIdAttributeName: string;
}

interface Message {
  readonly MessageBody: string;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

/** A document is one message, body as it is. */
export async function openSqsWriter(
  input: { readonly config: SqsTarget; readonly access: CloudAccess; readonly isTrial?: boolean },
  signal: AbortSignal = new AbortController().signal,
): Promise<Writer> {
  const { config, access } = input;
  const sqs = clientFor(SQSClient, access);
  const isToCome = input.isTrial === true && config.resourceLocation === "LetsData";
  const QueueUrl = isToCome ? "" : await findQueue(sqs, config, access, signal);
  const call = { action: "sqs:SendMessage", resource: queueArn(config, access) };
  const isFifo = config.queueType === "FIFO";
  return {
    limits: {
      maxDocumentBytes: MESSAGE_BYTES_MAX,
      maxBatchDocuments: BATCH_MESSAGES_MAX,
      maxBatchBytes: BATCH_BYTES_MAX,
    },
    concurrentBatches: isFifo ? CONCURRENT_BATCHES_FIFO : CONCURRENT_BATCHES,
    prepare(document, ordinal) {
      const bytes = Buffer.byteLength(document.body);
      const unwritable = whyUnwritable(document.body, bytes);
      if (unwritable) return unwritable;
      if (!isFifo) return { document, ordinal, bytes, payload: { MessageBody: document.body } satisfies Message };
      const ids = fifoIds(document, config);
      if ("code" in ids) return ids;
      // A group's next message waits until this one is sent: a failed entry could otherwise be overtaken.
      const key = ids.MessageGroupId;
      return { document, ordinal, bytes, key, payload: { MessageBody: document.body, ...ids } satisfies Message };
    },
    async write(batch, signal) {
      const Entries = batch.map(({ payload }, index) => ({ Id: String(index), ...(payload as Message) }));
      const answer = await sqs
        .send(new SendMessageBatchCommand({ QueueUrl, Entries }), { abortSignal: signal })
        .catch((thrown: unknown) => {
          signal.throwIfAborted();
          throw classifyAwsError(thrown, call);
        });
      return (answer.Failed ?? []).map(rejection);
    },
    close: () => Promise.resolve(),
  };
}

/** As it is where SQS takes it in a batch, else 32 hex digits that follow from it. */
export function messageId(id: string): string {
  return PLAIN_ID.test(id) ? id : createHash("sha256").update(id).digest("hex").slice(0, 32);
}

function fifoIds(
  document: OutputDocument,
  { messageIdAttributeName, messageGroupIdAttributeName }: SqsTarget,
): { readonly MessageGroupId: string; readonly MessageDeduplicationId: string } | Unwritable {
  const id = attribute(document, messageIdAttributeName);
  const group = attribute(document, messageGroupIdAttributeName);
  if (id === "") return missing(messageIdAttributeName, "message id");
  if (group === "") return missing(messageGroupIdAttributeName, "message group");
  return { MessageGroupId: messageId(group), MessageDeduplicationId: messageId(id) };
}

/** "" when the document does not have it as text or number. An empty partition key counts as the document's id. */
function attribute(document: OutputDocument, name: string): string {
  if (name === "documentId") return document.documentId;
  if (name === "partitionKey") return document.partitionKey === "" ? document.documentId : document.partitionKey;
  const value = document.fields()[name];
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function missing(name: string, what: string): Unwritable {
  return { code: "INVALID_DOCUMENT_KEY", message: `The document has no attribute ${name} to use as ${what}.` };
}

function whyUnwritable(body: string, bytes: number): Unwritable | null {
  if (bytes > MESSAGE_BYTES_MAX) {
    return { code: "DOCUMENT_TOO_LARGE", message: `The document has ${bytes} bytes; an SQS message may have 256 KiB.` };
  }
  if (body === "") return { code: "INVALID_DOCUMENT", message: "The document is empty, which SQS does not take." };
  if (NOT_SENDABLE.test(body)) {
    return { code: "INVALID_DOCUMENT", message: "The document has characters that SQS does not take." };
  }
  return null;
}

function rejection({ Id, Code, Message, SenderFault }: BatchResultErrorEntry): Rejection {
  const throttled = isWorthRepeating(classifyAwsError({ name: Code, message: Message, $metadata: {} }));
  return { index: Number(Id), reason: Code ?? "Unknown", retry: SenderFault !== true || throttled };
}
