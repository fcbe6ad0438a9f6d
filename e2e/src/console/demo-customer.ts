import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import { staticCredentials } from "@letsdata/aws/session-source";
import { packHandler } from "@letsdata/samples/pack-handlers";
import { type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import { demoClient } from "./demo-client.ts";

const accountId = "111122223333";

type CustomersSide = Pick<
  TestInstallation,
  "client" | "customer" | "customerAccountId" | "accessGrantRoleArn" | "s3" | "putObject" | "putHandler"
>;

/** The demo customer's own AWS account in a started product, with the buckets that tests use. */
export async function demoCustomer(product: {
  readonly address: string;
  readonly stateDir: string;
}): Promise<CustomersSide> {
  const file = readFileSync(join(product.stateDir, "cli-profiles.json"), "utf8");
  const { aws } = (JSON.parse(file) as { profiles: { demo: { aws: Record<string, string> } } }).profiles.demo;
  const { region = "", endpoint = "", accessKeyId = "", secretAccessKey = "" } = aws;
  const customer = { region, endpoint, credentials: staticCredentials({ accessKeyId, secretAccessKey }) };
  const s3 = clientFor(S3Client, customer);
  for (const Bucket of Object.values(testBuckets)) await s3.send(new CreateBucketCommand({ Bucket }));
  const putObject = async (Bucket: string, Key: string, Body: Buffer | string) => {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  };
  return {
    client: demoClient(product),
    customer,
    customerAccountId: accountId,
    accessGrantRoleArn: `arn:aws:iam::${accountId}:role/LetsData_AccessRole_Demo`,
    s3,
    putObject,
    putHandler: async (name, folder) => putObject(testBuckets.code, `${name}.zip`, await packHandler(folder)),
  };
}
