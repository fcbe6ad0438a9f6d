import type { ResourceScope } from "@letsdata/plugin-kit/connector";
import type { Permission } from "@letsdata/plugin-kit/permissions";
import { secretPermission } from "../secret-permission.ts";

export interface KafkaTarget {
  readonly clusterArn?: string | undefined;
  readonly topicName?: string | undefined;
  readonly credentialsSecretArn?: string | undefined;
}

/** The cluster's own actions for MSK; other clusters ask IAM for nothing but the password's secret. */
export function kafkaWritePermissions(
  config: KafkaTarget,
  { region, accountId }: ResourceScope,
): readonly Permission[] {
  const secret =
    config.credentialsSecretArn === undefined
      ? []
      : [secretPermission(config.credentialsSecretArn, "Read the cluster's user and password")];
  const { clusterArn, topicName = "" } = config;
  const cluster = clusterArn === undefined ? undefined : /:cluster\/(.+)$/.exec(clusterArn)?.[1];
  if (clusterArn === undefined || cluster === undefined) return secret;
  const within = `arn:aws:kafka:${region}:${accountId}`;
  return [
    ...secret,
    {
      actions: [
        "kafka:DescribeClusterV2",
        "kafka:GetBootstrapBrokers",
        "kafka-cluster:Connect",
        "kafka-cluster:DescribeCluster",
        "kafka-cluster:WriteDataIdempotently",
      ],
      resources: [clusterArn],
      reason: "Find the cluster's brokers and enter it",
    },
    {
      actions: [
        "kafka-cluster:DescribeTopic",
        "kafka-cluster:CreateTopic",
        "kafka-cluster:WriteData",
        "kafka-cluster:ReadData",
      ],
      resources: [`${within}:topic/${cluster}/${topicName}`, `${within}:topic/${cluster}/${topicName}-positions`],
      reason: "Write documents and how far each task came",
    },
    {
      actions: ["kafka-cluster:DescribeTransactionalId", "kafka-cluster:AlterTransactionalId"],
      // A dataset's id is made at its creation, after its policy was asked for.
      resources: [`${within}:transactional-id/${cluster}/ld-*`],
      reason: "Write each batch whole or not at all",
    },
  ];
}
