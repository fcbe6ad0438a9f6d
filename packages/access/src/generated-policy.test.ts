import { execFileSync } from "node:child_process";
import { accessPolicy } from "@letsdata/dataset/access-policy";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { ownedThings, ownerOf } from "@letsdata/dataset/resource-owners";
import { bodyWith, examples } from "@letsdata/dataset/testing/example-bodies";
import { expect, test } from "vitest";
import { connectorPermissions } from "./permission-source.ts";

const user = {
  userId: "4de219ce-4f24-424b-b169-afcf6088c696",
  iamUserArn: "arn:aws:iam::000000000001:role/LetsDataUser_4de2",
};
function policyOf(body: unknown) {
  const parsed = parseDatasetConfig(body);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const deployment = { accountId: "000000000001", stage: "Test" } as const;
  return { config: parsed.config, ...accessPolicy(parsed.config, user, deployment, connectorPermissions) };
}
const yours = (config: DatasetConfig) => ownedThings.filter((thing) => ownerOf(config, thing) === "Customer");

test.each(examples.map(({ name, body }) => [name, body] as const))(
  "the policy of %s grants actions for everything that is the customer's",
  (_, body) => {
    const { config, checklist } = policyOf(body);
    const granted = checklist.filter(({ actions, resources }) => actions.length > 0 && resources.length > 0);
    expect([...new Set(granted.map(({ component }) => component))]).toEqual(yours(config));
  },
);

test("an MSK cluster asks for its topic, the topic of positions and its transactions", () => {
  const cluster = "orders/0123abcd-1";
  const write = {
    connectorDestination: "KAFKA",
    resourceLocation: "Customer",
    clusterArn: `arn:aws:kafka:eu-west-1:111122223333:cluster/${cluster}`,
    topicName: "sold",
  };
  const { checklist } = policyOf(bodyWith({ writeConnector: write }));
  const resources = checklist
    .filter(({ component }) => component === "writeConnector")
    .flatMap((need) => need.resources);
  expect(resources).toEqual([
    write.clusterArn,
    `arn:aws:kafka:eu-west-1:111122223333:topic/${cluster}/sold`,
    `arn:aws:kafka:eu-west-1:111122223333:topic/${cluster}/sold-positions`,
    `arn:aws:kafka:eu-west-1:111122223333:transactional-id/${cluster}/ld-*`,
  ]);
});

test("a secret is granted alone: its whole ARN, or the name with the six characters AWS adds", () => {
  const granted = (connectionSecretArn: string) => {
    const writeConnector = { connectorDestination: "PGVECTOR", connectionSecretArn, tableName: "t", numDimensions: 3 };
    const { checklist } = policyOf(bodyWith({ writeConnector }));
    return checklist.find(({ component }) => component === "writeConnector")?.resources;
  };
  const secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:pg";
  expect(granted(`${secret}-a1B2c3`)).toEqual([`${secret}-a1B2c3`]);
  expect(granted(secret)).toEqual([`${secret}-??????`]);
});

test("the repository of an image lets in the deployment and its functions only, and every command is one a shell takes", () => {
  const spark = policyOf(examples.find(({ name }) => name === "Spark")?.body);
  expect(spark.repositoryPolicy).toMatchObject({
    repositoryName: "spark",
    region: "eu-west-1",
    accountId: "111122223333",
  });
  expect(spark.repositoryPolicy?.policy.Statement).toMatchObject([
    {
      Principal: { AWS: "arn:aws:iam::000000000001:root" },
      Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    },
    {
      Principal: { Service: "lambda.amazonaws.com" },
      Condition: { ArnLike: { "aws:SourceArn": "arn:aws:lambda:eu-west-1:000000000001:function:TestLetsData*" } },
    },
  ]);
  const words = spark.commands.map((command) =>
    execFileSync("sh", ["-c", `aws() { printf '%s\\0' "$@"; }; ${command}`], { encoding: "utf8" })
      .split("\0")
      .slice(0, -1),
  );
  expect(words.map(([service, action]) => `${service} ${action}`)).toEqual([
    "iam create-role",
    "iam create-policy",
    "iam attach-role-policy",
    "ecr set-repository-policy",
  ]);
  expect(JSON.parse(words[0]!.at(-1)!)).toEqual(spark.trustPolicy);
  expect(JSON.parse(words[1]!.at(-1)!)).toEqual(spark.policy);
  expect(JSON.parse(words[3]!.at(-1)!)).toEqual(spark.repositoryPolicy?.policy);
  expect(policyOf(bodyWith({})).repositoryPolicy).toBeNull();
});
