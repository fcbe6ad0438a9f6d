import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateIndexCommand,
  CreateVectorBucketCommand,
  DeleteIndexCommand,
  DeleteVectorBucketCommand,
  DeleteVectorsCommand,
  GetIndexCommand,
  GetVectorBucketCommand,
  GetVectorsCommand,
  ListIndexesCommand,
  ListVectorBucketsCommand,
  ListVectorsCommand,
  type PutInputVector,
  PutVectorsCommand,
  QueryVectorsCommand,
} from "@aws-sdk/client-s3vectors";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Clients, clientsFor } from "../testing/clients.ts";
import { KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

let cloud: TestCloud;
let own: Clients;
const vectorBucketName = "vectors";

beforeAll(async () => {
  cloud = await startTestCloud();
  own = clientsFor(cloud.endpoint, KEYS);
  await own.s3Vectors.send(new CreateVectorBucketCommand({ vectorBucketName }));
});
afterAll(() => cloud.remove());
afterEach(() => cloud.faults.clear());

async function create(indexName: string, distanceMetric: "cosine" | "euclidean" = "cosine") {
  const input = { vectorBucketName, indexName, dataType: "float32", dimension: 3, distanceMetric } as const;
  await own.s3Vectors.send(new CreateIndexCommand(input));
  return { vectorBucketName, indexName };
}

const vector = (key: string, float32: number[], metadata?: PutInputVector["metadata"]): PutInputVector => ({
  key,
  data: { float32 },
  ...(metadata === undefined ? {} : { metadata }),
});

test("vectors come back as they were put; a repeat of a key overwrites, also across a restart", async () => {
  const index = await create("kept");
  const put = (vectors: PutInputVector[]) => own.s3Vectors.send(new PutVectorsCommand({ ...index, vectors }));
  await put([vector("a", [1, 0, 0], { kind: "old" }), vector("b", [0, 1, 0])]);
  await put([vector("a", [0.5, 0.25, 0], { kind: "new", pages: 3 })]);
  cloud = await cloud.restart();
  own = clientsFor(cloud.endpoint, KEYS);
  const { vectors } = await own.s3Vectors.send(
    new GetVectorsCommand({ ...index, keys: ["a", "gone"], returnData: true, returnMetadata: true }),
  );
  expect(vectors).toEqual([{ key: "a", data: { float32: [0.5, 0.25, 0] }, metadata: { kind: "new", pages: 3 } }]);
  await own.s3Vectors.send(new DeleteVectorsCommand({ ...index, keys: ["b"] }));
  const listed = await own.s3Vectors.send(new ListVectorsCommand(index));
  expect(listed.vectors?.map(({ key }) => key)).toEqual(["a"]);
});

test("a put of which one vector is wrong stores none of them", async () => {
  const index = await create("refused");
  const refused = (vectors: PutInputVector[], message: RegExp) =>
    expect(own.s3Vectors.send(new PutVectorsCommand({ ...index, vectors }))).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(message),
    });
  await refused([vector("a", [1, 0, 0]), vector("b", [1, 0])], /must have length 3, but has length 2/);
  await refused([vector("a", [0, 0, 0])], /zero vector/);
  await refused([vector("a".repeat(1025), [1, 0, 0])], /Invalid key/);
  await refused(
    [vector("a", [1, 0, 0], { text: "x".repeat(2048) })],
    /Filterable metadata must have at most 2048 bytes/,
  );
  await refused(
    Array.from({ length: 501 }, (_, at) => vector(`${at}`, [1, 0, 0])),
    /length between 1 and 500/,
  );
  expect((await own.s3Vectors.send(new ListVectorsCommand(index))).vectors).toEqual([]);
});

test("a query finds the nearest, of those that pass the filter", async () => {
  const index = await create("near", "euclidean");
  const vectors = [1, 2, 3, 4].map((n) => vector(`v${n}`, [n, 0, 0], { n, odd: n % 2 === 1 }));
  await own.s3Vectors.send(new PutVectorsCommand({ ...index, vectors }));
  const query = async (filter?: PutInputVector["metadata"]) => {
    const input = { ...index, topK: 2, queryVector: { float32: [0, 0, 0] }, returnDistance: true, filter };
    const { vectors: found } = await own.s3Vectors.send(new QueryVectorsCommand(input));
    return found?.map(({ key, distance }) => [key, distance]);
  };
  expect(await query()).toEqual([
    ["v1", 1],
    ["v2", 2],
  ]);
  expect(await query({ odd: true, n: { $gt: 1 } })).toEqual([["v3", 3]]);
  expect(await query({ $or: [{ n: { $in: [4] } }, { odd: { $ne: false } }] })).toEqual([
    ["v1", 1],
    ["v3", 3],
  ]);
});

