import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { connectionOf } from "./connection.ts";
import { kafkaProblem } from "./kafka-problem.ts";
import { forgetPosition } from "./positions.ts";
import type { KafkaWriterConfig } from "./session.ts";
import { ensureTopics, topicShapeOf } from "./topic.ts";

/** Messages stay in a topic; what can be forgotten is that they are there. */
export async function forgetTask(
  config: KafkaWriterConfig,
  access: CloudAccess,
  taskId: string,
  signal: AbortSignal,
): Promise<void> {
  const connection = await connectionOf(config, access, signal);
  try {
    await ensureTopics(connection, topicShapeOf(config, access));
    await forgetPosition(connection, config.topicName, taskId);
  } catch (thrown) {
    throw kafkaProblem(thrown, connection.bootstrapBrokers.join(","));
  }
}
