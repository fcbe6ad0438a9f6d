import type { CloudAccess, WriteConnector } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { checkKafkaWrite } from "./check-access.ts";
import type { KafkaWriteConfig } from "./config.ts";
import { connectionOf } from "./connection.ts";
import { kafkaProblem } from "./kafka-problem.ts";
import { kafkaWritePermissions } from "./permissions.ts";
import { forgetPosition } from "./positions.ts";
import { provisionCluster, removeCluster } from "./provision.ts";
import { ensureTopics } from "./topic.ts";
import { type KafkaWriterConfig, openKafkaWriter } from "./writer.ts";

export const kafkaWriteConnector: WriteConnector<KafkaWriteConfig> = {
  permissions: kafkaWritePermissions,
  readPermissions: () => [],
  checkAccess: checkKafkaWrite,
  provision: provisionCluster,
  remove: removeCluster,
  openWriter: (input) => openKafkaWriter({ ...input, config: withTopic(input.config) }),
  async removeTaskOutput({ config, access, task }, signal) {
    await forgetTask(withTopic(config), access, task.taskId, signal);
  },
};

/** Messages stay in a topic; what can be forgotten is that they are there. */
async function forgetTask(config: KafkaWriterConfig, access: CloudAccess, taskId: string, signal: AbortSignal) {
  const connection = await connectionOf(config, access, signal);
  try {
    await ensureTopics(connection, config);
    await forgetPosition(connection, config.topicName, taskId);
  } catch (thrown) {
    throw kafkaProblem(thrown, connection.bootstrapBrokers.join(","));
  }
}

function withTopic(config: KafkaWriteConfig): KafkaWriterConfig {
  const { topicName } = config;
  if (topicName !== undefined) return { ...config, topicName };
  throw new Problem("CONFIG_INVALID", "The topic has no name yet.", { path: "writeConnector.topicName" });
}
