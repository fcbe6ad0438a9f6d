import {
  ownedBy,
  ownedByDefault,
  regionAttribute,
  secretArnText,
  textOf,
  wholeNumber,
} from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";

const destination = {
  connectorDestination: field(z.literal("KAFKA"), {
    label: "Destination",
    help: "A Kafka topic, on Amazon MSK or any other cluster.",
    example: "KAFKA",
    valueLabels: { KAFKA: "Apache Kafka" },
  }),
};
const ownerText = {
  label: "Cluster belongs to",
  help: "LetsData makes an MSK cluster for this dataset; Customer writes to a cluster of yours.",
  example: "Customer",
};
const topic = {
  topicPartitions: field(wholeNumber(1, 1000).default(5), {
    label: "Partitions",
    help: "Partitions of a topic that has to be made.",
    example: 5,
  }),
  topicReplicationFactor: field(wholeNumber(1, 3), {
    label: "Replicas",
    help: "Copies of a topic that has to be made. Left out: 3, on a local installation 1.",
    example: 3,
  }).optional(),
  compression: field(z.enum(["none", "gzip", "snappy", "lz4", "zstd"]).default("none"), {
    label: "Compression",
    help: "How the producer packs batches.",
    example: "zstd",
  }),
  ...regionAttribute,
};

export const kafkaWriteConfig = z.discriminatedUnion("resourceLocation", [
  z.strictObject({
    ...destination,
    resourceLocation: ownedByDefault("LetsData", ownerText),
    clusterSize: field(z.enum(["small", "medium", "large"]).default("small"), {
      label: "Cluster size",
      help: "Brokers of the cluster LetsData makes; it decides speed, cost and the size of its network.",
      example: "small",
      valueLabels: { small: "Small", medium: "Medium", large: "Large" },
    }),
    clusterArn: field(z.string(), { label: "Cluster ARN", help: "Set by the system.", generated: true }).optional(),
    topicName: field(z.string(), { label: "Topic", help: "Named by the system.", generated: true }).optional(),
    authentication: field(z.literal("AWS_MSK_IAM").default("AWS_MSK_IAM"), {
      label: "Authentication",
      help: "A cluster of LetsData is entered with IAM.",
      example: "AWS_MSK_IAM",
    }),
    ...topic,
  }),
  z.strictObject({
    ...destination,
    resourceLocation: ownedBy("Customer", ownerText),
    clusterArn: field(
      textOf(
        /^arn:aws:kafka:[a-z0-9-]+:\d{12}:cluster\/[A-Za-z0-9-]{1,64}\/[0-9A-Za-z-]{1,64}$/,
        "must be the ARN of an MSK cluster",
      ),
      {
        label: "Cluster ARN",
        help: "Your MSK cluster. Give this or the brokers.",
        example: "arn:aws:kafka:eu-west-1:111122223333:cluster/orders/0123abcd-1",
      },
    ).optional(),
    bootstrapServers: field(
      textOf(
        /^\s*[A-Za-z0-9.-]{1,253}:\d{1,5}(\s*,\s*[A-Za-z0-9.-]{1,253}:\d{1,5}){0,63}\s*$/,
        "must be host:port, several separated by commas",
      ),
      {
        label: "Brokers",
        help: "Addresses of any Kafka cluster. Give these or the cluster ARN.",
        example: "k1.test:9096,k2.test:9096",
      },
    ).optional(),
    authentication: field(z.enum(["AWS_MSK_IAM", "NONE", "SASL_SCRAM"]), {
      label: "Authentication",
      help: "How the cluster is entered. Left out: IAM with a cluster ARN, none with brokers.",
      example: "SASL_SCRAM",
      valueLabels: { AWS_MSK_IAM: "AWS IAM", NONE: "None", SASL_SCRAM: "User and password (SCRAM)" },
    }).optional(),
    credentialsSecretArn: field(secretArnText(), {
      label: "Password secret",
      help: "For SASL_SCRAM: a secret that holds {username, password}.",
      example: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:kafka",
    }).optional(),
    topicName: field(
      textOf(
        /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/,
        "must be a topic name of up to 128 letters, digits, dots, hyphens and underscores",
      ),
      { label: "Topic", help: "Topic to write; made when it is missing.", example: "orders" },
    ),
    ...topic,
  }),
]);
export type KafkaWriteConfig = z.infer<typeof kafkaWriteConfig>;
