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
  /** `numbering` null: the source does not repeat itself. */
  open(
    config: KafkaWriterConfig,
    more?: Omit<Partial<KafkaWriterInput>, "numbering"> & { readonly numbering?: string | null },
  ): Promise<Writer>;
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
    open: (config, { numbering = "source", ...more } = {}) =>
      openKafkaWriter({ config, access: access(), task, ...(numbering === null ? {} : { numbering }), ...more }),
    stored: async (config) =>
      committedIds(await connectionOf(config, access(), signal), config.topicName, config.topicPartitions),
  };
}
