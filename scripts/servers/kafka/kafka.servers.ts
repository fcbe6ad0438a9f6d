import { describeKafkaCheck } from "@letsdata/connectors/kafka/testing/check-suite";
import { describeKafkaWithoutTransactions } from "@letsdata/connectors/kafka/testing/no-transactions-suite";
import { describeKafkaTransactions } from "@letsdata/connectors/kafka/testing/transaction-suite";
import { describeKafkaWriter, putPassword } from "@letsdata/connectors/kafka/testing/writer-suite";
import { type OpenCloud, openCloud } from "@letsdata/connectors/testing/open-cloud";
import { afterAll, beforeAll, describe } from "vitest";
import { type RunningKafka, startKafka } from "./start-kafka.ts";

let kafka: RunningKafka;
let cloud: OpenCloud;
let credentialsSecretArn: string | undefined;
beforeAll(async () => {
  [kafka, cloud] = await Promise.all([startKafka(), openCloud()]);
  credentialsSecretArn = await putPassword(cloud.access, kafka.user);
});
afterAll(async () => {
  await Promise.allSettled([kafka?.stop(), cloud?.cloud.remove()]);
});

describe("write KAFKA", () => {
  describeKafkaWriter(
    "without authentication",
    () => ({ bootstrapServers: kafka.open }),
    () => cloud.access,
  );
  describeKafkaWriter(
    "with SCRAM",
    () => ({ bootstrapServers: kafka.scram, authentication: "SASL_SCRAM", credentialsSecretArn }),
    () => cloud.access,
  );
  describeKafkaTransactions(
    "without authentication",
    () => ({ bootstrapServers: kafka.open }),
    () => cloud.access,
  );
  describeKafkaWithoutTransactions(
    () => kafka,
    () => cloud.access,
  );
  describeKafkaCheck(
    () => kafka,
    () => cloud.access,
  );
});
