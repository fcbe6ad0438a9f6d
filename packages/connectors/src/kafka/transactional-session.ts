import { Problem } from "@letsdata/plugin-kit/problems";
import type { PreparedDocument } from "@letsdata/plugin-kit/writer";
import { type ClusterMetadata, type Connection, Producer } from "@platformatic/kafka";
import { REQUEST_TIMEOUT_MS } from "./connection.ts";
import { protocolIdOf } from "./kafka-problem.ts";
import { partitionOfDocument } from "./key-partition.ts";
import { openBroker } from "./open-broker.ts";
import { positionPartition, positionRecord, readPosition } from "./positions.ts";
import { type PartitionBatch, produce, produceVersion } from "./produce.ts";
import { encodeRecordBatch, type TopicRecord } from "./record-batch.ts";
import { inBatches, producerOptions, type Session, type SessionInput } from "./session.ts";
import { positionsTopicOf } from "./topic.ts";

/** After which the broker ends a transaction whose producer is silent: as with Kafka's own producers, and longer than any call. */
const TRANSACTION_TIMEOUT_MS = 60_000;
/** Asks for the next epoch, whichever was the last: the client's own default claims to be producer 0. */
const NEW_SESSION = { producerId: -1n, producerEpoch: -1 };
const SEQUENCES = 2 ** 31;
const NO_VALUE = Buffer.alloc(0);

type Transaction = Awaited<ReturnType<Producer["beginTransaction"]>>;

interface Placed {
  readonly topic: string;
  readonly partition: number;
  readonly batches: readonly (readonly TopicRecord[])[];
}

/**
 * All that is sent at once is one transaction with its position. The client keeps the producer's identity and begins and ends
 * transactions; what is within them goes past its `send`, whose objects per message cost more than the rest of a task.
 */
