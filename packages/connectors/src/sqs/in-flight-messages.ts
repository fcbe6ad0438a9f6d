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
/** So many calls that fail say enough of the rest. */
const FAILED_CALLS_MAX = 3;

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
  /** Held messages that are to be deleted: tried again with the next ones, at each extension, and at last before all is given back. */
  readonly #done = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  /** Under way: the next begins though one has not ended, so that a call that hangs leaves no message without. */
  readonly #extensions = new Set<Promise<unknown>>();
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
      const extension = this.#deleteDone()
        .catch(() => undefined)
        .then(() => this.#hideFor(this.#visibilitySeconds))
        .catch(() => undefined)
        .finally(() => this.#extensions.delete(extension));
      this.#extensions.add(extension);
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
    for (const id of messageIds) if (this.#handles.has(id)) this.#done.add(id);
    await this.#deleteDone();
  }

  async #deleteDone(): Promise<void> {
    let undone: BatchResultErrorEntry | undefined;
    for (const entries of this.#entries([...this.#done])) {
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
        if (!failure || (failure.SenderFault && !cameAgain)) this.#forget(messageId);
        else undone = failure;
      }
    }
    for (const wake of this.#whenFewer) wake();
    if (undone) {
      throw new Problem("CLOUD_UNAVAILABLE", `SQS did not delete messages of ${this.#queue.arn} (${undone.Code}).`);
    }
  }

  #forget(messageId: string): void {
    this.#handles.delete(messageId);
    this.#done.delete(messageId);
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
    await Promise.all(this.#extensions);
    const call = { action: "sqs:ChangeMessageVisibility", resource: this.#queue.arn };
    try {
      await this.#deleteDone().catch(() => undefined);
      await withRetry(() => this.#hideFor(0), { call, attemptsMax: GIVE_BACK_ATTEMPTS_MAX });
    } catch (thrown) {
      const { code, message, details } = classifyAwsError(thrown, call);
      const still = `${message} Messages that were received come back after ${this.#visibilitySeconds} s.`;
      throw new Problem(code, still, { cause: thrown, details });
    } finally {
      this.#handles.clear();
      this.#done.clear();
    }
  }

  /** One call that fails keeps no other from its messages; throws what the first of them failed with. */
  async #hideFor(seconds: number): Promise<void> {
    const failures: unknown[] = [];
    for (const entries of this.#entries([...this.#handles.keys()])) {
      await this.#hide(entries, seconds).catch((thrown: unknown) => failures.push(thrown));
      if (failures.length === FAILED_CALLS_MAX) break;
    }
    if (failures.length > 0) throw failures[0];
  }

  async #hide(entries: readonly (readonly [string, string])[], VisibilityTimeout: number): Promise<void> {
    const Entries = entries.map((entry, index) => ({ ...toEntry(entry, index), VisibilityTimeout }));
    const { Failed = [] } = await this.#sqs.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#queue.url, Entries }),
    );
    // A handle that SQS does not take any more belongs to a message that is visible already.
    const undone = Failed.find(({ SenderFault }) => !SenderFault);
    if (!undone) return;
    throw new Problem("CLOUD_UNAVAILABLE", `SQS kept messages of ${this.#queue.arn} as they were (${undone.Code}).`);
  }

  /** Of those that are held when their turn comes: others are deleted while a call is under way. */
  *#entries(messageIds: readonly string[]): Generator<(readonly [string, string])[]> {
    for (let from = 0; from < messageIds.length; from += BATCH_ENTRIES_MAX) {
      const entries = messageIds
        .slice(from, from + BATCH_ENTRIES_MAX)
        .flatMap((id) => (this.#handles.has(id) ? [[id, this.#handles.get(id)!] as const] : []));
      if (entries.length > 0) yield entries;
    }
  }
}

function toEntry([, ReceiptHandle]: readonly [string, string], index: number): Entry {
  return { Id: String(index), ReceiptHandle };
}
