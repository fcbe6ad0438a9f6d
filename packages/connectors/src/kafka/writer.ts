import { withRetry } from "@letsdata/aws/with-retry";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { connectionOf } from "./connection.ts";
import { openIdempotentSession } from "./idempotent-session.ts";
import { isFenced, kafkaProblem, protocolIdOf } from "./kafka-problem.ts";
import { RECORD_HEAD_BYTES } from "./record-batch.ts";
import { SentOrdinals } from "./sent-ordinals.ts";
import type { KafkaWriterInput, Session, SessionInput } from "./session.ts";
import { ensureTopics, topicShapeOf } from "./topic.ts";
import { openTransactionalSession } from "./transactional-session.ts";

/** Of one transaction: its begin and end cost the same for one document as for thousands. */
const TRANSACTION_BYTES_MAX = 4 * 1024 * 1024;
const TRANSACTION_DOCUMENTS_MAX = 10_000;
/** Of what a transaction sends to one partition at once. */
const BATCH_BYTES_MAX = 1024 * 1024;
/** Head of a batch, with room for what compression may add to what does not compress. */
const BATCH_HEAD_BYTES = 1_024;
/** What opens is not repeated by the pipeline; somebody may be waiting for a trial. */
const OPEN_ATTEMPTS_MAX = 5;

/**
 * Documents of a task in their order. What the pipeline writes at once is one transaction with the ordinals that were sent since
 * the checkpoint, so that what was sent and not heard of, or whose checkpoint was lost, is recognised and not written twice.
 * A later attempt fences the one before it. Where the cluster allows no transactions, repeats after a crash are possible.
 */
export async function openKafkaWriter(input: KafkaWriterInput): Promise<Writer> {
  const { config, access } = input;
  const never = new AbortController().signal;
  const connection = await connectionOf(config, access, never);
  const cluster = connection.bootstrapBrokers.join(",");
  const bytesMax = await withRetry(
    () =>
      ensureTopics(connection, topicShapeOf(config, access)).catch((thrown: unknown) => {
        throw kafkaProblem(thrown, cluster);
      }),
    { attemptsMax: OPEN_ATTEMPTS_MAX },
  );
  const batchBytes = Math.min(BATCH_BYTES_MAX, bytesMax) - BATCH_HEAD_BYTES;
  const sent = new SentOrdinals();
  const sessionInput = { ...input, connection, batchBytes, sent };
  let session: Promise<Session> | null = null;
  // A dozen calls that the first documents would wait for; what is wrong is told when they come.
  if (!input.isTrial) {
    session = openSession(sessionInput, never);
    session.catch(() => {});
  }

  return {
    limits: {
      maxDocumentBytes: batchBytes,
      maxBatchDocuments: TRANSACTION_DOCUMENTS_MAX,
      maxBatchBytes: TRANSACTION_BYTES_MAX,
      batchesCostAlike: true,
    },
    concurrentBatches: 1,
    needsStart: input.numbering !== undefined,
    checkpointAt: (ordinal) => sent.forgetBelow(ordinal),
    prepare(document, ordinal) {
      const { body, partitionKey } = document;
      const bytes = Buffer.byteLength(body) + Buffer.byteLength(partitionKey) + RECORD_HEAD_BYTES;
      if (bytes <= batchBytes) return { document, ordinal, payload: body, bytes };
      const message = `The document has ${bytes} bytes with its key; the topic takes ${batchBytes}.`;
      return { code: "DOCUMENT_TOO_LARGE", message };
    },
    async write(batch, signal) {
      signal.throwIfAborted();
      try {
        session ??= openSession(sessionInput, signal);
        const open = await session;
        const rest = batch.filter(({ ordinal }) => !sent.has(ordinal));
        if (rest.length > 0) await open.send(rest);
        return [];
      } catch (thrown) {
        // What became of the batch is read from the positions topic by the next session.
        await closeSession();
        signal.throwIfAborted();
        if (isFenced(thrown) && input.confirmLease) {
          // Somebody without the lease, or the broker itself: it ends a transaction whose end took it too long.
          await input.confirmLease(signal);
          const message = `Kafka at ${cluster} ended the session of this task's producer.`;
          throw new Problem("CLOUD_UNAVAILABLE", message, { cause: thrown });
        }
        throw kafkaProblem(thrown, cluster);
      }
    },
    close: closeSession,
  };

  async function closeSession(): Promise<void> {
    const ending = session;
    session = null;
    const ended = await ending?.catch(() => null);
    await ended?.close().catch(() => {});
  }
}

async function openSession(input: SessionInput, signal: AbortSignal): Promise<Session> {
  await input.confirmLease?.(signal);
  return openTransactionalSession(input).catch((thrown: unknown) => {
    if (!isWithoutTransactions(thrown)) throw thrown;
    return openIdempotentSession(input);
  });
}

function isWithoutTransactions(thrown: unknown): boolean {
  const id = protocolIdOf(thrown);
  return id === "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" || id === "UNSUPPORTED_VERSION";
}
