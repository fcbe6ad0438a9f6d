import { staticCredentials } from "@letsdata/aws/session-source";
import { expect, it } from "vitest";
import { openScriptedCloud } from "../testing/scripted-cloud.ts";
import type { DynamodbTarget } from "./permissions.ts";
import { provisionTable } from "./provision.ts";

const config: DynamodbTarget = {
  resourceLocation: "LetsData",
  tableName: "made",
  partitionKeyAttributeName: "userId",
  billingMode: "PAY_PER_REQUEST",
};
const access = {
  region: "eu-west-1",
  accountId: "000000000000",
  datasetName: "Clicks",
  endpoint: "",
  credentials: staticCredentials({ accessKeyId: "key", secretAccessKey: "secret" }),
};
const missing = {
  status: 400,
  body: { __type: "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", message: "not found" },
};
const table = (TableStatus: string) => ({
  body: {
    Table: {
      TableStatus,
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
      StreamSpecification: { StreamEnabled: true },
      LatestStreamArn: "arn:of:stream",
    },
  },
});

it("a stale answer that does not know the table being made yet is asked again, and nothing is made twice", async () => {
  const cloud = await openScriptedCloud(access, [
    missing,
    { body: {} },
    table("CREATING"),
    missing,
    missing,
    table("ACTIVE"),
  ]);
  try {
    const made = await provisionTable(config, cloud.access, new AbortController().signal);
    expect(made.map(({ name }) => name)).toEqual(["made", "arn:of:stream"]);
    const [first, second, ...rest] = cloud.actions;
    expect([first, second]).toEqual(["DescribeTable", "CreateTable"]);
    expect(rest).toEqual(Array(4).fill("DescribeTable"));
  } finally {
    cloud.close();
  }
});

it("a table that is seen going while it is made is told as removed", async () => {
  const cloud = await openScriptedCloud(access, [table("CREATING"), table("DELETING"), missing]);
  try {
    const making = provisionTable(config, cloud.access, new AbortController().signal);
    await expect(making).rejects.toMatchObject({ code: "RESOURCE_NOT_FOUND" });
    expect(cloud.actions).toEqual(Array(3).fill("DescribeTable"));
  } finally {
    cloud.close();
  }
});
