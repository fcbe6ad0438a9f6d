import { Admin, Consumer, compressionsAlgorithms, FetchIsolationLevels } from "@platformatic/kafka";
import type { KafkaConnection } from "../connection.ts";

/** Bits of a batch's attributes. */
const TRANSACTIONAL = 0b10000;
const CONTROL = 0b100000;
const CODEC = 0b111;

interface Found {
  readonly id: string;
  isCommitted: boolean;
}

/** Of the batches of a topic's first partition with any, as the broker stores them; each name once. */
export async function codecsIn(
  connection: Pick<KafkaConnection, "clientId" | "bootstrapBrokers">,
  topicName: string,
): Promise<readonly string[]> {
  const names = Object.entries(compressionsAlgorithms);
  const admin = new Admin(connection);
  const consumer = new Consumer({ ...connection, groupId: `looks-at-${topicName}` });
  try {
    const { id: topicId, partitions } = (await admin.metadata({ topics: [topicName] })).topics.get(topicName)!;
    for (const [partition, { leader: node }] of partitions.entries()) {
      const from = { currentLeaderEpoch: -1, fetchOffset: 0n, lastFetchedEpoch: -1, partitionMaxBytes: 2 ** 24 };
      const answer = await consumer.fetch({
        node,
        topics: [{ topicId, partitions: [{ partition, ...from }] }],
        minBytes: 0,
        maxBytes: 2 ** 24,
        maxWaitTime: 500,
        isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      });
      const batches = (answer.responses[0]?.partitions[0]?.records ?? []).filter(
        ({ attributes }) => !(attributes & CONTROL),
      );
      const codecs = batches.map(
        ({ attributes }) => names.find(([, { bitmask }]) => bitmask === (attributes & CODEC))?.[0],
      );
      if (codecs.length > 0) return [...new Set(codecs.map(String))];
    }
    return [];
  } finally {
    await Promise.all([admin.close(), consumer.close(true)]);
  }
}

/** Document ids of a topic by partition, in their order; those of committed transactions only. */
export async function committedIds(
  connection: Pick<KafkaConnection, "clientId" | "bootstrapBrokers">,
  topicName: string,
  partitionCount: number,
): Promise<readonly (readonly string[])[]> {
  const admin = new Admin(connection);
  const consumer = new Consumer({ ...connection, groupId: `reads-${topicName}` });
  const isolationLevel = FetchIsolationLevels.READ_COMMITTED;
  const numbers = Array.from({ length: partitionCount }, (_, partition) => partition);
  try {
    const partitions = numbers.map((partitionIndex) => ({ partitionIndex, timestamp: -1n }));
    // Not only up to the last ended transaction: one that is committed may be ended a moment later.
    const [listed] = await admin.listOffsets({ topics: [{ name: topicName, partitions }] });
    const left = new Map(listed!.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset]));
    const ids: (readonly string[])[] = numbers.map(() => []);
    const metadata = await admin.metadata({ topics: [topicName] });
    const topic = metadata.topics.get(topicName)!;
    for (const [partition, end] of left) {
      const found: Found[] = [];
      // By producer: an aborted transaction is handed out, too, and only its marker tells.
      const open = new Map<bigint, Found[]>();
      // The marker of what was handed out may stand behind the end of a moment ago.
      for (let fetchOffset = 0n; fetchOffset < end || open.size > 0; ) {
        const position = {
          partition,
          currentLeaderEpoch: -1,
          fetchOffset,
          lastFetchedEpoch: -1,
          partitionMaxBytes: 2 ** 24,
        };
        const answer = await consumer.fetch({
          node: topic.partitions[partition]!.leader,
          topics: [{ topicId: topic.id, partitions: [position] }],
          minBytes: 1,
          maxBytes: 2 ** 24,
          maxWaitTime: 500,
          isolationLevel,
        });
        for (const batch of answer.responses[0]?.partitions[0]?.records ?? []) {
          fetchOffset = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
          const ofProducer = open.get(batch.producerId) ?? [];
          if (batch.attributes & CONTROL) {
            const isCommit = batch.records[0]?.key?.readInt16BE(2) === 1;
            for (const one of ofProducer) one.isCommitted = isCommit;
            open.delete(batch.producerId);
            continue;
          }
          const isTransactional = (batch.attributes & TRANSACTIONAL) !== 0;
          for (const { value } of batch.records) {
            const { documentId: id } = JSON.parse(value!.toString()) as { readonly documentId: string };
            const one = { id, isCommitted: !isTransactional };
            found.push(one);
            if (isTransactional) ofProducer.push(one);
          }
          if (isTransactional) open.set(batch.producerId, ofProducer);
        }
      }
      ids[partition] = found.filter(({ isCommitted }) => isCommitted).map(({ id }) => id);
    }
    return ids;
  } finally {
    await Promise.all([admin.close(), consumer.close(true)]);
  }
}
