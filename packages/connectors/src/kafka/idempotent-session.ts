import type { PreparedDocument } from "@letsdata/plugin-kit/writer";
import { type MessageToProduce, Producer } from "@platformatic/kafka";
import { inBatches, producerOptions, type Session, type SessionInput } from "./session.ts";

/** Where the cluster allows no transactions: repeats are possible after a crash or an answer that was not heard. */
export function openIdempotentSession(input: SessionInput): Session {
  const { topicName } = input.config;
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>(producerOptions(input));
  return {
    async send(documents) {
      for (const batch of inBatches(documents, input.batchBytes)) {
        await producer.send({ messages: batch.map((document) => messageOf(document, topicName)) });
        input.sent.add(batch.map(({ ordinal }) => ordinal));
      }
    },
    close: () => producer.close(true),
  };
}

function messageOf({ document, payload }: PreparedDocument, topic: string): MessageToProduce {
  const value = Buffer.from(payload as string);
  return document.partitionKey === "" ? { topic, value } : { topic, value, key: Buffer.from(document.partitionKey) };
}
