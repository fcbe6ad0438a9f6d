import { compatibilityPartitioner, type MessageToProduce, ProduceAcks, Producer } from "@platformatic/kafka";
import { type BareTarget, bodyOf } from "./bare-task.ts";

/** As many bytes as Kafka takes of a partition at once by default. */
const BATCH_BYTES = 1024 * 1024;

/** The client as anybody would use it, without transactions: a full batch is under way while the next is filled, and keys keep their order. */
export function bareKafkaTarget(broker: string, topic: string): BareTarget {
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    clientId: "bare",
    bootstrapBrokers: [broker],
    idempotent: true,
    acks: ProduceAcks.ALL,
    partitioner: compatibilityPartitioner,
  });
  let batch: MessageToProduce[] = [];
  let bytes = 0;
  let underWay: Promise<unknown> = Promise.resolve();
  const sendBatch = (): void => {
    underWay = producer.send({ messages: batch });
    batch = [];
    bytes = 0;
  };
  return {
    put(document) {
      const value = Buffer.from(bodyOf(document));
      const key = Buffer.from(String(document.partitionKey));
      batch.push({ topic, key, value });
      bytes += key.length + value.length;
      if (bytes >= BATCH_BYTES) return underWay.then(sendBatch);
    },
    async end() {
      await underWay;
      if (batch.length > 0) sendBatch();
      await underWay;
      await producer.close();
    },
  };
}
