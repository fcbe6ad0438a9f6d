import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { Admin } from "@platformatic/kafka";
import { type AccessCheck, accessFindings } from "../access-finding.ts";
import { connectionOf, type KafkaCluster } from "./connection.ts";
import { kafkaProblem } from "./kafka-problem.ts";

/** Fetches the secret, signs in and asks for the topic; one that is missing is made when the first task writes. */
export async function checkKafkaWrite(
  config: KafkaCluster & { readonly topicName?: string | undefined },
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly ProblemDetail[]> {
  const { clusterArn, credentialsSecretArn } = config;
  const isMsk = clusterArn !== undefined;
  const checks: AccessCheck[] = [];
  let found: Awaited<ReturnType<typeof connectionOf>> | undefined;
  const connect = async () => {
    found = await connectionOf(config, access, signal);
  };
  if (isMsk) {
    const path = "writeConnector.clusterArn";
    checks.push({ path, action: "kafka:GetBootstrapBrokers", resource: clusterArn, call: connect });
  }
  if (credentialsSecretArn !== undefined) {
    const path = "writeConnector.credentialsSecretArn";
    checks.push({ path, action: "secretsmanager:GetSecretValue", resource: credentialsSecretArn, call: connect });
  }
  const findings = await accessFindings(checks, signal);
  if (findings.length > 0) return findings;
  try {
    found ??= await connectionOf(config, access, signal);
    await describeTopic(found, config.topicName);
    return [];
  } catch (thrown) {
    signal.throwIfAborted();
    const { code, message, entry } = kafkaProblem(thrown, found?.bootstrapBrokers.join(",") ?? "the cluster");
    const isPassword = code === "ACCESS_DENIED" && credentialsSecretArn !== undefined;
    const attribute = isPassword ? "credentialsSecretArn" : isMsk ? "clusterArn" : "bootstrapServers";
    return [{ path: `writeConnector.${attribute}`, code, message, fix: entry.fix }];
  }
}

async function describeTopic(connection: Awaited<ReturnType<typeof connectionOf>>, topicName?: string): Promise<void> {
  const admin = new Admin(connection);
  try {
    const topics = await admin.listTopics();
    if (topicName !== undefined && topics.includes(topicName)) await admin.metadata({ topics: [topicName] });
  } finally {
    await admin.close();
  }
}
