import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateEndpointCommand, DescribeEndpointCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { type ClientSettings, clientFor } from "@letsdata/aws/client-for";
import { putRole } from "@letsdata/aws/identity-roles";
import type { PolicyDocument } from "@letsdata/plugin-kit/permissions";
import { orderFiles } from "./order-files.ts";
import { packHandler } from "./pack-handlers.ts";
import { movieFiles, type SampleObject, zipCodeFiles } from "./public-data.ts";
import { wetFiles } from "./web-archive.ts";

export const demoBuckets = { data: "letsdata-demo-data", code: "letsdata-demo-code", output: "letsdata-demo-output" };
/** Its model is the operator's, or none: then it answers with stand-in vectors. */
export const demoEndpoint = "demo-minilm";
export const demoAccessRole = "LetsData_AccessRole_Demo";

const WET_PARTS = 4;
const ORDER_FILES = 4;
const ORDERS_PER_FILE = 2_500;

/** The demo customer's side of the cloud: buckets, public data, packed handlers, an endpoint, and the role that lets LetsData in. Repeatable. */
export async function seedCustomerCloud(input: {
  /** The customer's own principal. */
  readonly customer: ClientSettings;
  readonly repositoryDir: string;
  readonly accessRole: { readonly trust: PolicyDocument; readonly policies: Readonly<Record<string, PolicyDocument>> };
}): Promise<void> {
  const s3 = clientFor(S3Client, input.customer);
  for (const bucket of Object.values(demoBuckets)) await createBucket(s3, bucket);
  await putMissing(s3, demoBuckets.data, await dataObjects(input.repositoryDir));
  await putMissing(s3, demoBuckets.code, await handlerObjects(input.repositoryDir));
  await createEndpoint(clientFor(SageMakerClient, input.customer), demoEndpoint);
  await putRole(input.customer, {
    name: demoAccessRole,
    description: "Lets the demo user's datasets read and write the demo buckets",
    ...input.accessRole,
  });
}

async function dataObjects(repositoryDir: string): Promise<SampleObject[]> {
  const zipCodes = await zipCodeFiles();
  const manifest = {
    key: "manifests/zip-codes.txt",
    body: Buffer.from(`${zipCodes.map(({ key }) => key).join("\n")}\n`),
  };
  const orders = orderFiles(ORDER_FILES, ORDERS_PER_FILE).flatMap(({ head, line }) => [head, line]);
  const webPages = wetFiles(join(repositoryDir, "node_modules"), WET_PARTS);
  return [...(await movieFiles()), ...zipCodes, manifest, ...orders, ...webPages];
}

async function handlerObjects(repositoryDir: string): Promise<SampleObject[]> {
  const folder = join(repositoryDir, "samples/handlers");
  const names = readdirSync(folder).sort();
  return Promise.all(names.map(async (name) => ({ key: `${name}.zip`, body: await packHandler(join(folder, name)) })));
}

async function createBucket(s3: S3Client, bucket: string): Promise<void> {
  try {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    if ((error as Error).name !== "BucketAlreadyOwnedByYou") throw error;
  }
}

async function createEndpoint(sagemaker: SageMakerClient, EndpointName: string): Promise<void> {
  const isThere = await sagemaker.send(new DescribeEndpointCommand({ EndpointName })).then(
    () => true,
    (error: Error) => {
      if (error.name === "ValidationException") return false;
      throw error;
    },
  );
  if (!isThere) await sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName: EndpointName }));
}

/** Objects that are there with the same bytes stay: a second start uploads nothing and running datasets see no change. */
async function putMissing(s3: S3Client, bucket: string, objects: readonly SampleObject[]): Promise<void> {
  for (const { key, body } of objects) {
    const etag = `"${createHash("md5").update(body).digest("hex")}"`;
    const present = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).catch((error: Error) => {
      if (error.name === "NotFound") return null;
      throw error;
    });
    if (present?.ETag !== etag) await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  }
}
