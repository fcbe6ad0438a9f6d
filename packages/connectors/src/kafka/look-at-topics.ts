import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { type Connection, createTopicsV5, metadataV8 } from "@platformatic/kafka";
import type { KafkaConnection } from "./connection.ts";
import { protocolIdOf } from "./kafka-problem.ts";
import { addressOf, openBroker } from "./open-broker.ts";
import { positionsTopicOf, type TopicShape } from "./topic.ts";

/** Bits of what a caller may do with a topic: https://kafka.apache.org/documentation/#operations_resources_and_protocols */
const WRITE_BIT = 1 << 4;
/** The broker does not say what a caller may do. */
const NOT_TOLD = -(2 ** 31);
const MISSING = "UNKNOWN_TOPIC_OR_PARTITION";

/**
 * Whether the topic and the topic of its positions are there and may be written, or may be made: Kafka checks a new topic without making
 * it when asked to. Nothing is written or made.
 */
export async function lookAtTopics(
  connection: KafkaConnection,
  shape: TopicShape,
  signal: AbortSignal,
): Promise<readonly ProblemDetail[]> {
  const place = connection.bootstrapBrokers.join(",");
  const broker = await openBroker(connection, connection.bootstrapBrokers.map(addressOf), signal);
  const abort = () => void broker.close().catch(() => undefined);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const findings: ProblemDetail[] = [];
    for (const topicName of [shape.topicName, positionsTopicOf(shape.topicName)]) {
      const refusal = await refusalOf(connection, broker, { ...shape, topicName }, signal);
      if (refusal) findings.push(topicFinding(topicName, place, refusal));
    }
    return findings;
  } finally {
    signal.removeEventListener("abort", abort);
    abort();
  }
}

type Refusal = { readonly operation: "Describe" | "Write" | "Create"; readonly protocolId?: string };

async function refusalOf(
  connection: KafkaConnection,
  broker: Connection,
  shape: TopicShape,
  signal: AbortSignal,
): Promise<Refusal | null> {
  try {
    const { topics } = await metadataV8.api.async(broker, [shape.topicName], false, true, false);
    const allowed = topics[0]?.topicAuthorizedOperations ?? NOT_TOLD;
    return allowed === NOT_TOLD || allowed & WRITE_BIT ? null : { operation: "Write" };
  } catch (thrown) {
    const protocolId = protocolIdOf(thrown);
    if (protocolId === "TOPIC_AUTHORIZATION_FAILED") return { operation: "Describe" };
    if (protocolId !== MISSING) throw thrown;
  }
  return creationRefusal(connection, broker, shape, signal);
}

/** Asked of the controller: brokers of older clusters do not pass it on. */
async function creationRefusal(
  connection: KafkaConnection,
  broker: Connection,
  { topicName, topicPartitions, topicReplicationFactor }: TopicShape,
  signal: AbortSignal,
): Promise<Refusal | null> {
  const { brokers, controllerId } = await metadataV8.api.async(broker, [], false, false, false);
  const address = brokers.find(({ nodeId }) => nodeId === controllerId);
  const controller = address ? await openBroker(connection, [address], signal) : broker;
  const topic = {
    name: topicName,
    numPartitions: topicPartitions,
    replicationFactor: topicReplicationFactor,
    assignments: [],
    configs: [],
  };
  try {
    await createTopicsV5.api.async(controller, [topic], connection.requestTimeout, true);
    return null;
  } catch (thrown) {
    const protocolId = protocolIdOf(thrown);
    // Another task made it since.
    if (protocolId === "TOPIC_ALREADY_EXISTS") return null;
    if (protocolId === null) throw thrown;
    return { operation: "Create", protocolId };
  } finally {
    if (controller !== broker) await controller.close().catch(() => undefined);
  }
}

function topicFinding(topicName: string, place: string, { operation, protocolId }: Refusal): ProblemDetail {
  const path = "writeConnector.topicName";
  if (operation === "Create" && !protocolId?.endsWith("AUTHORIZATION_FAILED")) {
    return {
      path,
      code: "CLOUD_CALL_REFUSED",
      message: `Kafka at ${place} has no topic ${topicName} and would not make one (${protocolId}).`,
      fix: "Make the topic, or change topicPartitions or topicReplicationFactor to what the cluster allows.",
    };
  }
  const missing = operation === "Create" ? `has no topic ${topicName}, and ` : "";
  const right = `${operation} on the topic ${topicName}`;
  return {
    path,
    code: "ACCESS_DENIED",
    message: `Kafka at ${place} ${missing}refuses ${right}.`,
    fix: `Allow the user to ${operation} the topic ${topicName} (with IAM: kafka-cluster:${iamActionOf[operation]})${
      operation === "Create" ? ", or make the topic." : "."
    }`,
  };
}

const iamActionOf = { Describe: "DescribeTopic", Write: "WriteData", Create: "CreateTopic" } as const;
