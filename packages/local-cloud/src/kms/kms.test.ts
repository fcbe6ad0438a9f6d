import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateKeyCommand, DecryptCommand, GenerateDataKeyCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assumedRole, type Clients, clientsFor } from "../testing/clients.ts";
import { ACCOUNT, KEYS, OTHER_KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

const Bucket = "sealed";
let cloud: TestCloud;
let own: Clients;
let keyArn = "";

beforeAll(async () => {
  cloud = await startTestCloud();
  own = clientsFor(cloud.endpoint, KEYS);
  keyArn = (await own.kms.send(new CreateKeyCommand({ Description: "bucket" }))).KeyMetadata?.Arn ?? "";
  await own.s3.send(new CreateBucketCommand({ Bucket }));
  await own.s3.send(
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: keyArn } }],
      },
    }),
  );
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "sts:AssumeRole" }],
  };
  await own.iam.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: JSON.stringify(trust) }));
});
afterAll(() => cloud.remove());

async function roleWith(statements: readonly object[]): Promise<Clients> {
  const Statement = [{ Effect: "Allow", Action: "s3:*", Resource: "*" }, ...statements];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await own.iam.send(new PutRolePolicyCommand({ RoleName: "r", PolicyName: "p", PolicyDocument }));
  return assumedRole(own, cloud.endpoint, { RoleArn: `arn:aws:iam::${ACCOUNT}:role/r` });
}
const refused = (action: string) => ({
  name: "AccessDenied",
  message: expect.stringContaining(`is not authorized to perform: kms:${action} on resource: ${keyArn}`),
});

test("a bucket with a key of KMS refuses reading and writing without the key's rights, and names them", async () => {
  const put = await own.s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "secret" }));
  expect([put.ServerSideEncryption, put.SSEKMSKeyId]).toEqual(["aws:kms", keyArn]);
  const without = await roleWith([]);
  const read = (clients: Clients) => clients.s3.send(new GetObjectCommand({ Bucket, Key: "k" }));
  await expect(read(without)).rejects.toMatchObject(refused("Decrypt"));
  const write = new PutObjectCommand({ Bucket, Key: "w", Body: "x" });
  await expect(without.s3.send(write)).rejects.toMatchObject(refused("GenerateDataKey"));
  expect((await without.s3.send(new HeadObjectCommand({ Bucket, Key: "k" }))).SSEKMSKeyId).toBe(keyArn);

  const viaS3 = { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } };
  const reader = await roleWith([{ Effect: "Allow", Action: "kms:Decrypt", Resource: keyArn, Condition: viaS3 }]);
  expect(await (await read(reader)).Body?.transformToString()).toBe("secret");
  const direct = reader.kms.send(new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: "AES_256" }));
  await expect(direct).rejects.toMatchObject({ name: "AccessDeniedException" });
});

test("the parts of an upload ask for Decrypt", async () => {
  const writer = await roleWith([{ Effect: "Allow", Action: "kms:GenerateDataKey", Resource: keyArn }]);
  const { UploadId } = await writer.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "m" }));
  const part = { Bucket, Key: "m", UploadId, PartNumber: 1 };
  await expect(writer.s3.send(new UploadPartCommand({ ...part, Body: "x" }))).rejects.toMatchObject(refused("Decrypt"));
  const { ETag, ChecksumCRC32 } = await own.s3.send(new UploadPartCommand({ ...part, Body: "x" }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, ChecksumCRC32 }] };
  await own.s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: "m", UploadId, MultipartUpload }));
  expect((await own.s3.send(new HeadObjectCommand({ Bucket, Key: "m" }))).SSEKMSKeyId).toBe(keyArn);
});

test("a key's own policy decides, over accounts and restarts, and a data key opens again only in its context", async () => {
  const other = clientsFor(cloud.endpoint, OTHER_KEYS);
  const ask = (clients: Clients) =>
    clients.kms.send(
      new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: "AES_256", EncryptionContext: { dataset: "a" } }),
    );
  await expect(ask(other)).rejects.toMatchObject({ name: "AccessDeniedException" });
  const Statement = [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource: "*" }];
  await own.kms.send(
    new PutKeyPolicyCommand({ KeyId: keyArn, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) }),
  );
  const { CiphertextBlob, Plaintext } = await ask(other);
  cloud = await cloud.restart();
  own = clientsFor(cloud.endpoint, KEYS);
  const open = (dataset: string) =>
    own.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { dataset } }));
  expect((await open("a")).Plaintext).toEqual(Plaintext);
  await expect(open("b")).rejects.toMatchObject({ name: "InvalidCiphertextException" });
});
