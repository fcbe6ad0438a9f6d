import { type Message, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { Position, ReadBatch, Reader } from "@letsdata/plugin-kit/reader";
import { sourceMissing } from "../source-missing.ts";
import { findQueue } from "./find-queue.ts";
import { InFlightMessages } from "./in-flight-messages.ts";
import { loanNotes, refuseLastReceive } from "./loan.ts";
import { type NamedQueue, nameOfQueue, queueArn } from "./permissions.ts";
import type { SqsReaderDefinition } from "./plan-workers.ts";
import { type RedriveLimit, redriveLimit } from "./redrive-limit.ts";
import { sourceRecord } from "./source-record.ts";
import { hasVisibleMessages } from "./visible-messages.ts";

/** A long poll in slices, so that the worker looks around between them. */
export const LONG_POLL_SECONDS = 20;
const SLICE_SECONDS = 5;
/** A dead worker's messages come back after this time. */
const VISIBILITY_SECONDS = 120;
const EXTEND_EVERY_MILLISECONDS = 40_000;
/** A trial's process may be ended at any time: its messages come back after this. */
const TRIAL_TIMING = {
  sliceSeconds: 1,
  visibilitySeconds: 30,
  extendEveryMilliseconds: 10_000,
  lastReceiptMilliseconds: 0,
};
/** Of one worker. A queue allows 120,000 to all its receivers: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const IN_FLIGHT_MAX = 2_000;
/** What is on its way when reading ends is handed out yet: given back, it has used up one of the receives a dead-letter queue allows. */
const LAST_RECEIPT_MILLISECONDS = 500;
const OVER_LIMIT = "over limit";

/** What the reader carries from attempt to attempt; the messages themselves need no position, deletion is theirs. */
interface QueuePosition extends Position {
  readonly polls: number;
  /** Long polls in a row that found nothing. */
  readonly emptyReceives: number;
}

export interface SqsReaderInput {
  readonly config: NamedQueue & { readonly receiveBatchSize: number };
  readonly definition: SqsReaderDefinition;
  readonly access: CloudAccess;
  readonly isTrial?: boolean;
  /** For tests; the constants above unless given. */
  readonly timing?: Partial<Timing>;
}

interface Received {
  readonly fresh: readonly Message[];
  /** Messages that are in work here already: their visibility ended before their work. */
  readonly again: number;
}

interface Timing {
  readonly longPollSeconds: number;
  readonly sliceSeconds: number;
  readonly visibilitySeconds: number;
  readonly extendEveryMilliseconds: number;
  readonly lastReceiptMilliseconds: number;
}

/** One worker on a queue. It deletes a message when it is acknowledged, and gives back at its end what was not. */
export function openSqsReader(input: SqsReaderInput): Reader {
  const { config, definition, access } = input;
  const timing: Timing = {
    longPollSeconds: LONG_POLL_SECONDS,
    sliceSeconds: SLICE_SECONDS,
    visibilitySeconds: VISIBILITY_SECONDS,
    extendEveryMilliseconds: EXTEND_EVERY_MILLISECONDS,
    lastReceiptMilliseconds: LAST_RECEIPT_MILLISECONDS,
    ...(input.isTrial ? TRIAL_TIMING : {}),
    ...input.timing,
  };
  const sqs = clientFor(SQSClient, access);
  const name = nameOfQueue(config);
  const arn = queueArn(config, access);
  const source = { type: "QUEUE", name };
  const missing: (thrown: unknown) => never = sourceMissing(`The queue ${arn}`);
  const keepsOrder = name.endsWith(".fifo");
  let inFlight: InFlightMessages | null = null;
  let receiving: Promise<unknown> = Promise.resolve();
  let redrive: RedriveLimit | null = null;
  let heldUp = false;
  const receiveCounts = new Map<string, number>();

  /** Not aborted with the reading: what it brings is held, and given back on close. */
  async function receive(QueueUrl: string, held: InFlightMessages, WaitTimeSeconds: number): Promise<Received> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        WaitTimeSeconds,
        MaxNumberOfMessages: config.receiveBatchSize,
        VisibilityTimeout: timing.visibilitySeconds,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["MessageGroupId", "MessageDeduplicationId", "ApproximateReceiveCount"],
      }),
    );
    const fresh = Messages.filter(({ MessageId = "", ReceiptHandle = "" }) => held.hold(MessageId, ReceiptHandle));
    if (input.isTrial) {
      for (const { MessageId = "", Attributes } of Messages)
        receiveCounts.set(MessageId, Number(Attributes?.ApproximateReceiveCount ?? 1));
    }
    return { fresh, again: Messages.length - fresh.length };
  }

  async function* read(from: Position | null, signal: AbortSignal): AsyncGenerator<ReadBatch> {
    if (signal.aborted) return;
    const url = await findQueue(sqs, config, access, signal).catch(missing);
    if (input.isTrial) {
      redrive = await redriveLimit(sqs, { url, arn }, signal);
      refuseLastReceive(arn, redrive);
    }
    inFlight ??= new InFlightMessages(sqs, { url, arn }, timing);
    const held = inFlight;
    let { polls, emptyReceives } = queuePosition(from);
    let waitedSeconds = 0;
    const nothing = (awaitsAcknowledgement: boolean): ReadBatch => ({
      records: [],
      nextPosition: { polls, emptyReceives },
      bytesRead: 0,
      awaitsAcknowledgement,
    });
    while (!signal.aborted) {
      // A FIFO group hands out nothing more while one of its messages is in flight.
      const isHeldUp = keepsOrder && held.size > 0;
      const isFull = held.size >= IN_FLIGHT_MAX;
      const waitSeconds = isHeldUp ? 0 : timing.sliceSeconds;
      const receipt = isFull
        ? OVER_LIMIT
        : receive(url, held, waitSeconds).catch((thrown: unknown) => refused(thrown, held));
      receiving = Promise.resolve(receipt).catch(() => undefined);
      const received =
        (await unlessAborted(receipt, signal)) ??
        (await unlessAborted(receipt, AbortSignal.timeout(timing.lastReceiptMilliseconds)));
      if (received === null) return;
      polls++;
      if (received !== OVER_LIMIT && received.fresh.length > 0) {
        emptyReceives = 0;
        waitedSeconds = 0;
        const records = received.fresh.map((message) => sourceRecord(source, message));
        const bytesRead = records.reduce((sum, record) => sum + bytesOf(record), 0);
        const nextPosition = { polls, emptyReceives };
        yield { records, nextPosition, positionBehind: () => nextPosition, bytesRead };
      } else if (received === OVER_LIMIT || received.again > 0 || isHeldUp) {
        heldUp = isHeldUp;
        yield nothing(true);
        await held.fewer(timing.sliceSeconds * 1000, signal);
      } else {
        waitedSeconds += waitSeconds;
        const isWholePoll = waitedSeconds >= timing.longPollSeconds;
        if (isWholePoll) waitedSeconds = 0;
        // A queue at its own in-flight limit answers long polls as an empty one does: only deletions tell the two apart.
        const isCounted = isWholePoll && held.size === 0;
        if (isCounted) emptyReceives++;
        yield nothing(isWholePoll && held.size > 0);
        const isToEnd = isCounted && definition.stopCondition === "DrainQueues";
        if (isToEnd && emptyReceives >= definition.stopAfterConsecutiveEmptyReceives) {
          if (!(await hasVisibleMessages(sqs, { url, arn }, signal).catch(missing))) return;
          emptyReceives = 0;
        }
      }
    }
  }

  /** The queue's or our own in-flight limit is reached: going on needs deletions. */
  function refused(thrown: unknown, held: InFlightMessages): typeof OVER_LIMIT {
    const problem = classifyAwsError(thrown, { action: "sqs:ReceiveMessage", resource: arn });
    if (problem.details.awsCode === "OverLimit" && held.size > 0) return OVER_LIMIT;
    return missing(problem);
  }

  return {
    read,
    acknowledge: async (starts) => inFlight?.delete(starts.map(String)),
    async giveBack() {
      await receiving;
      await inFlight?.giveBack();
      return loanNotes({ receiveCounts: [...receiveCounts.values()], heldUp, redrive });
    },
    async close() {
      await receiving;
      await inFlight?.release();
    },
  };
}

function queuePosition(from: Position | null): QueuePosition {
  const { polls = 0, emptyReceives = 0 } = from ?? {};
  return { polls: Number(polls), emptyReceives: Number(emptyReceives) };
}

function bytesOf({ body, attributes }: ReadBatch["records"][number]): number {
  return body.length + (attributes.messageAttributes === "{}" ? 0 : (attributes.messageAttributes?.length ?? 0));
}

/** null when `signal` aborts first. */
async function unlessAborted<T>(value: T | Promise<T>, signal: AbortSignal): Promise<T | null> {
  let onAbort = () => {};
  const aborted = new Promise<null>((resolve) => {
    onAbort = () => resolve(null);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([value, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
