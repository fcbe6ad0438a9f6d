import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { DescribeStreamSummaryCommand, KinesisClient } from "@aws-sdk/client-kinesis";
import { CreateBucketCommand, HeadBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import { getDatasetById, transitionDataset } from "@letsdata/database/stores/dataset-store";
import { processingDataset, sampleDataset } from "@letsdata/database/testing/sample-rows";
import { generatedNames } from "@letsdata/dataset/names";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openWorkerBench, type WorkerBench } from "../testing/worker-bench.ts";

let bench: WorkerBench;
beforeAll(async () => {
  bench = await openWorkerBench();
  const s3 = clientFor(S3Client, bench.cloud.installation);
  const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" } as const;
  await s3.send(new CreateBucketCommand({ Bucket: "public", CreateBucketConfiguration }));
  for (const Key of ["code.zip", "a"]) await s3.send(new PutObjectCommand({ Bucket: "public", Key, Body: "x" }));
});
afterAll(() => bench?.close());
beforeEach(() => {
  bench.watchCalls(async () => undefined);
  bench.enqueued.length = 0;
});

const now = async (datasetId: string) => (await getDatasetById(bench.database, datasetId))!;
async function ask(datasetId: string) {
  await transitionDataset(bench.database, datasetId, "delete");
  return bench.ask(datasetId, "delete", { type: "DELETE" });
}
async function ended(): Promise<string> {
  const { datasetId } = await processingDataset(bench.database, bench.tenantId, { tasks: 2 });
  await bench.configure({ datasetId });
  await bench.database.dataset.update({ where: { id: datasetId }, data: { status: "ERRORED" } });
  return datasetId;
}
const tasksOf = (datasetId: string) => bench.database.task.count({ where: { datasetId } });

describe("a release that fails", () => {
  const refuseStream = async (call: string) => (call === "DeleteStream" ? "refuse" : undefined);

  test("is tried again in an hour, and dataset and request say why", async () => {
    const datasetId = await ended();
    bench.watchCalls(refuseStream);
    const request = await bench.carryOut(await ask(datasetId));
    const why = { code: "ACCESS_DENIED", message: expect.stringContaining("kinesis:DeleteStream") };
    expect(request).toMatchObject({ status: "PENDING", endedAt: null, result: why });
    expect(Number(request.result?.["retriesAt"]) - Date.now()).toBeGreaterThan(3_500_000);
    expect(await now(datasetId)).toMatchObject({ status: "DELETING", statusReason: why });
    const { requestId } = request;
    expect(bench.enqueued).toEqual([
      { name: "carry-out-request", data: { requestId, datasetId }, startAfterSeconds: 3_600 },
    ]);
    bench.watchCalls(async () => undefined);
    expect(await bench.carryOut(request)).toMatchObject({ status: "SUCCEEDED", result: { type: "DELETE" } });
    expect(await now(datasetId)).toMatchObject({ status: "DELETED", statusReason: null });
    expect(await tasksOf(datasetId)).toBe(0);
  });

  test("can be asked for again at once; the request before finds it done", async () => {
    const datasetId = await ended();
    bench.watchCalls(refuseStream);
    const first = await bench.carryOut(await ask(datasetId));
    bench.watchCalls(async () => undefined);
    const second = await ask(datasetId);
    expect((await bench.carryOut(second)).status).toBe("SUCCEEDED");
    expect((await now(datasetId)).status).toBe("DELETED");
    expect((await bench.carryOut(first)).status).toBe("SUCCEEDED");
  });

  test("is none where the worker's end interrupts it: the job is repeated, and its last try leaves the next for later", async () => {
    const datasetId = await ended();
    const request = await ask(datasetId);
    const stopping = new AbortController();
    bench.watchCalls(async (call) => {
      if (call === "DeleteStream") stopping.abort();
      return undefined;
    });
    await expect(bench.carryOut(request, stopping)).rejects.toThrow();
    expect(bench.enqueued).toEqual([]);
    expect((await bench.carryOut(request, { signal: AbortSignal.abort(), isLastTry: true })).status).toBe("PENDING");
    expect(bench.enqueued).toMatchObject([{ startAfterSeconds: 3_600 }]);
    expect((await bench.carryOut(request)).status).toBe("SUCCEEDED");
    expect((await now(datasetId)).status).toBe("DELETED");
  });
});