test("pages and segments of a list hold every vector once", async () => {
  const index = await create("listed");
  const keys = Array.from({ length: 40 }, (_, at) => `k${String(at).padStart(2, "0")}`);
  await own.s3Vectors.send(new PutVectorsCommand({ ...index, vectors: keys.map((key) => vector(key, [1, 1, 1])) }));
  const found: string[] = [];
  for (const segmentIndex of [0, 1, 2]) {
    let nextToken: string | undefined;
    do {
      const page = await own.s3Vectors.send(
        new ListVectorsCommand({ ...index, segmentCount: 3, segmentIndex, maxResults: 5, nextToken }),
      );
      found.push(...(page.vectors ?? []).map(({ key }) => key ?? ""));
      nextToken = page.nextToken;
    } while (nextToken);
  }
  expect(found.sort()).toEqual(keys);
});

test("buckets and indexes are made, described, listed and removed; a bucket with indexes stays", async () => {
  const name = "second-bucket";
  await own.s3Vectors.send(new CreateVectorBucketCommand({ vectorBucketName: name }));
  await expect(own.s3Vectors.send(new CreateVectorBucketCommand({ vectorBucketName: name }))).rejects.toMatchObject({
    name: "ConflictException",
  });
  const place = { vectorBucketName: name, indexName: "pages" };
  await own.s3Vectors.send(
    new CreateIndexCommand({ ...place, dataType: "float32", dimension: 8, distanceMetric: "euclidean" }),
  );
  const { index } = await own.s3Vectors.send(new GetIndexCommand(place));
  expect(index).toMatchObject({ dimension: 8, distanceMetric: "euclidean", dataType: "float32" });
  const { indexes } = await own.s3Vectors.send(new ListIndexesCommand({ vectorBucketName: name }));
  expect(indexes?.map(({ indexName }) => indexName)).toEqual(["pages"]);
  const remove = () => own.s3Vectors.send(new DeleteVectorBucketCommand({ vectorBucketName: name }));
  await expect(remove()).rejects.toMatchObject({ name: "ConflictException" });
  await own.s3Vectors.send(new DeleteIndexCommand(place));
  await remove();
  await expect(own.s3Vectors.send(new GetVectorBucketCommand({ vectorBucketName: name }))).rejects.toMatchObject({
    name: "NotFoundException",
  });
  const { vectorBuckets } = await own.s3Vectors.send(new ListVectorBucketsCommand({}));
  expect(vectorBuckets?.map((bucket) => bucket.vectorBucketName)).toEqual([vectorBucketName]);
});

test("rights are per index, and metadata in answers needs the right to get vectors", async () => {
  const index = await create("guarded");
  const Resource = (await own.s3Vectors.send(new GetIndexCommand(index))).index?.indexArn;
  await own.iam.send(new CreateUserCommand({ UserName: "searcher" }));
  const Action = ["s3vectors:QueryVectors", "s3vectors:PutVectors"];
  await own.iam.send(
    new PutUserPolicyCommand({
      UserName: "searcher",
      PolicyName: "p",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] }),
    }),
  );
  const { AccessKey } = await own.iam.send(new CreateAccessKeyCommand({ UserName: "searcher" }));
  const searcher = clientsFor(cloud.endpoint, {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  });
  const query = { ...index, topK: 1, queryVector: { float32: [1, 0, 0] } };
  await searcher.s3Vectors.send(new QueryVectorsCommand(query));
  await expect(
    searcher.s3Vectors.send(new QueryVectorsCommand({ ...query, returnMetadata: true })),
  ).rejects.toMatchObject({ name: "AccessDeniedException", message: expect.stringContaining("s3vectors:GetVectors") });
  await expect(searcher.s3Vectors.send(new GetIndexCommand(index))).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
  cloud.faults.add({ kind: "throttle", service: "s3vectors", times: 1 });
  await expect(searcher.s3Vectors.send(new QueryVectorsCommand(query))).rejects.toMatchObject({
    name: "TooManyRequestsException",
  });
});
