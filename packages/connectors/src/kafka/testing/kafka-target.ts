import type { CloudAccess, TaskIdentity } from "@letsdata/plugin-kit/connector";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { connectionOf, type KafkaCluster } from "../connection.ts";
import type { KafkaWriterConfig, KafkaWriterInput } from "../session.ts";
import { openKafkaWriter } from "../writer.ts";
import { committedIds } from "./committed-ids.ts";

const signal = new AbortController().signal;
export const task: TaskIdentity = {
  tenantId: "tenant",
  datasetId: "d".repeat(32),
  datasetName: "Clicks",
  taskId: "7".repeat(32),
  attempt: 1,
};

export interface KafkaTarget {
  /** A topic that is not there yet, with three partitions. */
  freshTopic(): KafkaWriterConfig;
  open(config: KafkaWriterConfig, more?: Partial<KafkaWriterInput>): Promise<Writer>;
  /** Document ids by partition, of ended transactions. */
  stored(config: KafkaWriterConfig): Promise<readonly (readonly string[])[]>;
}

let topics = 0;

/** Writers of one task against a broker at `cluster`; `access` reaches its password. */
export function kafkaTarget(cluster: () => KafkaCluster, access: () => CloudAccess): KafkaTarget {
  return {
    freshTopic: () => ({
      ...cluster(),
      topicName: `t-${Date.now()}-${topics++}`,
      topicPartitions: 3,
      compression: "gzip",
    }),
    open: (config, more = {}) => openKafkaWriter({ config, access: access(), task, ordinalsRepeat: true, ...more }),
    stored: async (config) =>
      committedIds(await connectionOf(config, access(), signal), config.topicName, config.topicPartitions),
  };
}
