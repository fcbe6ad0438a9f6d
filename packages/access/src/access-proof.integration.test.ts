import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, PutBucketEncryptionCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateEndpointCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import { errorConnectors, readConnectors, writeConnectors } from "@letsdata/connectors/catalogue";
import { writeConnectorConfigs } from "@letsdata/connectors/config-catalogue";
import { fetchObject } from "@letsdata/connectors/s3/fetch-object";
import { openManifest } from "@letsdata/connectors/s3/manifest";
import { customerPermissions } from "@letsdata/dataset/access-policy";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { customerAccessTrustPolicy } from "@letsdata/dataset/policy-documents";
import type { OwnedThing } from "@letsdata/dataset/resource-owners";
import { OTHER_ACCOUNT } from "@letsdata/local-cloud/testing/test-cloud";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { AccessFinding, Permission } from "@letsdata/plugin-kit/permissions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkAccess } from "./check-access.ts";
import { checkComponent } from "./check-component.ts";
import { componentAccess } from "./component-access.ts";
import { connectorPermissions } from "./permission-source.ts";
import { type Components, openProofCloud, type ProofCloud } from "./testing/proof-cloud.ts";
import { archiveErrors, readRecords, writeDocuments } from "./testing/run-component.ts";

/** What is the customer's in one dataset, and the work of it that the generated policy must be enough for. */
interface Proof {
  readonly thing: OwnedThing;
  /** The connector's name in its catalogue. */
  readonly destination?: string;
  readonly about: string;
  /** Makes the customer's resources, called `name`. */
  prepare(name: string, customer: CloudAccess): Promise<Components>;
  run(config: DatasetConfig, access: CloudAccess, name: string): Promise<unknown>;
  /** Actions on keys of encrypted resources, which no configuration names: the check finds them. */
  readonly found?: readonly string[];
  /** Behind the secret is a server that no cloud has and nobody runs here: only findings with a statement count. */
  readonly needsServer?: true;
}

let proof: ProofCloud;
let folder: string;
const signal = new AbortController().signal;
beforeAll(async () => {
  proof = await openProofCloud();
  folder = mkdtempSync(join(tmpdir(), "access-proof-"));
  await makeBucket("public", { ...proof.customer, ...proof.installation }, { "code.zip": "zip" });
});
afterAll(async () => {
  await proof.remove();
  rmSync(folder, { recursive: true });
});

const artifact = {
  artifactImplementationLanguage: "JAVASCRIPT",
  artifactFileS3Link: "s3://public/code.zip",
  artifactFileS3LinkResourceLocation: "LetsData",
};
const LINES = "one\ntwo\n";
const NO_MOMENTO_TOKEN = Buffer.from('{"endpoint":"http://127.0.0.1:1","api_key":"none"}').toString("base64");

async function makeBucket(Bucket: string, customer: CloudAccess, objects: Readonly<Record<string, string>> = {}) {
  const s3 = clientFor(S3Client, customer);
  const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" } as const;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  for (const [Key, Body] of Object.entries(objects)) await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
}

async function seal(Bucket: string, customer: CloudAccess): Promise<void> {
  const { KeyMetadata } = await clientFor(KMSClient, customer).send(new CreateKeyCommand({}));
  const byDefault = { SSEAlgorithm: "aws:kms", KMSMasterKeyID: KeyMetadata?.Arn } as const;
  const ServerSideEncryptionConfiguration = { Rules: [{ ApplyServerSideEncryptionByDefault: byDefault }] };
  const s3 = clientFor(S3Client, customer);
  await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
}

/** A target as LetsData would make it, in the customer's account and with documents in it; its ARNs by kind. */
async function makeTarget(
  destination: "KINESIS" | "SQS" | "DYNAMODB" | "S3_VECTORS",
  names: object,
  customer: CloudAccess,
): Promise<ReadonlyMap<string, string>> {
  const body = { connectorDestination: destination, resourceLocation: "LetsData", ...names };
  const made = await writeDocuments(
    { writeConnector: writeConnectorConfigs[destination].schema.parse(body) },
    customer,
  );
  return new Map(made.map(({ kind, arn }) => [kind, arn]));
}

const s3Read: Proof = {
  thing: "readConnector",
  destination: "S3",
  about: "read S3",
  async prepare(name, customer) {
    await makeBucket(name, customer, { "a.log": LINES });
    return {
      readConnector: { connectorDestination: "S3", readerType: "SINGLEFILEREADER", bucketName: name, ...artifact },
    };
  },
  run: (config, access) => readRecords(config, access, 2, "a.log"),
};
const s3Write: Proof = {
  thing: "writeConnector",
  destination: "S3",
  about: "write S3",
  async prepare(name, customer) {
    await makeBucket(name, customer);
    return {
      writeConnector: {
        connectorDestination: "S3",
        resourceLocation: "Customer",
        bucketName: name,
        s3KeyPrefix: "p/",
        s3Compression: "NONE",
      },
    };
  },
  run: (config, access) => writeDocuments(config, access),
};
const s3Error: Proof = {
  thing: "errorConnector",
  destination: "S3",
  about: "archive errors in S3",
  async prepare(name, customer) {
    await makeBucket(name, customer);
    return { errorConnector: { connectorDestination: "S3", resourceLocation: "Customer", bucketName: name } };
  },
  run: archiveErrors,
};