export async function openTransactionalSession(input: SessionInput): Promise<Session> {
  const { task, connection, config, batchBytes, sent } = input;
  const numbering = input.numbering ?? `attempt ${task.attempt}`;
  const transactionalId = `ld-${task.datasetId}-${task.taskId}`;
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    ...producerOptions(input),
    transactionalId,
    timeout: TRANSACTION_TIMEOUT_MS,
  });
  const brokers = new Map<number, Promise<Connection>>();
  const sequences = new Map<string, number>();
  const closing = new AbortController();
  const positions = positionsTopicOf(config.topicName);
  const topics = [config.topicName, positions];
  try {
    // Ends the transactions of an earlier session and fences it: from here on the position stands still.
    let first: Transaction | null = await producer.beginTransaction(NEW_SESSION);
    const [apis, before] = await Promise.all([
      producer.listApis(),
      readPosition(connection, config.topicName, task.taskId),
    ]);
    const version = produceVersion(apis);
    if (before?.numbering === numbering) sent.addRuns(before.runs);
    return {
      async send(documents) {
        const ordinals = documents.map(({ ordinal }) => ordinal);
        const transaction = first ?? (await producer.beginTransaction());
        first = null;
        const metadata = await producer.metadata({ topics: [...topics] });
        const placed = [...placeDocuments(documents, metadata), placePosition(ordinals, metadata)];
        try {
          await transaction.addPartitions(
            metadata,
            placed.map(({ topic, partition }) => ({ topic, partition, value: NO_VALUE })),
          );
          await sendAll(placed, metadata, version);
          await transaction.commit();
          sent.add(ordinals);
        } catch (thrown) {
          // Readers of the topic wait for its end; a broker that does not answer ends it by itself.
          if (protocolIdOf(thrown) !== null) await transaction.abort().catch(() => {});
          throw thrown;
        }
      },
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }

  function placeDocuments(documents: readonly PreparedDocument[], metadata: ClusterMetadata): Placed[] {
    const topic = config.topicName;
    const count = metadata.topics.get(topic)!.partitionsCount;
    const byPartition = new Map<number, TopicRecord[]>();
    for (const { document, payload, bytes } of documents) {
      const partition = partitionOfDocument(document, count);
      const record = { key: document.partitionKey, value: payload as string, bytes };
      const others = byPartition.get(partition);
      if (others) others.push(record);
      else byPartition.set(partition, [record]);
    }
    return [...byPartition].map(([partition, own]) => ({ topic, partition, batches: inBatches(own, batchBytes) }));
  }

  function placePosition(ordinals: readonly number[], metadata: ClusterMetadata): Placed {
    const partition = positionPartition(task.taskId, metadata.topics.get(positions)!.partitionsCount);
    const record = positionRecord(task.taskId, { numbering, runs: sent.runsWith(ordinals) });
    return { topic: positions, partition, batches: [[record]] };
  }

  /**
   * The first batch of each partition, then the second ones …: a request is under way while the next is made. Settles when no
   * request is under way: what reached a broker after the end of its transaction would stay open there for good.
   */
  async function sendAll(placed: readonly Placed[], metadata: ClusterMetadata, version: number): Promise<void> {
    const underWay: Promise<void>[] = [];
    const now = Date.now();
    const rounds = Math.max(...placed.map(({ batches }) => batches.length));
    const call = { transactionalId, timeoutMilliseconds: REQUEST_TIMEOUT_MS };
    let outcomes: readonly PromiseSettledResult<void>[] = [];
    try {
      for (let round = 0; round < rounds; round++) {
        for (const [leader, batches] of await encodeRound(placed, round, metadata, now)) {
          const broker = await brokerOf(leader, metadata);
          const sending = produce(broker, batches, { ...call, version });
          // Told below, when all have an answer.
          sending.catch(() => {});
          underWay.push(sending);
        }
      }
    } finally {
      outcomes = await Promise.allSettled(underWay);
    }
    const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    if (failures.length === 0) return;
    // What comes behind a refused request is refused because of it; but first of all, what became of one may not be known.
    throw failures.find((failure) => protocolIdOf(failure) === null) ?? failures[0];
  }

  /** By the partitions' leader. */
  async function encodeRound(
    placed: readonly Placed[],
    round: number,
    metadata: ClusterMetadata,
    now: number,
  ): Promise<Map<number, PartitionBatch[]>> {
    const byLeader = new Map<number, PartitionBatch[]>();
    for (const { topic, partition, batches } of placed) {
      const records = batches[round];
      if (!records) continue;
      const origin = {
        producerId: producer.producerId!,
        producerEpoch: producer.producerEpoch!,
        firstSequence: takeSequences(`${topic}:${partition}`, records.length),
      };
      const batch = await encodeRecordBatch(records, origin, config.compression, now);
      const { leader } = metadata.topics.get(topic)!.partitions[partition]!;
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), { topic, partition, batch }]);
    }
    return byLeader;
  }

  function takeSequences(partition: string, count: number): number {
    const from = sequences.get(partition) ?? 0;
    sequences.set(partition, (from + count) % SEQUENCES);
    return from;
  }

  async function brokerOf(leader: number, metadata: ClusterMetadata): Promise<Connection> {
    const known = await brokers.get(leader);
    if (known?.isConnected()) return known;
    // What was sent on it comes first, and it is not left behind.
    if (known?.status === "reauthenticating") return known.ready().then(() => known);
    known?.close().catch(() => {});
    const address = metadata.brokers.get(leader);
    if (!address) throw new Problem("CLOUD_UNAVAILABLE", `Kafka's broker ${leader}, which leads a partition, is away.`);
    const opening = openBroker(connection, [address], closing.signal);
    brokers.set(leader, opening);
    return opening;
  }

  async function close(): Promise<void> {
    closing.abort();
    const open = [...brokers.values()].map((broker) => broker.then((opened) => opened.close()));
    await Promise.allSettled([...open, producer.close(true)]);
  }
}
