import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess, TaskIdentity } from "@letsdata/plugin-kit/connector";
import type { PreparedDocument, Writer } from "@letsdata/plugin-kit/writer";
import { compatibilityPartitioner, type MessageToProduce, ProduceAcks, Producer } from "@platformatic/kafka";
import { connectionOf, type KafkaCluster, type KafkaConnection } from "./connection.ts";
import { kafkaProblem, protocolIdOf } from "./kafka-problem.ts";
import { type CommittedPosition, positionPartition, positionValue, readPosition } from "./positions.ts";
import { ensureTopics, positionsTopicOf, type TopicShape } from "./topic.ts";

const BATCH_BYTES_MAX = 1024 * 1024;
const BATCH_DOCUMENTS_MAX = 10_000;
/** Head of a batch, with room for what compression may add to what does not compress. */
const BATCH_HEAD_BYTES = 1_024;
/** What opens is not repeated by the pipeline; somebody may be waiting for a trial. */
const OPEN_ATTEMPTS_MAX = 5;
/** Lengths, offset and time of one record. */
const RECORD_HEAD_BYTES = 32;

export interface KafkaWriterConfig extends KafkaCluster, TopicShape {
  readonly compression: "none" | "gzip" | "snappy" | "lz4" | "zstd";
}

export interface KafkaWriterInput {
  readonly config: KafkaWriterConfig;
  readonly access: CloudAccess;
  readonly task: TaskIdentity;
  /** The source gives a later attempt the same records with the same ordinals. */
  readonly ordinalsRepeat?: boolean;
  /** Throws LEASE_LOST. Asked before a session fences the one before it. */
  readonly confirmLease?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Documents of a task in their order, by an idempotent producer. Each batch is one transaction with the ordinal of its last
 * document, so that a batch whose outcome was not heard, or whose checkpoint was lost, is recognised and not written twice.
 * A later attempt fences the one before it. Where the cluster allows no transactions, repeats after a crash are possible.
 */
export async function openKafkaWriter(input: KafkaWriterInput): Promise<Writer> {
  const { config, access } = input;
  const { topicName } = config;
  const never = new AbortController().signal;
  const connection = await connectionOf(config, access, never);
  const cluster = connection.bootstrapBrokers.join(",");
  const bytesMax = await withRetry(
    () =>
      ensureTopics(connection, config).catch((thrown: unknown) => {
        throw kafkaProblem(thrown, cluster);
      }),
    { attemptsMax: OPEN_ATTEMPTS_MAX },
  );
  const batchBytes = Math.min(BATCH_BYTES_MAX, bytesMax) - BATCH_HEAD_BYTES;
  let session: Promise<Session> | null = null;

  return {
    limits: { maxDocumentBytes: batchBytes, maxBatchDocuments: BATCH_DOCUMENTS_MAX, maxBatchBytes: batchBytes },
    concurrentBatches: 1,
    prepare(document, ordinal) {
      const payload = Buffer.from(document.body);
      const bytes = payload.length + Buffer.byteLength(document.partitionKey) + RECORD_HEAD_BYTES;
      if (bytes <= batchBytes) return { document, ordinal, payload, bytes };
      const message = `The document has ${bytes} bytes with its key; the topic takes ${batchBytes}.`;
      return { code: "DOCUMENT_TOO_LARGE", message };
    },
    async write(batch, signal) {
      signal.throwIfAborted();
      try {
        session ??= openSession(connection, input, signal);
        const { send, committed } = await session;
        const rest = batch.filter(({ ordinal }) => ordinal > committed);
        if (rest.length > 0)
          await send(
            rest.map((document) => messageOf(document, topicName)),
            rest.at(-1)!.ordinal,
          );
        return [];
      } catch (thrown) {
        // What became of the batch is read from the positions topic by the next session.
        await closeSession();
        signal.throwIfAborted();
        throw kafkaProblem(thrown, cluster);
      }
    },
    close: closeSession,
  };

  async function closeSession(): Promise<void> {
    const ending = session;
    session = null;
    await ending?.then(({ close }) => close()).catch(() => {});
  }
}

type Transaction = Awaited<ReturnType<Producer["beginTransaction"]>>;
/** Asks for the next epoch, whichever was the last: the client's own default claims to be producer 0. */
const NEW_SESSION = { producerId: -1n, producerEpoch: -1 };

interface Session {
  /** Documents up to this ordinal are in the topic already. */
  readonly committed: number;
  send(messages: MessageToProduce[], lastOrdinal: number): Promise<void>;
  close(): Promise<void>;
}

async function openSession(
  connection: KafkaConnection,
  input: KafkaWriterInput,
  signal: AbortSignal,
): Promise<Session> {
  await input.confirmLease?.(signal);
  const transactional = await openTransactional(connection, input).catch((thrown: unknown) => {
    if (!isWithoutTransactions(thrown)) throw thrown;
    return null;
  });
  return transactional ?? openIdempotent(connection, input);
}

async function openTransactional(connection: KafkaConnection, input: KafkaWriterInput): Promise<Session> {
  const { task, config, ordinalsRepeat = false } = input;
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    ...producerOptions(connection, config),
    transactionalId: `ld-${task.datasetId}-${task.taskId}`,
  });
  try {
    // Ends the transactions of an earlier session and fences it: from here on the position stands still.
    let first: Transaction | null = await producer.beginTransaction(NEW_SESSION);
    const positions = positionsTopicOf(config.topicName);
    const metadata = await producer.metadata({ topics: [positions] });
    const partition = positionPartition(task.taskId, metadata.topics.get(positions)!.partitionsCount);
    const before = await readPosition(connection, config.topicName, task.taskId);
    return {
      committed: before && isOfTheseOrdinals(before) ? before.ordinal : -1,
      async send(messages, ordinal) {
        const transaction = first ?? (await producer.beginTransaction());
        first = null;
        const value = positionValue({ ordinal, attempt: task.attempt });
        const position = { topic: positions, partition, key: Buffer.from(task.taskId), value };
        await transaction.send({ messages: [...messages, position] });
        await transaction.commit();
      },
      close: () => producer.close(true),
    };
  } catch (thrown) {
    await producer.close(true).catch(() => {});
    throw thrown;
  }

  function isOfTheseOrdinals({ attempt }: CommittedPosition): boolean {
    return ordinalsRepeat || attempt === task.attempt;
  }
}

async function openIdempotent(connection: KafkaConnection, { config }: KafkaWriterInput): Promise<Session> {
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>(producerOptions(connection, config));
  return {
    committed: -1,
    send: async (messages) => void (await producer.send({ messages })),
    close: () => producer.close(true),
  };
}

function producerOptions(connection: KafkaConnection, { compression }: KafkaWriterConfig) {
  return {
    ...connection,
    idempotent: true,
    acks: ProduceAcks.ALL,
    compression,
    // The placement of Kafka's own producers.
    partitioner: compatibilityPartitioner,
  };
}

function isWithoutTransactions(thrown: unknown): boolean {
  const id = protocolIdOf(thrown);
  return id === "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" || id === "UNSUPPORTED_VERSION";
}

function messageOf({ document, payload }: PreparedDocument, topic: string): MessageToProduce {
  const value = payload as Buffer;
  return document.partitionKey === "" ? { topic, value } : { topic, value, key: Buffer.from(document.partitionKey) };
}