function secret(
  destination: "PGVECTOR" | "MOMENTO_VECTOR_INDEX" | "KAFKA",
  text: string,
  write: (arn: string) => object,
): Proof {
  return {
    thing: "writeConnector",
    destination,
    about: `read the secret of ${destination}`,
    needsServer: true,
    async prepare(Name, customer) {
      const made = new CreateSecretCommand({ Name, SecretString: text });
      const { ARN = "" } = await clientFor(SecretsManagerClient, customer).send(made);
      return {
        writeConnector: { connectorDestination: destination, resourceLocation: "Customer", ...write(ARN) },
      };
    },
    run: (_, access, SecretId) => clientFor(SecretsManagerClient, access).send(new GetSecretValueCommand({ SecretId })),
  };
}

function sealed(plain: Proof, found: readonly string[], run: Proof["run"] = plain.run): Proof {
  return {
    ...plain,
    about: `${plain.about}, encrypted with a key of KMS`,
    found,
    run,
    async prepare(name, customer) {
      const components = await plain.prepare(name, customer);
      await seal(name, customer);
      if (plain.thing === "readConnector") {
        const s3 = clientFor(S3Client, customer);
        await s3.send(new PutObjectCommand({ Bucket: name, Key: "a.log", Body: LINES }));
      }
      return components;
    },
  };
}

