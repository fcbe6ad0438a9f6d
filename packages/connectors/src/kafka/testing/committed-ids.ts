import { Admin, Consumer, FetchIsolationLevels } from "@platformatic/kafka";
import type { KafkaConnection } from "../connection.ts";

/** Document ids of a topic by partition, those of ended transactions only. */
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
    const ids: string[][] = numbers.map(() => []);
    const metadata = await admin.metadata({ topics: [topicName] });
    const topic = metadata.topics.get(topicName)!;
    for (const [partition, end] of left) {
      for (let fetchOffset = 0n; fetchOffset < end; ) {
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
        for (const batch of answer.responses[0]!.partitions[0]!.records ?? []) {
          fetchOffset = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
          if (batch.attributes & 0b100000) continue;
          for (const { value } of batch.records) {
            ids[partition]!.push((JSON.parse(value!.toString()) as { documentId: string }).documentId);
          }
        }
      }
    }
    return ids;
  } finally {
    await Promise.all([admin.close(), consumer.close(true)]);
  }
}
