import { DynamoDBClient, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateStreamCommand, KinesisClient, StartStreamEncryptionCommand } from "@aws-sdk/client-kinesis";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { PutBucketEncryptionCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetQueueUrlCommand, SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientFor } from "@letsdata/aws/client-for";
import { OTHER_ACCOUNT } from "@letsdata/local-cloud/testing/test-cloud";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import {
  dynamodbRead,
  dynamodbStreamsRead,
  dynamodbWrite,
  kinesisRead,
  kinesisWrite,
  sqsRead,
  sqsWrite,
} from "./aws-proofs.ts";
import { ourArtifact } from "./make-resources.ts";
import type { Proof } from "./proof.ts";
import { writeAsDataset } from "./run-component.ts";
import { LINES, s3Error, s3Read, s3Write } from "./s3-proofs.ts";

type Seal = (name: string, key: string, customer: CloudAccess) => Promise<unknown>;

async function sealBucket(Bucket: string, KMSMasterKeyID: string, customer: CloudAccess): Promise<void> {
  const byDefault = { SSEAlgorithm: "aws:kms", KMSMasterKeyID } as const;
  const ServerSideEncryptionConfiguration = { Rules: [{ ApplyServerSideEncryptionByDefault: byDefault }] };
  const s3 = clientFor(S3Client, customer);
  await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
}

/** What is in a bucket already stays as it was: the object is written again. */
async function sealBucketAndObject(name: string, key: string, customer: CloudAccess): Promise<void> {
  await sealBucket(name, key, customer);
  await clientFor(S3Client, customer).send(new PutObjectCommand({ Bucket: name, Key: "a.log", Body: LINES }));
}

const sealStream: Seal = (StreamName, KeyId, customer) =>
  clientFor(KinesisClient, customer).send(
    new StartStreamEncryptionCommand({ StreamName, EncryptionType: "KMS", KeyId }),
  );

export async function sealQueue(QueueName: string, KmsMasterKeyId: string, customer: CloudAccess): Promise<void> {
  const sqs = clientFor(SQSClient, customer);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { KmsMasterKeyId } }));
}

const sealTable: Seal = (TableName, KMSMasterKeyId, customer) =>
  clientFor(DynamoDBClient, customer).send(
    new UpdateTableCommand({ TableName, SSESpecification: { Enabled: true, SSEType: "KMS", KMSMasterKeyId } }),
  );

function sealed(plain: Proof, seal: Seal, found: readonly string[], run: Proof["run"] = plain.run): Proof {
  return {
    ...plain,
    about: `${plain.about}, encrypted with a key of KMS`,
    found,
    run,
    async prepare(name, customer) {
      const components = await plain.prepare(name, customer);
      const { KeyMetadata } = await clientFor(KMSClient, customer).send(new CreateKeyCommand({}));
      await seal(name, KeyMetadata?.Arn ?? "", customer);
      return components;
    },
  };
}

/** No record shows its key. */
const emptyStream: Proof = {
  ...kinesisRead,
  about: "read an empty Kinesis stream",
  async prepare(StreamName, customer) {
    await clientFor(KinesisClient, customer).send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    const streamArn = `arn:aws:kinesis:eu-west-1:${OTHER_ACCOUNT}:stream/${StreamName}`;
    return {
      readConnector: { connectorDestination: "KINESIS", streamArn, ...ourArtifact },
      manifestFile: { manifestType: "KinesisStreamReaderManifest", kinesisReaderTaskStopCondition: "AtLatest" },
    };
  },
  run: async () => undefined,
};

const READ = ["kms:Decrypt"];
const WRITE = ["kms:Decrypt", "kms:GenerateDataKey"];

/** Resources encrypted with a key of their owner's. */
export const sealedProofs: readonly Proof[] = [
  sealed(s3Read, sealBucketAndObject, READ),
  // More than one part of an upload: parts ask for kms:Decrypt.
  sealed(s3Write, sealBucket, WRITE, (config, access) => writeAsDataset(config, access, 9 * 1024 * 1024)),
  sealed(s3Error, sealBucket, WRITE),
  sealed(sqsRead, sealQueue, READ),
  sealed(sqsWrite, sealQueue, WRITE),
  sealed(kinesisRead, sealStream, READ),
  sealed(emptyStream, sealStream, READ),
  sealed(kinesisWrite, sealStream, WRITE),
  sealed(dynamodbRead, sealTable, READ),
  sealed(dynamodbStreamsRead, sealTable, READ),
  sealed(dynamodbWrite, sealTable, WRITE),
];