const rows: readonly Proof[] = [
  s3Read,
  s3Write,
  s3Error,
  sealed(s3Read, ["kms:Decrypt"]),
  // More than one part of an upload: parts ask for kms:Decrypt.
  sealed(s3Write, ["kms:Decrypt", "kms:GenerateDataKey"], (config, access) =>
    writeDocuments(config, access, 9 * 1024 * 1024),
  ),
  sealed(s3Error, ["kms:Decrypt", "kms:GenerateDataKey"]),
  {
    thing: "writeConnector",
    destination: "KINESIS",
    about: "resize and write Kinesis",
    async prepare(kinesisStreamName, customer) {
      await makeTarget("KINESIS", { kinesisStreamName, kinesisShardCount: 1 }, customer);
      const stream = { kinesisStreamName, kinesisShardCount: 2 };
      return { writeConnector: { connectorDestination: "KINESIS", resourceLocation: "Customer", ...stream } };
    },
    run: (config, access) => writeDocuments(config, access),
  },
  {
    thing: "readConnector",
    destination: "KINESIS",
    about: "read Kinesis",
    async prepare(kinesisStreamName, customer) {
      const made = await makeTarget("KINESIS", { kinesisStreamName }, customer);
      return {
        readConnector: { connectorDestination: "KINESIS", streamArn: made.get("kinesis-stream"), ...artifact },
        manifestFile: { manifestType: "KinesisStreamReaderManifest", kinesisReaderTaskStopCondition: "AtLatest" },
      };
    },
    run: (config, access) => readRecords(config, access, 2),
  },
  {
    thing: "writeConnector",
    destination: "SQS",
    about: "write SQS",
    async prepare(queueName, customer) {
      await makeTarget("SQS", { queueName }, customer);
      return { writeConnector: { connectorDestination: "SQS", resourceLocation: "Customer", queueName } };
    },
    run: (config, access) => writeDocuments(config, access),
  },
  {
    thing: "readConnector",
    destination: "SQS",
    about: "read SQS",
    async prepare(queueName, customer) {
      await makeTarget("SQS", { queueName }, customer);
      return {
        readConnector: { connectorDestination: "SQS", queueName, ...artifact },
        manifestFile: { manifestType: "SQSReaderManifest" },
      };
    },
    run: (config, access) => readRecords(config, access, 2),
  },
  {
    thing: "writeConnector",
    destination: "DYNAMODB",
    about: "write DynamoDB",
    async prepare(tableName, customer) {
      await makeTarget("DYNAMODB", { tableName }, customer);
      return { writeConnector: { connectorDestination: "DYNAMODB", resourceLocation: "Customer", tableName } };
    },
    run: (config, access) => writeDocuments(config, access),
  },
  {
    thing: "writeConnector",
    destination: "S3_VECTORS",
    about: "write S3 Vectors",
    async prepare(name, customer) {
      const index = { vectorBucketName: name, indexName: name, numDimensions: 3 };
      await makeTarget("S3_VECTORS", index, customer);
      return { writeConnector: { connectorDestination: "S3_VECTORS", resourceLocation: "Customer", ...index } };
    },
    run: (config, access) => writeDocuments(config, access),
  },
  secret("PGVECTOR", "postgres://user:password@127.0.0.1:1/none", (connectionSecretArn) => ({
    connectionSecretArn,
    tableName: "vectors",
    numDimensions: 3,
  })),
  secret("MOMENTO_VECTOR_INDEX", NO_MOMENTO_TOKEN, (momentoAuthTokenArn) => ({
    momentoAuthTokenArn,
    indexName: "pages",
    numDimensions: 3,
  })),
  secret("KAFKA", '{"username":"user","password":"password"}', (credentialsSecretArn) => ({
    credentialsSecretArn,
    authentication: "SASL_SCRAM",
    bootstrapServers: "127.0.0.1:1",
    topicName: "documents",
  })),
  {
    thing: "readConnector",
    destination: "DYNAMODB",
    about: "read a DynamoDB table",
    async prepare(tableName, customer) {
      await makeTarget("DYNAMODB", { tableName }, customer);
      return {
        readConnector: { connectorDestination: "DYNAMODB", tableName, ...artifact },
        manifestFile: { manifestType: "DynamoDBTableReaderManifest", dynamoDBTableReaderTaskCount: 1 },
      };
    },
    run: (config, access) => readRecords(config, access, 2),
  },
  {
    thing: "readConnector",
    destination: "DYNAMODBSTREAMS",
    about: "read a table's changes",
    async prepare(tableName, customer) {
      const made = await makeTarget("DYNAMODB", { tableName }, customer);
      return {
        readConnector: { connectorDestination: "DYNAMODBSTREAMS", streamArn: made.get("dynamodb-stream"), ...artifact },
        manifestFile: { manifestType: "DynamoDBStreamReaderManifest", dynamoDBReaderTaskStopCondition: "AtLatest" },
      };
    },
    run: (config, access) => readRecords(config, access, 2),
  },
  {
    thing: "artifact",
    about: "fetch the artifact",
    async prepare(name, customer) {
      await makeBucket(name, customer, { "code.zip": "zip" });
      return {
        readConnector: {
          connectorDestination: "S3",
          readerType: "SINGLEFILEREADER",
          bucketName: "public",
          bucketResourceLocation: "LetsData",
          artifactImplementationLanguage: "JAVASCRIPT",
          artifactFileS3Link: `s3://${name}/code.zip`,
        },
      };
    },
    run: (config, access) =>
      fetchObject(config.readConnector.artifactFileS3Link ?? "", join(folder, "code.zip"), access, {
        bytesMax: 100,
        signal,
      }),
  },
  {
    thing: "manifestFile",
    about: "read the manifest",
    async prepare(name, customer) {
      await makeBucket(name, customer, { "m.txt": "a\nb\n" });
      const manifestFileS3Uri = `s3://${name}/m.txt`;
      return { manifestFile: { manifestType: "S3ReaderS3LinkManifestFile", manifestFileS3Uri } };
    },
    async run({ manifestFile }, access) {
      if (manifestFile.manifestType !== "S3ReaderS3LinkManifestFile") throw new Error("no link");
      for await (const _ of (await openManifest(manifestFile, access, { signal })).bytes);
    },
  },
  {
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
  },
  {
    thing: "modelFile",
    about: "fetch the model file",
    async prepare(name, customer) {
      await makeBucket(name, customer, { "m.tar.gz": "model" });
      return {
        computeEngine: {
          computeEngineType: "LAMBDA_AND_SAGEMAKER",
          model: {
            modelResourceLocation: "LetsData",
            modelUrl: `s3://${name}/m.tar.gz`,
            modelContainerImageName: "HuggingFace_Inference_4_12_3",
          },
          endpoint: {
            sagemakerEndpointResourceLocation: "LetsData",
            sagemakerEndpointType: "Serverless",
            sagemakerServerless: { sagemakerEndpointConcurrency: 1, sagemakerMemoryLimitInMegabytes: 1024 },
          },
        },
      };
    },
    run: (_, access, name) =>
      fetchObject(`s3://${name}/m.tar.gz`, join(folder, "model"), access, { bytesMax: 100, signal }),
  },
  {
    thing: "endpoint",
    about: "call the endpoint",
    async prepare(name, customer) {
      const made = new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: "c" });
      await clientFor(SageMakerClient, customer).send(made);
      const endpoint = { sagemakerEndpointResourceLocation: "Customer", sagemakerEndpointName: name };
      return { computeEngine: { computeEngineType: "LAMBDA_AND_SAGEMAKER", endpoint } };
    },
    run: (_, access, EndpointName) =>
      clientFor(SageMakerRuntimeClient, access).send(
        new InvokeEndpointCommand({ EndpointName, Body: Buffer.from("x") }),
      ),
  },
];