describe("a dataset that is deleted while it is initialised", () => {
  const names = (datasetId: string) => generatedNames("Test", datasetId);
  const clients = () => {
    const { installation } = bench.cloud;
    return {
      kinesis: clientFor(KinesisClient, installation),
      dynamodb: clientFor(DynamoDBClient, installation),
      iam: clientFor(IAMClient, installation),
      s3: clientFor(S3Client, installation),
    };
  };
  async function expectNothingLeft(datasetId: string): Promise<void> {
    const { writeTarget, errorBucket, customerAccessRole } = names(datasetId);
    const { kinesis, dynamodb, iam, s3 } = clients();
    expect((await now(datasetId)).status).toBe("DELETED");
    expect(await tasksOf(datasetId)).toBe(0);
    const looks = [
      kinesis.send(new DescribeStreamSummaryCommand({ StreamName: writeTarget })),
      dynamodb.send(new DescribeTableCommand({ TableName: writeTarget })),
      iam.send(new GetRoleCommand({ RoleName: customerAccessRole })),
      s3.send(new HeadBucketCommand({ Bucket: errorBucket })),
    ];
    for (const look of await Promise.allSettled(looks)) expect(look.status).toBe("rejected");
  }
  async function initialisable(components = {}): Promise<string> {
    const { datasetId } = await sampleDataset(bench.database, bench.tenantId);
    await bench.configure({ datasetId }, components);
    return datasetId;
  }
  /** The deletion is over before the first call of the action gets to the cloud; both have ended where it returns. */
  async function initialiseAndDeleteBefore(action: string, datasetId: string): Promise<void> {
    let deletion: Promise<void> | undefined;
    const carryOutDeletion = async () => expect((await bench.carryOut(await ask(datasetId))).status).toBe("SUCCEEDED");
    bench.watchCalls(async (call) => {
      if (!call.includes(action) || deletion) return undefined;
      deletion = carryOutDeletion();
      await deletion;
      return undefined;
    });
    await bench.initialise(datasetId);
    await deletion;
  }

  test.each(["CreateStream", "DescribeStreamSummary", `PUT /tldec`])(
    "leaves nothing behind, be it deleted before %s",
    async (action) => {
      const datasetId = await initialisable();
      await initialiseAndDeleteBefore(action, datasetId);
      await expectNothingLeft(datasetId);
    },
  );

  test("leaves no table that was made again after its removal", async () => {
    const datasetId = await initialisable({
      writeConnector: { connectorDestination: "DYNAMODB", resourceLocation: "LetsData" },
    });
    await initialiseAndDeleteBefore("CreateTable", datasetId);
    await expectNothingLeft(datasetId);
  });

  test("whose worker died at it: the repeated job removes what was made", async () => {
    const datasetId = await initialisable();
    const { installation } = bench.cloud;
    expect((await bench.carryOut(await ask(datasetId))).status).toBe("SUCCEEDED");
    await clientFor(DynamoDBClient, installation).send(
      new CreateTableCommand({
        TableName: "beside",
        AttributeDefinitions: [{ AttributeName: "k", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "k", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    const { Bucket } = { Bucket: names(datasetId).errorBucket };
    const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" } as const;
    await clients().s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    await bench.initialise(datasetId);
    await expectNothingLeft(datasetId);
    await clients().dynamodb.send(new DescribeTableCommand({ TableName: "beside" }));
  });

  test("and whose remains cannot be removed now: that is tried again in an hour", async () => {
    const datasetId = await initialisable();
    expect((await bench.carryOut(await ask(datasetId))).status).toBe("SUCCEEDED");
    bench.watchCalls(async (call) => (call === "DeleteStream" ? "refuse" : undefined));
    await bench.initialise(datasetId);
    expect(bench.enqueued).toEqual([{ name: "initialise-dataset", data: { datasetId }, startAfterSeconds: 3_600 }]);
  });

  test("is initialised whole where nobody deletes it", async () => {
    const datasetId = await initialisable();
    await bench.initialise(datasetId);
    expect(await now(datasetId)).toMatchObject({ status: "PROCESSING", tasks: { totalTasks: 1 } });
    await clients().kinesis.send(new DescribeStreamSummaryCommand({ StreamName: names(datasetId).writeTarget }));
  });
});
