import { CreateRepositoryCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { DescribeStreamSummaryCommand, KinesisClient } from "@aws-sdk/client-kinesis";
import { CreateEndpointCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { clientFor } from "@letsdata/aws/client-for";
import { invokeEndpoint } from "@letsdata/compute/lambda-and-sagemaker/invoke-endpoint";
import { OTHER_ACCOUNT } from "@letsdata/local-cloud/testing/test-cloud";
import { makeTarget, ourArtifact } from "./make-resources.ts";
import type { Proof } from "./proof.ts";
import { readRecords, writeAsDataset } from "./run-component.ts";

export const kinesisWrite: Proof = {
  thing: "writeConnector",
  destination: "KINESIS",
  about: "resize and write Kinesis",
  async prepare(kinesisStreamName, customer) {
    await makeTarget("KINESIS", { kinesisStreamName, kinesisShardCount: 1 }, customer);
    const stream = { kinesisStreamName, kinesisShardCount: 2 };
    return { writeConnector: { connectorDestination: "KINESIS", resourceLocation: "Customer", ...stream } };
  },
  async run(config, access, StreamName) {
    await writeAsDataset(config, access);
    const { StreamDescriptionSummary: stream } = await clientFor(KinesisClient, access).send(
      new DescribeStreamSummaryCommand({ StreamName }),
    );
    if (stream?.OpenShardCount !== 2) throw new Error(`The stream has ${stream?.OpenShardCount} shards instead of 2.`);
  },
};

export const kinesisRead: Proof = {
  thing: "readConnector",
  destination: "KINESIS",
  about: "read Kinesis",
  async prepare(kinesisStreamName, customer) {
    const made = await makeTarget("KINESIS", { kinesisStreamName }, customer);
    return {
      readConnector: { connectorDestination: "KINESIS", streamArn: made.get("kinesis-stream"), ...ourArtifact },
      manifestFile: { manifestType: "KinesisStreamReaderManifest", kinesisReaderTaskStopCondition: "AtLatest" },
    };
  },
  run: (config, access) => readRecords(config, access, 2),
};

export const sqsWrite: Proof = {
  thing: "writeConnector",
  destination: "SQS",
  about: "write SQS",
  async prepare(queueName, customer) {
    await makeTarget("SQS", { queueName }, customer);
    return { writeConnector: { connectorDestination: "SQS", resourceLocation: "Customer", queueName } };
  },
  run: (config, access) => writeAsDataset(config, access),
};

export const sqsRead: Proof = {
  thing: "readConnector",
  destination: "SQS",
  about: "read SQS",
  async prepare(queueName, customer) {
    await makeTarget("SQS", { queueName }, customer);
    return {
      readConnector: { connectorDestination: "SQS", queueName, ...ourArtifact },
      manifestFile: { manifestType: "SQSReaderManifest" },
    };
  },
  run: (config, access) => readRecords(config, access, 2),
};

export const dynamodbWrite: Proof = {
  thing: "writeConnector",
  destination: "DYNAMODB",
  about: "write DynamoDB",
  async prepare(tableName, customer) {
    await makeTarget("DYNAMODB", { tableName }, customer);
    return { writeConnector: { connectorDestination: "DYNAMODB", resourceLocation: "Customer", tableName } };
  },
  run: (config, access) => writeAsDataset(config, access),
};

export const dynamodbRead: Proof = {
  thing: "readConnector",
  destination: "DYNAMODB",
  about: "read a DynamoDB table",
  async prepare(tableName, customer) {
    await makeTarget("DYNAMODB", { tableName }, customer);
    return {
      readConnector: { connectorDestination: "DYNAMODB", tableName, ...ourArtifact },
      manifestFile: { manifestType: "DynamoDBTableReaderManifest", dynamoDBTableReaderTaskCount: 1 },
    };
  },
  run: (config, access) => readRecords(config, access, 2),
};

export const dynamodbStreamsRead: Proof = {
  thing: "readConnector",
  destination: "DYNAMODBSTREAMS",
  about: "read a table's changes",
  async prepare(tableName, customer) {
    const made = await makeTarget("DYNAMODB", { tableName }, customer);
    return {
      readConnector: {
        connectorDestination: "DYNAMODBSTREAMS",
        streamArn: made.get("dynamodb-stream"),
        ...ourArtifact,
      },
      manifestFile: { manifestType: "DynamoDBStreamReaderManifest", dynamoDBReaderTaskStopCondition: "AtLatest" },
    };
  },
  run: (config, access) => readRecords(config, access, 2),
};

const s3Vectors: Proof = {
  thing: "writeConnector",
  destination: "S3_VECTORS",
  about: "write S3 Vectors",
  async prepare(name, customer) {
    const index = { vectorBucketName: name, indexName: name, numDimensions: 3 };
    await makeTarget("S3_VECTORS", index, customer);
    return { writeConnector: { connectorDestination: "S3_VECTORS", resourceLocation: "Customer", ...index } };
  },
  run: (config, access) => writeAsDataset(config, access),
};

const image: Proof = {
  thing: "image",
  about: "check the image",
  async prepare(repositoryName, customer) {
    const ecr = clientFor(ECRClient, customer);
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    await ecr.send(new PutImageCommand({ repositoryName, imageManifest: "{}", imageTag: "7" }));
    return {
      readConnector: {
        connectorDestination: "S3",
        readerType: "SINGLEFILEREADER",
        bucketName: "public",
        bucketResourceLocation: "LetsData",
        artifactImplementationLanguage: "PYTHON",
        interfaceECRImagePath: `${OTHER_ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/${repositoryName}:7`,
      },
    };
  },
  run: async () => undefined,
};

const endpoint: Proof = {
  thing: "endpoint",
  destination: "LAMBDA_AND_SAGEMAKER",
  about: "turn texts into vectors",
  async prepare(name, customer) {
    const made = new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: "c" });
    await clientFor(SageMakerClient, customer).send(made);
    const endpoint = { sagemakerEndpointResourceLocation: "Customer", sagemakerEndpointName: name };
    return { computeEngine: { computeEngineType: "LAMBDA_AND_SAGEMAKER", endpoint } };
  },
  run: (_, access, name) => invokeEndpoint(access, name)(["a", "b"], new AbortController().signal),
};

/** Queues, streams, tables, indexes, images and endpoints. */
export const awsProofs: readonly Proof[] = [
  kinesisWrite,
  kinesisRead,
  sqsWrite,
  sqsRead,
  dynamodbWrite,
  dynamodbRead,
  dynamodbStreamsRead,
  s3Vectors,
  image,
  endpoint,
];
