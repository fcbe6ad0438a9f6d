import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import {
  type Acl,
  AclOperations,
  type AclOperationValue,
  AclPermissionTypes,
  Admin,
  ResourcePatternTypes,
  ResourceTypes,
} from "@platformatic/kafka";
import { describe, expect, it } from "vitest";
import { checkKafkaWrite } from "../check-access.ts";
import { putPassword } from "./writer-suite.ts";

export interface GuardedCluster {
  /** Without authentication; a superuser. */
  readonly open: string;
  readonly scram: string;
  readonly user: { readonly username: string; readonly password: string };
}

const signal = new AbortController().signal;

/** What the access check says of a cluster with users and rules; a topic without rules is everybody's. */
export function describeKafkaCheck(cluster: () => GuardedCluster, access: () => CloudAccess): void {
  async function checkedAs(topicName: string, password: string, secretName: string) {
    const { scram: bootstrapServers, user } = cluster();
    const credentialsSecretArn = await putPassword(access(), { ...user, password }, secretName);
    const authentication = "SASL_SCRAM" as const;
    const config = { bootstrapServers, authentication, credentialsSecretArn, topicName, topicPartitions: 1 };
    return { credentialsSecretArn, check: () => checkKafkaWrite(config, access(), signal) };
  }

  describe("the check of a Kafka cluster", () => {
    it("says that the password is refused, and not what it is", async () => {
      const { credentialsSecretArn, check } = await checkedAs("orders", "geheim", "kafka-wrong");
      const refused = {
        path: "writeConnector.credentialsSecretArn",
        code: "ACCESS_DENIED",
        message: `Kafka at ${cluster().scram} refuses the user and password in ${credentialsSecretArn}.`,
      };
      let findings: Awaited<ReturnType<typeof check>> = [];
      // The check waits for seconds only, and a broker may be too busy to answer within them.
      await expect
        .poll(async () => {
          findings = await check();
          return findings;
        })
        .toMatchObject([refused]);
      expect(JSON.stringify(findings)).not.toContain("geheim");
    });

    it("names the right on a topic that the user lacks, until none is left", async () => {
      const { open, scram, user } = cluster();
      const topicName = `checked-${Date.now()}`;
      const { check } = await checkedAs(topicName, user.password, "kafka-right");
      const messages = async () => (await check()).map(({ message }) => message);
      const onTopic = (operation: AclOperationValue): Acl => ({
        resourceType: ResourceTypes.TOPIC,
        resourceName: topicName,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: `User:${user.username}`,
        host: "*",
        operation,
        permissionType: AclPermissionTypes.ALLOW,
      });
      // Whoever may make topics in the cluster needs no right on the single one.
      const onCluster: Acl = {
        ...onTopic(AclOperations.CREATE),
        resourceType: ResourceTypes.CLUSTER,
        resourceName: "kafka-cluster",
        principal: "User:somebody-else",
      };
      const admin = new Admin({ clientId: "owner", bootstrapBrokers: [open] });
      try {
        await admin.createAcls({ creations: [onCluster, onTopic(AclOperations.DESCRIBE)] });
        await expect
          .poll(messages)
          .toEqual([`Kafka at ${scram} has no topic ${topicName}, and refuses Create on the topic ${topicName}.`]);
        await admin.createTopics({ topics: [topicName], partitions: 1, replicas: 1 });
        await expect.poll(messages).toEqual([`Kafka at ${scram} refuses Write on the topic ${topicName}.`]);
        await admin.createAcls({ creations: [onTopic(AclOperations.WRITE)] });
        await expect.poll(messages).toEqual([]);
      } finally {
        await admin.deleteAcls({ filters: [onCluster] });
        await admin.close();
      }
    });
  });
}