/** A row may be here before its connector runs. */
const proofs = rows.filter(
  ({ thing, destination = "" }) => thing !== "writeConnector" || Object.hasOwn(writeConnectors, destination),
);

describe("the generated policy", () => {
  it("is proved for every connector that runs", () => {
    const unproved = (thing: OwnedThing, catalogue: object) =>
      Object.keys(catalogue).filter(
        (destination) => !proofs.some((row) => row.thing === thing && row.destination === destination),
      );
    const rowsToAdd = {
      readConnector: unproved("readConnector", readConnectors),
      writeConnector: unproved("writeConnector", writeConnectors),
      errorConnector: unproved("errorConnector", errorConnectors),
    };
    expect(rowsToAdd).toEqual({ readConnector: [], writeConnector: [], errorConnector: [] });
  });

  it.each(proofs.map((row, index) => [row.about, row, `proof-${index}`] as const))(
    "is enough to %s, and without any one of its actions the access check names it",
    async (_, row, name) => {
      const config = proof.config(await row.prepare(name, proof.customer), name);
      const access = componentAccess(proof.installation, config, proof.owner, row.thing);
      const check = async () => {
        const findings = await checkComponent(proof.installation, config, proof.owner, row.thing, signal);
        return findings.filter(({ statement }) => statement || !row.needsServer);
      };

      const stated = customerPermissions(config, row.thing, connectorPermissions);
      await proof.grant(name, stated);
      const first = await check();
      expect(actionsOf(first)).toEqual(new Set(row.found ?? []));
      const needed = [...stated, ...first.flatMap(permissionToAdd)];
      await proof.regrant(name, needed);
      expect(await check()).toEqual([]);
      await row.run(config, access, name);

      for (const [place, { actions }] of needed.entries())
        for (const action of actions) {
          const less = { ...needed[place]!, actions: actions.filter((one) => one !== action) };
          const rest = needed.with(place, less);
          await proof.regrant(name, rest);
          const findings = await check();
          expect(actionsOf(findings), `${action} taken away`).toContain(action);
          await proof.regrant(name, [...rest, ...findings.flatMap(permissionToAdd)]);
          expect(await check(), `${action} added as told`).toEqual([]);
        }
    },
  );
});

function actionsOf(findings: readonly AccessFinding[]): Set<string> {
  return new Set(findings.flatMap(({ statement }) => statement?.Action ?? []));
}

function permissionToAdd({ statement }: AccessFinding): readonly Permission[] {
  if (!statement) return [];
  return [{ actions: [statement.Action].flat(), resources: [statement.Resource ?? []].flat(), reason: "found" }];
}

describe("the access grant role", () => {
  const components = async (name: string) => s3Read.prepare(name, proof.customer);
  const checked = (config: DatasetConfig) => checkAccess(proof.installation, config, proof.owner, signal);

  it.each([
    ["without an external id", "open-role", { AWS: () => proof.owner.iamUserArn, condition: undefined }],
    ["with a wrong external id", "any-id-role", { AWS: () => proof.owner.iamUserArn, condition: "StringLike" }],
  ] as const)(
    "is refused when it lets in %s, with the trust policy to set",
    async (words, name, { AWS, condition }) => {
      const config = proof.config(await components(name), name);
      const Condition = condition && { Condition: { [condition]: { "sts:ExternalId": "*" } } };
      const entry = { Effect: "Allow", Principal: { AWS: AWS() }, Action: "sts:AssumeRole", ...Condition } as const;
      const permissions = customerPermissions(config, "readConnector", connectorPermissions);
      await proof.grant(name, permissions, { Version: "2012-10-17", Statement: [entry] });
      const findings = await checked(config);
      expect(findings.map(({ path, code }) => [path, code])).toContainEqual([
        "accessGrantRoleArn",
        "ACCESS_ROLE_TOO_OPEN",
      ]);
      expect(findings.some(({ message }) => message.includes(words))).toBe(true);
      expect(findings[0]?.fix).toContain(`"sts:ExternalId":"${proof.owner.userId}"`);
      await proof.grant(name, permissions);
      expect(await checked(config)).toEqual([]);
    },
  );

  it("is refused when it trusts somebody else", async () => {
    const name = "other-role";
    const config = proof.config(await components(name), name);
    const permissions = customerPermissions(config, "readConnector", connectorPermissions);
    await proof.grant(name, permissions, customerAccessTrustPolicy(OTHER_ACCOUNT, proof.owner.userId));
    const findings = await checked(config);
    expect(findings.map(({ code }) => code)).toEqual(["ACCESS_DENIED"]);
    expect(findings[0]?.fix).toContain(proof.owner.iamUserArn);
  });
});
