import { join } from "node:path";
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { clientFor } from "@letsdata/aws/client-for";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { datasetJson, readOutputLines, waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import {
  accessGrantRole,
  startTestInstallation,
  type TestInstallation,
  testBuckets,
} from "../installation/start-installation.ts";
import { putNumberedLinesHandler } from "./numbered-dataset.ts";
import { makeNumberedFiles } from "./numbered-lines.ts";
import { createRandom, faultSeed } from "./random.ts";

const handler = "table-items";
const SETTLE_SECONDS = 180;

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await putNumberedLinesHandler(installation);
  await installation.putHandler(handler, join(import.meta.dirname, "../../fixtures/handlers", handler));
  installation.startWorker();
});
afterEach(() => installation?.cloud.faults.clear());
afterAll(() => installation?.stop());

/** A dataset that copies a table, or its changes, into the output bucket. */
function copy(
  name: string,
  source: Readonly<Record<string, unknown>>,
  manifestFile: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return {
    ...datasetJson(installation, { name, handler: `${handler}.zip`, keys: [], concurrency: 3 }),
    readConnector: {
      artifactImplementationLanguage: "JAVASCRIPT",
      artifactFileS3Link: `s3://${testBuckets.code}/${handler}.zip`,
      ...source,
    },
    manifestFile,
  };
}

async function run(dataset: Record<string, unknown>) {
  const { datasetId } = await installation.client.datasets.create(dataset);
  const view = await waitUntilSettled(installation, datasetId, SETTLE_SECONDS);
  expect(view.datasetStatus, JSON.stringify(view.statusReason)).toBe("COMPLETED");
  return view;
}

/** Calls that fail, items left unprocessed, answers that are lost, iterators that expire. */
function disturbTables(seed: number): void {
  const { faults } = installation.cloud;
  faults.add({ kind: "throttle", service: "dynamodb", probability: 0.1, seed });
  faults.add({ kind: "partial", service: "dynamodb", probability: 0.1, seed: seed + 1 });
  faults.add({ kind: "cut", service: "dynamodb", action: "BatchWriteItem", when: "after", probability: 0.1, seed });
  faults.add({ kind: "expired-iterator", service: "dynamodb", probability: 0.1, seed: seed + 2 });
}

test("what one dataset writes to a table another scans and a third follows, under faults, and nothing is lost or there twice", async () => {
  const seed = faultSeed();
  console.log(`seed ${seed}`);
  const shape = { prefix: "items", files: 2, linesPerFile: 400, waitEvery: 1_000 };
  const files = makeNumberedFiles(createRandom(seed), shape);
  for (const { key, body } of files.files) await installation.putObject(testBuckets.data, key, body);
  disturbTables(seed);
  const filled = await run(
    datasetJson(installation, {
      name: "FillsATable",
      handler: "numbered-lines.zip",
      keys: files.files.map(({ key }) => key),
      write: { connectorDestination: "DYNAMODB", resourceLocation: "LetsData" },
    }),
  );
  const tableName = `tldwc${filled.datasetId}`;
  const stream = filled.resources.find(({ kind }) => kind === "dynamodb-stream");
  expect(filled.resources.map(({ name }) => name)).toContain(tableName);
  expect(stream?.arn).toContain(`table/${tableName}/stream/`);

  await run(
    copy(
      "ScansOurTable",
      { connectorDestination: "DYNAMODB", resourceLocation: "LetsData", tableName },
      { manifestType: "DynamoDBTableReaderManifest" },
    ),
  );
  const scanned = await readOutputLines(installation, "ScansOurTable");
  expect(scanned.map(({ id }) => id).sort()).toEqual([...files.documents].sort());
  expect(new Set(scanned.map(({ segmentNumber }) => segmentNumber))).toEqual(new Set([0, 1, 2]));
  expect(scanned[0]).toMatchObject({ tableName, keys: { documentId: scanned[0]!.id } });

  await run(
    copy(
      "FollowsOurTable",
      { connectorDestination: "DYNAMODBSTREAMS", resourceLocation: "LetsData", streamArn: stream?.arn },
      {
        manifestType: "DynamoDBStreamReaderManifest",
        dynamoDBReaderTaskStartFromCondition: "Earliest",
        dynamoDBReaderTaskStopCondition: "AtLatest",
      },
    ),
  );
  const changes = await readOutputLines(installation, "FollowsOurTable");
  expect(changes.map(({ id }) => id).sort()).toEqual([...files.documents].sort());
});

test("a customer's table is followed with the granted rights over shards that end, until the dataset is stopped", async () => {
  const dynamodb = clientFor(DynamoDBClient, installation.customer);
  const TableName = "users";
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    }),
  );
  const streamArn = await waitFor(
    async () => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
      return Table?.TableStatus === "ACTIVE" ? (Table.LatestStreamArn ?? null) : null;
    },
    20,
    "the table",
  );
  const putRound = async (n: number) => {
    for (const id of ["a", "b", "c"])
      await dynamodb.send(new PutItemCommand({ TableName, Item: { id: { S: id }, n: { N: String(n) } } }));
  };
  await putRound(0);
  const job = copy(
    "FollowsACustomersTable",
    { connectorDestination: "DYNAMODBSTREAMS", streamArn },
    {
      manifestType: "DynamoDBStreamReaderManifest",
      dynamoDBReaderTaskStopCondition: "Continuous",
      dynamoDBReaderTaskContinuousPollFrequency: "Poll every 1 seconds",
    },
  );
  const refused = await installation.client.datasets.checkAccess(job);
  expect(refused.errors).toContainEqual(
    expect.objectContaining({ path: "readConnector.streamArn", code: "ACCESS_DENIED" }),
  );
  const { policy } = await installation.client.datasets.accessPolicy(job);
  await clientFor(IAMClient, installation.customer).send(
    new PutRolePolicyCommand({
      RoleName: accessGrantRole,
      PolicyName: "Stream",
      PolicyDocument: JSON.stringify(policy),
    }),
  );
  const { datasetId: dataset } = await installation.client.datasets.create(job);
  for (const round of [1, 2]) {
    expect(installation.cloud.rollStreamShards(streamArn)).toBe(true);
    await putRound(round);
  }
  const totalRead = async () => {
    const { items } = await installation.client.tasks.list({ dataset });
    return items.reduce((sum, { taskProgress }) => sum + taskProgress.recordsRead, 0);
  };
  const shardsReadOut = async () => {
    const { items } = await installation.client.tasks.list({ dataset });
    return items.filter(({ taskStatus }) => taskStatus === "COMPLETED").length >= 2 || null;
  };
  await waitFor(shardsReadOut, SETTLE_SECONDS, "two shards to be read out");
  await installation.client.stops.create({ dataset, moveStoppedTasksTo: "COMPLETE" });
  const view = await waitUntilSettled(installation, dataset, SETTLE_SECONDS);
  expect(view.datasetStatus).toBe("COMPLETED");
  const lines = await readOutputLines(installation, "FollowsACustomersTable");
  expect(lines.length).toBe(await totalRead());
  for (const id of ["a", "b", "c"]) {
    const changes = lines.filter((line) => line.id === id).sort((x, y) => Number(x.after) - Number(y.after));
    expect(changes.slice(0, 2)).toMatchObject([
      { eventName: "INSERT", before: null, after: 0 },
      { eventName: "MODIFY", before: 0, after: 1 },
    ]);
  }
});
