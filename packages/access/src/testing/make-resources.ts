import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import { writeConnectorConfigs } from "@letsdata/connectors/config-catalogue";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { provisionTarget, writeDocuments } from "./run-component.ts";

/** Handlers that are not the customer's: those of the public bucket. */
export const ourArtifact = {
  artifactImplementationLanguage: "JAVASCRIPT",
  artifactFileS3Link: "s3://public/code.zip",
  artifactFileS3LinkResourceLocation: "LetsData",
};

export async function makeBucket(
  Bucket: string,
  customer: CloudAccess,
  objects: Readonly<Record<string, string>> = {},
) {
  const s3 = clientFor(S3Client, customer);
  const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" } as const;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  for (const [Key, Body] of Object.entries(objects)) await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
}

/** A target as LetsData would make it, in the customer's account and with documents in it; its ARNs by kind. */
export async function makeTarget(
  destination: "KINESIS" | "SQS" | "DYNAMODB" | "S3_VECTORS",
  names: object,
  customer: CloudAccess,
): Promise<ReadonlyMap<string, string>> {
  const body = { connectorDestination: destination, resourceLocation: "LetsData", ...names };
  const config = { writeConnector: writeConnectorConfigs[destination].schema.parse(body) };
  const made = await provisionTarget(config, customer);
  await writeDocuments(config, customer);
  return new Map(made.map(({ kind, arn }) => [kind, arn]));
}
