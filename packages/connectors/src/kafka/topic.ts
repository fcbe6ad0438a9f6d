import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Admin, ConfigResourceTypes } from "@platformatic/kafka";
import type { KafkaConnection } from "./connection.ts";
import { protocolIdOf } from "./kafka-problem.ts";
import { createPositionsTopic, type TopicSettings, tunePositionsTopic } from "./positions-topic.ts";

/** Kafka's own default of `max.message.bytes`: 1 MiB and the head of a batch. */
const MESSAGE_BYTES_DEFAULT = 1_048_588;

/** A topic as a dataset names it. */
export interface TopicConfig {
  readonly topicName: string;
  readonly topicPartitions: number;
  readonly topicReplicationFactor?: number | undefined;
}

/** A topic as it is made. */
export interface TopicShape extends TopicConfig {
  readonly topicReplicationFactor: number;
}

/** Copies of a new topic: on a local installation the cluster is one broker. */
const REPLICAS = 3;
const REPLICAS_LOCALLY = 1;

/** How the configured topic is made if it has to be. */
export function topicShapeOf(
  { topicName, topicPartitions, topicReplicationFactor }: TopicConfig,
  { endpoint }: Pick<CloudAccess, "endpoint">,
): TopicShape {
  const replicas = endpoint === undefined ? REPLICAS : REPLICAS_LOCALLY;
  return { topicName, topicPartitions, topicReplicationFactor: topicReplicationFactor ?? replicas };
}

export function positionsTopicOf(topicName: string): string {
  return `${topicName}-positions`;
}

/** Makes the topic and its positions topic where they are missing; returns the largest batch the topic takes, in bytes. */
export async function ensureTopics(connection: KafkaConnection, shape: TopicShape): Promise<number> {
  const admin = new Admin(connection);
  try {
    const known = new Set(await admin.listTopics());
    const positions = positionsTopicOf(shape.topicName);
    if (!known.has(shape.topicName)) await createTopic(admin, shape.topicName, shape, {});
    if (known.has(positions)) await tunePositionsTopic(admin, positions);
    else await createPositionsTopic((settings) => createTopic(admin, positions, shape, settings));
    return await messageBytesMax(admin, shape.topicName);
  } finally {
    await admin.close();
  }
}

async function createTopic(
  admin: Admin,
  topic: string,
  { topicPartitions, topicReplicationFactor }: TopicShape,
  settings: TopicSettings,
): Promise<void> {
  await admin
    .createTopics({
      topics: [topic],
      partitions: topicPartitions,
      replicas: topicReplicationFactor,
      configs: Object.entries(settings).map(([name, value]) => ({ name, value })),
    })
    .catch((thrown: unknown) => {
      // Another task made it at the same moment.
      if (protocolIdOf(thrown) !== "TOPIC_ALREADY_EXISTS") throw thrown;
    });
}

/** The topic's own limit; the default where the cluster does not tell. */
async function messageBytesMax(admin: Admin, topic: string): Promise<number> {
  try {
    const [described] = await admin.describeConfigs({
      resources: [
        { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: ["max.message.bytes"] },
      ],
    });
    return Number(described?.configs.find(({ name }) => name === "max.message.bytes")?.value) || MESSAGE_BYTES_DEFAULT;
  } catch (thrown) {
    if (protocolIdOf(thrown)?.endsWith("AUTHORIZATION_FAILED")) return MESSAGE_BYTES_DEFAULT;
    throw thrown;
  }
}
