import type { WriteConnector } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { KafkaWriteConfig } from "./config.ts";
import { kafkaWritePermissions } from "./permissions.ts";
import type { KafkaWriterConfig } from "./session.ts";

export const kafkaWriteConnector: WriteConnector<KafkaWriteConfig> = {
  permissions: kafkaWritePermissions,
  readPermissions: () => [],
  checkAccess: async (config, access, signal) =>
    (await import("./check-access.ts")).checkKafkaWrite(config, access, signal),
  provision: async (config) => (await import("./provision.ts")).provisionCluster(config),
  remove: async () => (await import("./provision.ts")).removeCluster(),
  openWriter: async (input) =>
    (await import("./writer.ts")).openKafkaWriter({ ...input, config: withTopic(input.config) }),
  async removeTaskOutput({ config, access, task, confirmLease }, signal) {
    const { forgetTask } = await import("./forget-task.ts");
    await confirmLease(signal);
    await forgetTask(withTopic(config), access, task.taskId, signal);
  },
};

function withTopic(config: KafkaWriteConfig): KafkaWriterConfig {
  const { topicName } = config;
  if (topicName !== undefined) return { ...config, topicName };
  throw new Problem("CONFIG_INVALID", "The topic has no name yet.", { path: "writeConnector.topicName" });
}
