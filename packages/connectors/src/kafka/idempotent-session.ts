import type { PreparedDocument } from "@letsdata/plugin-kit/writer";
import { type MessageToProduce, Producer } from "@platformatic/kafka";
import { partitionOfDocument } from "./key-partition.ts";
import { inBatches, producerOptions, type Session, type SessionInput } from "./session.ts";

/** Where the cluster allows no transactions: repeats are possible after a crash or an answer that was not heard. */
export function openIdempotentSession(input: SessionInput): Session {
  const { topicName } = input.config;
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>(producerOptions(input));

  /** Of one partition: it is taken or refused as a whole, whatever becomes of others. */
  async function sendBatch(partition: number, batch: readonly PreparedDocument[]): Promise<void> {
    await producer.send({ messages: batch.map((document) => messageOf(document, topicName, partition)) });
    input.sent.add(batch.map(({ ordinal }) => ordinal));
  }

  return {
    async send(documents) {
      const metadata = await producer.metadata({ topics: [topicName] });
      const count = metadata.topics.get(topicName)!.partitionsCount;
      const placed = [...Map.groupBy(documents, ({ document }) => partitionOfDocument(document, count))].map(
        ([partition, own]) => ({ partition, batches: inBatches(own, input.batchBytes) }),
      );
      const rounds = Math.max(...placed.map(({ batches }) => batches.length));
      // The first batch of each partition, then the second ones …: none is begun behind a failure, which costs the producer its identity.
      for (let round = 0; round < rounds; round++) {
        const sending = placed.flatMap(({ partition, batches }) => {
          const batch = batches[round];
          return batch ? [sendBatch(partition, batch)] : [];
        });
        const outcomes = await Promise.allSettled(sending);
        for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
      }
    },
    close: () => producer.close(true),
  };
}

function messageOf({ document, payload }: PreparedDocument, topic: string, partition: number): MessageToProduce {
  const message = { topic, partition, value: Buffer.from(payload as string) };
  return document.partitionKey === "" ? message : { ...message, key: Buffer.from(document.partitionKey) };
}
