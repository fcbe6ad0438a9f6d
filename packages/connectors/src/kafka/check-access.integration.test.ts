import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { checkKafkaWrite } from "./check-access.ts";
import { putPassword } from "./testing/writer-suite.ts";

// What a broker answers is tried in testing/writer-suite.ts, against Apache Kafka.
let open: OpenCloud;
const mute = createServer();
const signal = new AbortController().signal;
/** More than the check gives itself, by which a busy machine may be late; less than the 30 s of any other call to a broker. */
const secondsMax = 25;
beforeAll(async () => {
  open = await openCloud();
  await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  mute.close();
  await open.cloud.remove();
});

const broker = (port: number) => `127.0.0.1:${port}`;
const muteBroker = () => broker((mute.address() as AddressInfo).port);

test.each([
  ["no broker listens", () => `${broker(1)},${broker(2)},${broker(3)},${broker(4)}`],
  ["a broker takes the connection and says nothing", muteBroker],
  ["several brokers say nothing", () => Array.from({ length: 4 }, muteBroker).join(",")],
] as const)("within seconds it is said that %s", async (_, bootstrapServers) => {
  const began = performance.now();
  const config = { bootstrapServers: bootstrapServers(), topicName: "orders", topicPartitions: 1 };
  expect(await checkKafkaWrite(config, open.access, signal)).toMatchObject([
    {
      path: "writeConnector.bootstrapServers",
      code: "CLOUD_UNAVAILABLE",
      message: `Kafka at ${config.bootstrapServers} did not answer.`,
    },
  ]);
  expect((performance.now() - began) / 1000).toBeLessThan(secondsMax);
});

test("a password that could not be tried is in no message", async () => {
  const credentialsSecretArn = await putPassword(open.access, { username: "user", password: "geheim" });
  const config = {
    bootstrapServers: muteBroker(),
    authentication: "SASL_SCRAM" as const,
    credentialsSecretArn,
    topicName: "orders",
    topicPartitions: 1,
  };
  const findings = await checkKafkaWrite(config, open.access, signal);
  expect(findings).toMatchObject([{ code: "CLOUD_UNAVAILABLE" }]);
  expect(JSON.stringify(findings)).not.toContain("geheim");
});
