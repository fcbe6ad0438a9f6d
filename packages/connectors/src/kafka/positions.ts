import { createHash } from "node:crypto";
import { Admin, Consumer, FetchIsolationLevels, ProduceAcks, Producer } from "@platformatic/kafka";
import type { KafkaConnection } from "./connection.ts";
import { FETCH_WAIT_MS, type FetchAnswer, readToEnd } from "./read-to-end.ts";
import { RECORD_HEAD_BYTES, type TopicRecord } from "./record-batch.ts";
import { positionsTopicOf } from "./topic.ts";

/** Which of a task's documents are in the topic, committed in one transaction with them. */
export interface CommittedPosition {
  /** Of the ordinals: those of another numbering say nothing of this one's documents. */
  readonly numbering: string;
  /** What was sent behind the checkpoint of that time, as `SentOrdinals` stores it. */
  readonly runs: readonly number[];
}

/** Bits of a batch's attributes. */
const TRANSACTIONAL = 0b10000;
const CONTROL = 0b100000;
const FETCH_BYTES = 1024 * 1024;

/** Each task keeps to one partition of the positions topic. */
export function positionPartition(taskId: string, partitions: number): number {
  return createHash("md5").update(taskId).digest().readUInt32BE() % partitions;
}

export function positionRecord(taskId: string, position: CommittedPosition): TopicRecord {
  const value = JSON.stringify(position);
  return { key: taskId, value, bytes: RECORD_HEAD_BYTES + taskId.length + value.length };
}

/** The task's documents are to be written again from the first one. */
export async function forgetPosition(connection: KafkaConnection, topicName: string, taskId: string): Promise<void> {
  const topic = positionsTopicOf(topicName);
  const producer = new Producer({ ...connection, idempotent: true, acks: ProduceAcks.ALL });
  try {
    const metadata = await producer.metadata({ topics: [topic] });
    const partition = positionPartition(taskId, metadata.topics.get(topic)!.partitionsCount);
    await producer.send({ messages: [{ topic, partition, key: Buffer.from(taskId) }] });
  } finally {
    await producer.close();
  }
}

/** The task's last committed position; null where there is none. Reads its partition of the compacted topic to the end. */
export async function readPosition(
  connection: KafkaConnection,
  topicName: string,
  taskId: string,
): Promise<CommittedPosition | null> {
  const topic = positionsTopicOf(topicName);
  const admin = new Admin(connection);
  const consumer = new Consumer({ ...connection, groupId: `ld-${taskId}` });
  try {
    const metadata = await admin.metadata({ topics: [topic] });
    const { id: topicId, partitions } = metadata.topics.get(topic)!;
    const partition = positionPartition(taskId, partitions.length);
    // Tasks share a partition: one whose transaction is open hides what others committed behind it from readers of committed records. The
    // markers say here what was committed, and this task's own transactions have all ended.
    const isolationLevel = FetchIsolationLevels.READ_UNCOMMITTED;
    const offsetAt = async (timestamp: bigint): Promise<bigint> => {
      const topics = [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }];
      const [listed] = await admin.listOffsets({ topics, isolationLevel });
      return listed!.partitions[0]!.offset;
    };
    const [offset, end] = await Promise.all([offsetAt(-2n), offsetAt(-1n)]);
    let found: Buffer | null = null;
    // By producer: what it wrote counts when its transaction's marker says so.
    const open = new Map<bigint, Buffer | null>();
    const fetch = async (fetchOffset: bigint): Promise<FetchAnswer> => {
      const from = { currentLeaderEpoch: -1, fetchOffset, lastFetchedEpoch: -1, partitionMaxBytes: FETCH_BYTES };
      const { responses, throttleTimeMs } = await consumer.fetch({
        node: partitions[partition]!.leader,
        topics: [{ topicId, partitions: [{ partition, ...from }] }],
        minBytes: 1,
        maxBytes: FETCH_BYTES,
        maxWaitTime: FETCH_WAIT_MS,
        isolationLevel,
      });
      return { throttleTimeMs, batches: responses[0]?.partitions[0]?.records ?? [] };
    };
    for await (const batch of readToEnd({ offset, end }, fetch)) {
      if (batch.attributes & CONTROL) {
        const isCommit = batch.records[0]?.key?.readInt16BE(2) === 1;
        if (isCommit && open.has(batch.producerId)) found = open.get(batch.producerId)!;
        open.delete(batch.producerId);
        continue;
      }
      for (const { key, value } of batch.records) {
        if (key?.toString() !== taskId) continue;
        if (batch.attributes & TRANSACTIONAL) open.set(batch.producerId, value);
        else found = value;
      }
    }
    return found === null ? null : (JSON.parse(found.toString()) as CommittedPosition);
  } finally {
    await Promise.all([admin.close(), consumer.close(true)]);
  }
}
