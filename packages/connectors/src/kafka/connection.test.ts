import { staticCredentials } from "@letsdata/aws/session-source";
import { expect, it } from "vitest";
import { openScriptedCloud } from "../testing/scripted-cloud.ts";
import { connectionOf } from "./connection.ts";

const clusterArn = "arn:aws:kafka:eu-west-1:000000000000:cluster/orders/1";
const access = {
  region: "eu-west-1",
  accountId: "000000000000",
  datasetName: "Clicks",
  endpoint: "",
  credentials: staticCredentials({ accessKeyId: "key", secretAccessKey: "secret" }),
};
const signal = new AbortController().signal;
const plain = { bootstrapBrokerString: "b-1.orders:9092,b-2.orders:9092" };
const tls = { bootstrapBrokerStringTls: "b-1.orders:9094,b-2.orders:9094" };

async function connectionTo(body: Readonly<Record<string, string>>) {
  const cloud = await openScriptedCloud(access, [{ body }]);
  try {
    return await connectionOf({ clusterArn, authentication: "NONE" }, cloud.access, signal);
  } finally {
    cloud.close();
  }
}

it.each([
  { name: "only lets clients in that use TLS", body: tls, brokers: tls.bootstrapBrokerStringTls, isTls: true },
  {
    name: "lets clients in with and without TLS",
    body: { ...plain, ...tls },
    brokers: tls.bootstrapBrokerStringTls,
    isTls: true,
  },
  { name: "knows no TLS", body: plain, brokers: plain.bootstrapBrokerString, isTls: false },
])("an MSK cluster that $name is connected to without a password", async ({ body, brokers, isTls }) => {
  const connection = await connectionTo(body);
  expect(connection.bootstrapBrokers).toEqual(brokers.split(","));
  expect(connection.tls).toEqual(isTls ? {} : undefined);
  expect(connection.sasl).toBeUndefined();
});

it("an MSK cluster that lets nobody in without a password is told", async () => {
  const connecting = connectionTo({ bootstrapBrokerStringSaslIam: "b-1.orders:9098" });
  await expect(connecting).rejects.toMatchObject({
    code: "RESOURCE_NOT_FOUND",
    path: "writeConnector.authentication",
  });
});
