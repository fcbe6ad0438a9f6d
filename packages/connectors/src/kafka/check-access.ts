import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { type AccessCheck, accessFindings } from "../access-finding.ts";
import { connectionOf, type KafkaCluster, type KafkaConnection } from "./connection.ts";
import { kafkaProblem } from "./kafka-problem.ts";
import { lookAtTopics } from "./look-at-topics.ts";
import { topicShapeOf } from "./topic.ts";

/** Somebody waits for the answer. */
const CONNECT_TIMEOUT_MS = 2_500;
const REQUEST_TIMEOUT_MS = 4_000;
const WHOLE_TIMEOUT_MS = 9_000;

type Target = KafkaCluster & {
  readonly topicName?: string | undefined;
  readonly topicPartitions: number;
  readonly topicReplicationFactor?: number | undefined;
};

/** Fetches the secret, signs in, and looks whether the topics are there and may be written, or may be made. Makes and writes nothing. */
export async function checkKafkaWrite(
  config: Target,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly ProblemDetail[]> {
  const { clusterArn, credentialsSecretArn } = config;
  const checks: AccessCheck[] = [];
  let found: KafkaConnection | undefined;
  const connect = async () => {
    found = await connectionOf(config, access, signal);
  };
  if (clusterArn !== undefined) {
    const path = "writeConnector.clusterArn";
    checks.push({ path, action: "kafka:GetBootstrapBrokers", resource: clusterArn, call: connect });
  }
  if (credentialsSecretArn !== undefined) {
    const path = "writeConnector.credentialsSecretArn";
    checks.push({ path, action: "secretsmanager:GetSecretValue", resource: credentialsSecretArn, call: connect });
  }
  const findings = await accessFindings(checks, signal);
  if (findings.length > 0) return findings;
  found ??= await connectionOf(config, access, signal);
  return clusterFindings(config, access, found, signal);
}

async function clusterFindings(
  config: Target,
  access: CloudAccess,
  connection: KafkaConnection,
  signal: AbortSignal,
): Promise<readonly ProblemDetail[]> {
  const place = connection.bootstrapBrokers.join(",");
  const inTime = AbortSignal.timeout(WHOLE_TIMEOUT_MS);
  const hasty = { ...connection, connectTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
  const { topicName } = config;
  try {
    if (topicName === undefined) return [];
    const shape = topicShapeOf({ ...config, topicName }, access);
    return await lookAtTopics(hasty, shape, AbortSignal.any([signal, inTime]));
  } catch (thrown) {
    signal.throwIfAborted();
    return [clusterFinding(config, kafkaProblem(thrown, place), place)];
  }
}

function clusterFinding(
  { clusterArn, credentialsSecretArn }: Target,
  { code, message, entry }: ReturnType<typeof kafkaProblem>,
  place: string,
): ProblemDetail {
  const cluster = `writeConnector.${clusterArn === undefined ? "bootstrapServers" : "clusterArn"}`;
  if (code === "ACCESS_DENIED" && credentialsSecretArn !== undefined) {
    return {
      path: "writeConnector.credentialsSecretArn",
      code,
      message: `Kafka at ${place} refuses the user and password in ${credentialsSecretArn}.`,
      fix: "Correct them in the secret: {username, password} of a user that the cluster knows for SCRAM-SHA-512.",
    };
  }
  if (code === "CLOUD_UNAVAILABLE") {
    const fix = "The brokers must be reached from here: look at names and ports, firewall and security group.";
    return { path: cluster, code, message: `Kafka at ${place} did not answer.`, fix };
  }
  return { path: cluster, code, message, fix: entry.fix };
}
