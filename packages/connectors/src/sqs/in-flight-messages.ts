import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { withRetry } from "@letsdata/aws/with-retry";
import { Problem } from "@letsdata/plugin-kit/problems";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
const BATCH_ENTRIES_MAX = 10;
/** At the end of an attempt nobody waits for long. */
const GIVE_BACK_ATTEMPTS_MAX = 3;

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
}

/** Messages received and not yet deleted: kept hidden from others until they are deleted or given back. */
export class InFlightMessages {
  readonly #sqs: SQSClient;
  readonly #queue: { readonly url: string; readonly arn: string };
  readonly #visibilitySeconds: number;
  readonly #handles = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  #extending: Promise<unknown> = Promise.resolve();
  #whenFewer = new Set<() => void>();

  constructor(
    sqs: SQSClient,
    queue: { readonly url: string; readonly arn: string },
    hiding: { readonly visibilitySeconds: number; readonly extendEveryMilliseconds: number },
  ) {
    this.#sqs = sqs;
    this.#queue = queue;
    this.#visibilitySeconds = hiding.visibilitySeconds;
    // One that fails is made up for by the next: visibility lasts for several.
    this.#timer = setInterval(() => {
      this.#extending = this.#hideFor(this.#visibilitySeconds).catch(() => undefined);
    }, hiding.extendEveryMilliseconds);
  }

  get size(): number {
    return this.#handles.size;
  }

  /** False when it is held already. Received again, a message answers to its new handle only. */
  hold(messageId: string, receiptHandle: string): boolean {
    const isNew = !this.#handles.has(messageId);
    this.#handles.set(messageId, receiptHandle);
    return isNew;
  }

  /** Throws a Problem worth repeating while some of them are not deleted; those done are not tried again. */
  async delete(messageIds: readonly string[]): Promise<void> {
    let undone: BatchResultErrorEntry | undefined;
    for (const entries of this.#entries(messageIds.filter((id) => this.#handles.has(id)))) {
      const answer = await this.#sqs
        .send(new DeleteMessageBatchCommand({ QueueUrl: this.#queue.url, Entries: entries.map(toEntry) }))
        .catch((thrown: unknown) => {
          throw classifyAwsError(thrown, { action: "sqs:DeleteMessage", resource: this.#queue.arn });
        });
      const failed = new Map((answer.Failed ?? []).map((entry) => [Number(entry.Id), entry]));
      for (const [index, [messageId, receiptHandle]] of entries.entries()) {
        const failure = failed.get(index);
        const cameAgain = this.#handles.get(messageId) !== receiptHandle;
        // A handle that SQS does not take any more belongs to a message that will come again, if it has not yet.
        if (!failure || (failure.SenderFault && !cameAgain)) this.#handles.delete(messageId);
        else undone = failure;
      }
    }
    for (const wake of this.#whenFewer) wake();
    if (undone) {
      throw new Problem("CLOUD_UNAVAILABLE", `SQS did not delete messages of ${this.#queue.arn} (${undone.Code}).`);
    }
  }

  /** Resolves when messages were deleted, when `signal` aborts, and at the latest after `milliseconds`. */
  fewer(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#whenFewer.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#whenFewer.add(done);
      signal.addEventListener("abort", done, { once: true });
      if (signal.aborted) done();
    });
  }

  /** Gives everything back at once. Best effort: what fails comes back when its visibility ends. */
  async release(): Promise<void> {
    await this.giveBack().catch(() => undefined);
  }

  /** Gives everything back at once. Throws the Problem of what SQS did not take back: that comes back when its visibility ends. */
  async giveBack(): Promise<void> {
    clearInterval(this.#timer);
    // An extension that arrives later would hide again what was given back.
    await this.#extending;
    const call = { action: "sqs:ChangeMessageVisibility", resource: this.#queue.arn };
    try {
      await withRetry(() => this.#hideFor(0), { call, attemptsMax: GIVE_BACK_ATTEMPTS_MAX });
    } catch (thrown) {
      const { code, message, details } = classifyAwsError(thrown, call);
      const still = `${message} Messages that were received come back after ${this.#visibilitySeconds} s.`;
      throw new Problem(code, still, { cause: thrown, details });
    } finally {
      this.#handles.clear();
    }
  }

  async #hideFor(VisibilityTimeout: number): Promise<void> {
    for (const entries of this.#entries([...this.#handles.keys()])) {
      const Entries = entries.map((entry, index) => ({ ...toEntry(entry, index), VisibilityTimeout }));
      const { Failed = [] } = await this.#sqs.send(
        new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#queue.url, Entries }),
      );
      // A handle that SQS does not take any more belongs to a message that is visible already.
      const undone = Failed.find(({ SenderFault }) => !SenderFault);
      if (undone) {
        throw new Problem(
          "CLOUD_UNAVAILABLE",
          `SQS kept messages of ${this.#queue.arn} as they were (${undone.Code}).`,
        );
      }
    }
  }

  *#entries(messageIds: readonly string[]): Generator<(readonly [string, string])[]> {
    for (let from = 0; from < messageIds.length; from += BATCH_ENTRIES_MAX) {
      yield messageIds
        .slice(from, from + BATCH_ENTRIES_MAX)
        .flatMap((id) => (this.#handles.has(id) ? [[id, this.#handles.get(id)!] as const] : []));
    }
  }
}

function toEntry([, ReceiptHandle]: readonly [string, string], index: number): Entry {
  return { Id: String(index), ReceiptHandle };
}
