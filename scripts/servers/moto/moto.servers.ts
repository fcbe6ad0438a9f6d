import { describeDynamodbWriter } from "@letsdata/connectors/dynamodb/testing/writer-suite";
import { describeDynamodbStreamsReader } from "@letsdata/connectors/dynamodb-streams/testing/reader-suite";
import { describeDynamodbTableReader } from "@letsdata/connectors/dynamodb-table/testing/reader-suite";
import { describeKinesisReader } from "@letsdata/connectors/kinesis/testing/reader-suite";
import { describeKinesisWriter } from "@letsdata/connectors/kinesis/testing/writer-suite";
import { describeS3ErrorSink } from "@letsdata/connectors/s3/testing/error-sink-suite";
import { describeS3Reader } from "@letsdata/connectors/s3/testing/reader-suite";
import { describeS3SeveralFilesReader } from "@letsdata/connectors/s3/testing/several-files-suite";
import { describeS3Writer } from "@letsdata/connectors/s3/testing/writer-suite";
import { describeS3VectorsWriter } from "@letsdata/connectors/s3-vectors/testing/writer-suite";
import { describeSqs } from "@letsdata/connectors/sqs/testing/sqs-suite";
import { type Buckets, bucketsOf } from "@letsdata/connectors/testing/buckets";
import { describeSecrets } from "@letsdata/connectors/testing/secrets-suite";
import { describeCloudwatch } from "@letsdata/local-cloud/cloudwatch/testing/cloudwatch-suite";
import { clientsFor } from "@letsdata/local-cloud/testing/clients";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { afterAll, beforeAll, describe } from "vitest";
import { accessTo, KEYS } from "../access-to.ts";
import type { RunningServer } from "../server-process.ts";
import { ACCOUNT, startMoto } from "./start-moto.ts";

let server: RunningServer;
let access: CloudAccess;
let buckets: Buckets;
beforeAll(async () => {
  server = await startMoto();
  access = accessTo(server.port, ACCOUNT);
  buckets = bucketsOf(access);
});
afterAll(() => server?.stop());

describe("read S3", () => {
  describeS3Reader(() => buckets);
  describeS3SeveralFilesReader(() => buckets);
});
describe("write S3", () => {
  describeS3Writer(() => buckets);
});
describe("error S3", () => {
  describeS3ErrorSink(() => buckets);
});
describe("write S3_VECTORS", () => {
  describeS3VectorsWriter(() => access);
});
describe("read SQS + write SQS", () => {
  describeSqs(() => access, null);
});
describe("write KINESIS", () => {
  describeKinesisWriter(() => access, null);
});
describe("read KINESIS", () => {
  describeKinesisReader(() => access);
});
describe("write DYNAMODB", () => {
  describeDynamodbWriter(() => access, null);
});
describe("read DYNAMODB", () => {
  describeDynamodbTableReader(() => access);
});
describe("read DYNAMODBSTREAMS", () => {
  describeDynamodbStreamsReader(() => access);
});
describe("service SECRETS_MANAGER", () => {
  describeSecrets(() => access);
});
describe("service CLOUDWATCH", () => {
  describeCloudwatch(() => clientsFor(access.endpoint ?? "", KEYS, access.region).cloudwatch);
});
