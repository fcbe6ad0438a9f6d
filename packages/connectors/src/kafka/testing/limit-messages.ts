import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes, Producer } from "@platformatic/kafka";
import { expect } from "vitest";
import type { KafkaConnection } from "../connection.ts";
import { protocolIdOf } from "../kafka-problem.ts";

/** More than a limit that is set for a test, less than the usual one. */
export const LARGE_BYTES = 50_000;

/** Sets the topic's `max.message.bytes`; returns when the broker goes by it, which a transaction that is taken back finds out. */
export async function limitMessages(
  connection: Pick<KafkaConnection, "clientId" | "bootstrapBrokers">,
  topicName: string,
  bytes: number,
): Promise<void> {
  const admin = new Admin(connection);
  const takes = async (bytes: number): Promise<boolean> => {
    const options = { ...connection, idempotent: true, transactionalId: `probe-${topicName}`, timeout: 60_000 };
    const producer = new Producer<Buffer, Buffer, Buffer, Buffer>(options);
    try {
      const transaction = await producer.beginTransaction({ producerId: -1n, producerEpoch: -1 });
      const message = { topic: topicName, partition: 0, value: Buffer.from(JSON.stringify("x".repeat(bytes))) };
      const sent = await Promise.allSettled([transaction.send({ messages: [message] })]);
      await transaction.abort();
      const [{ status, reason = null }] = sent as [PromiseSettledResult<unknown> & { readonly reason?: unknown }];
      // What a busy broker says for a while says nothing of the limit.
      if (status === "rejected" && protocolIdOf(reason) !== "MESSAGE_TOO_LARGE") throw reason;
      return status === "fulfilled";
    } finally {
      await producer.close(true);
    }
  };
  const limit = { name: "max.message.bytes", value: String(bytes) };
  const configs = [{ ...limit, configOperation: IncrementalAlterConfigOperationTypes.SET }];
  const topic = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topicName };
  try {
    await admin.incrementalAlterConfigs({ resources: [{ ...topic, configs }] });
    await expect.poll(() => takes(LARGE_BYTES), { timeout: 30_000 }).toBe(bytes > LARGE_BYTES);
  } finally {
    await admin.close();
  }
}
