import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  UpdateItemCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Clients, clientsFor } from "../testing/clients.ts";
import { KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";
import { addNumbers, formatNumber, parseNumber, sortableNumber } from "./numbers.ts";

let cloud: TestCloud;
let own: Clients;

beforeAll(async () => {
  cloud = await startTestCloud();
  own = clientsFor(cloud.endpoint, KEYS);
  await create("users");
  await create("events", "S", "N");
});
afterAll(() => cloud.remove());
afterEach(() => cloud.faults.clear());

async function create(TableName: string, partition: "S" | "N" | "B" = "S", sort: "S" | "N" | "B" | null = null) {
  const input: CreateTableCommandInput = {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: "id", AttributeType: partition },
      ...(sort ? [{ AttributeName: "time", AttributeType: sort }] : []),
    ],
    KeySchema: [
      { AttributeName: "id", KeyType: "HASH" },
      ...(sort ? [{ AttributeName: "time", KeyType: "RANGE" as const }] : []),
    ],
  };
  await own.dynamodb.send(new CreateTableCommand(input));
  await waitUntilTableExists({ client: own.dynamodb, maxWaitTime: 5, minDelay: 0.05, maxDelay: 0.1 }, { TableName });
}

async function scanAll(input: ScanCommandInput) {
  const found: Record<string, unknown>[] = [];
  let key: ScanCommandInput["ExclusiveStartKey"];
  do {
    const page = await own.dynamodb.send(new ScanCommand({ ...input, ExclusiveStartKey: key }));
    found.push(...(page.Items ?? []));
    key = page.LastEvaluatedKey;
  } while (key);
  return found;
}

const put = (TableName: string, Item: PutItem) => own.dynamodb.send(new PutItemCommand({ TableName, Item }));
type PutItem = ConstructorParameters<typeof PutItemCommand>[0]["Item"];

test("an item comes back with every type as it was put, numbers normalised", async () => {
  const Item: PutItem = {
    id: { S: "all" },
    n: { N: "0012.500e1" },
    b: { B: Buffer.from([0, 255]) },
    t: { BOOL: false },
    z: { NULL: true },
    ss: { SS: ["a", "b"] },
    ns: { NS: ["1.0", "2"] },
    l: { L: [{ S: "" }, { M: { deep: { N: "1" } } }] },
  };
  await put("users", Item);
  const { Item: back } = await own.dynamodb.send(new GetItemCommand({ TableName: "users", Key: { id: { S: "all" } } }));
  expect(back).toEqual({ ...Item, n: { N: "125" }, b: { B: new Uint8Array([0, 255]) }, ns: { NS: ["1", "2"] } });
});

test("what DynamoDB refuses is refused: keys, types, sizes, numbers", async () => {
  const refused = (Item: PutItem, message: RegExp) =>
    expect(put("users", Item)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(message),
    });
  await refused({ x: { S: "1" } }, /Missing the key id in the item/);
  await refused({ id: { N: "1" } }, /Type mismatch for key id expected: S actual: N/);
  await refused({ id: { S: "" } }, /cannot contain an empty string value\. Key: id/);
  await refused({ id: { S: "k".repeat(2049) } }, /Size of hashkey/);
  await refused({ id: { S: "k" }, big: { S: "x".repeat(400 * 1024) } }, /Item size has exceeded/);
  await refused({ id: { S: "k" }, n: { N: "1".repeat(39) } }, /more than 38 significant digits/);
  await refused({ id: { S: "k" }, n: { N: "1e126" } }, /Number overflow/);
  await refused({ id: { S: "k" }, s: { SS: [] } }, /may not be empty/);
  await expect(put("nowhere", { id: { S: "1" } })).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test("numbers keep all their 38 digits, sort as numbers and add exactly", () => {
  const number = fc
    .tuple(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), fc.integer({ min: -60, max: 60 }))
    .map(([mantissa, exponent]) => ({
      text: `${mantissa}e${exponent}`,
      scaled: mantissa * 10n ** BigInt(exponent + 60),
    }));
  fc.assert(
    fc.property(number, number, (a, b) => {
      const order = a.scaled < b.scaled ? -1 : a.scaled > b.scaled ? 1 : 0;
      expect(Buffer.compare(sortableNumber(a.text), sortableNumber(b.text))).toBe(order);
      const plain = formatNumber(parseNumber(a.text));
      expect(sortableNumber(plain)).toEqual(sortableNumber(a.text));
    }),
    { numRuns: 300 },
  );
  expect(addNumbers("0.1", "0.2", 1n)).toBe("0.3");
  expect(addNumbers("1", "1000", -1n)).toBe("-999");
});

test("a batch writes and deletes, refuses duplicates, too many, and gives held back items back", async () => {
  const request = (id: string) => ({ PutRequest: { Item: { id: { S: id }, v: { S: "v" } } } });
  const write = (requests: object[]) =>
    own.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { users: requests } }));
  await expect(write([request("a"), request("a")])).rejects.toMatchObject({
    message: "Provided list of item keys contains duplicates",
  });
  await expect(write(Array.from({ length: 26 }, (_, at) => request(`${at}`)))).rejects.toMatchObject({
    name: "ValidationException",
  });
  cloud.faults.add({ kind: "partial", service: "dynamodb", action: "BatchWriteItem", times: 2 });
  const { UnprocessedItems } = await write(["a", "b", "c"].map(request));
  expect(UnprocessedItems).toEqual({ users: [request("a"), request("b")] });
  await write([...(UnprocessedItems?.users ?? []), { DeleteRequest: { Key: { id: { S: "c" } } } }]);
  const { Responses } = await own.dynamodb.send(
    new BatchGetItemCommand({ RequestItems: { users: { Keys: ["a", "b", "c"].map((id) => ({ id: { S: id } })) } } }),
  );
  expect(Responses?.users?.map(({ id }) => id?.S).sort()).toEqual(["a", "b"]);
  cloud.faults.add({ kind: "partial", service: "dynamodb" });
  await expect(write([request("a")])).rejects.toMatchObject({ name: "ProvisionedThroughputExceededException" });
});

test("segments of a scan part the table; pages end at 1 MiB and go on where they ended", async () => {
  await create("segments");
  const ids = Array.from({ length: 200 }, (_, index) => `item-${index}`);
  const filler = { S: "x".repeat(20_000) };
  for (let at = 0; at < ids.length; at += 25) {
    const requests = ids.slice(at, at + 25).map((id) => ({ PutRequest: { Item: { id: { S: id }, filler } } }));
    await own.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { segments: requests } }));
  }
  const { Items, LastEvaluatedKey } = await own.dynamodb.send(new ScanCommand({ TableName: "segments" }));
  expect(Items?.length).toBe(52);
  expect(LastEvaluatedKey).toEqual({ id: Items?.at(-1)?.id });
  const parts: string[][] = [];
  for (const Segment of [0, 1, 2]) {
    const found = await scanAll({ TableName: "segments", Segment, TotalSegments: 3, Limit: 9 });
    parts.push(found.map(({ id }) => (id as { S: string }).S));
  }
  expect(parts.flat().sort()).toEqual([...ids].sort());
  expect(Math.min(...parts.map(({ length }) => length))).toBeGreaterThan(30);
});

test("a query walks the sort key both ways, between bounds and in pages", async () => {
  for (const time of [-20, -3, 0, 1.5, 9, 10, 100]) {
    await put("events", { id: { S: "q" }, time: { N: `${time}` }, kind: { S: time < 0 ? "old" : "new" } });
  }
  const times = async (
    condition: string,
    values: QueryCommandInput["ExpressionAttributeValues"],
    more: Partial<QueryCommandInput> = {},
  ) => {
    const found: string[] = [];
    let key: QueryCommandInput["ExclusiveStartKey"];
    do {
      const page = await own.dynamodb.send(
        new QueryCommand({
          TableName: "events",
          KeyConditionExpression: condition,
          ExpressionAttributeNames: { "#t": "time" },
          ExpressionAttributeValues: { ":id": { S: "q" }, ...values },
          ExclusiveStartKey: key,
          ...more,
        }),
      );
      found.push(...(page.Items ?? []).map(({ time }) => time?.N ?? ""));
      key = page.LastEvaluatedKey;
    } while (key);
    return found;
  };
  expect(await times("id = :id AND #t >= :a", { ":a": { N: "-3" } }, { Limit: 2 })).toEqual([
    "-3",
    "0",
    "1.5",
    "9",
    "10",
    "100",
  ]);
  expect(
    await times(
      "id = :id AND #t BETWEEN :a AND :b",
      { ":a": { N: "0" }, ":b": { N: "10" } },
      { ScanIndexForward: false, Limit: 1 },
    ),
  ).toEqual(["10", "9", "1.5", "0"]);
  expect(
    await times("id = :id AND #t < :a", { ":a": { N: "5" }, ":k": { S: "old" } }, { FilterExpression: "kind = :k" }),
  ).toEqual(["-20", "-3"]);
});

test("filters know comparisons, logic and functions, and refuse what DynamoDB refuses", async () => {
  await create("filters");
  await put("filters", { id: { S: "1" }, a: { N: "5" }, tags: { SS: ["x"] }, m: { M: { deep: { L: [{ S: "q" }] } } } });
  await put("filters", { id: { S: "2" }, a: { S: "five" }, state: { S: "on" } });
  await put("filters", { id: { S: "3" } });
  const ids = async (FilterExpression: string, values = {}, names?: Record<string, string>) => {
    const found = await scanAll({
      TableName: "filters",
      FilterExpression,
      ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
      ...(names ? { ExpressionAttributeNames: names } : {}),
    });
    return found.map(({ id }) => (id as { S: string }).S).sort();
  };
  expect(await ids("a > :n", { ":n": { N: "4.99" } })).toEqual(["1"]);
  expect(await ids("a <> :n", { ":n": { N: "5.0" } })).toEqual(["2", "3"]);
  expect(await ids("attribute_exists(a) AND NOT contains(tags, :x)", { ":x": { S: "x" } })).toEqual(["2"]);
  expect(
    await ids("m.deep[0] = :q OR #s IN (:on, :q)", { ":q": { S: "q" }, ":on": { S: "on" } }, { "#s": "state" }),
  ).toEqual(["1", "2"]);
  expect(
    await ids("attribute_type(a, :t) and size(a) between :lo and :hi", {
      ":t": { S: "S" },
      ":lo": { N: "4" },
      ":hi": { N: "9" },
    }),
  ).toEqual(["2"]);
  expect(await ids("begins_with(a, :f) OR (attribute_not_exists(a))", { ":f": { S: "fi" } })).toEqual(["2", "3"]);
  await expect(ids("state = :on", { ":on": { S: "on" } })).rejects.toMatchObject({
    message: "Invalid FilterExpression: Attribute name is a reserved keyword; reserved keyword: state",
  });
  await expect(ids("a = :gone")).rejects.toMatchObject({
    message: expect.stringMatching(/is not defined; attribute value: :gone/),
  });
  await expect(ids("attribute_exists(a)", { ":x": { S: "" } })).rejects.toMatchObject({
    message: expect.stringMatching(/unused in expressions: keys: \{:x\}/),
  });
  await expect(ids("a = ")).rejects.toMatchObject({ message: expect.stringMatching(/Syntax error; token: "<EOF>"/) });
});

test("updates change, remove and count; a condition that does not hold changes nothing", async () => {
  const update = (UpdateExpression: string, values: object, ConditionExpression?: string) =>
    own.dynamodb.send(
      new UpdateItemCommand({
        TableName: "users",
        Key: { id: { S: "u" } },
        UpdateExpression,
        ExpressionAttributeValues: values as never,
        ConditionExpression,
        ReturnValues: "ALL_NEW",
      }),
    );
  await update("SET n = :one, l = :list ADD seen :set", {
    ":one": { N: "1" },
    ":list": { L: [{ N: "1" }] },
    ":set": { SS: ["a"] },
  });
  const { Attributes } = await update(
    "SET n = n + :one, l = list_append(l, :list), fresh = if_not_exists(fresh, :one) ADD seen :set REMOVE gone",
    { ":one": { N: "1" }, ":list": { L: [{ N: "2" }] }, ":set": { SS: ["b"] } },
  );
  expect(Attributes).toEqual({
    id: { S: "u" },
    n: { N: "2" },
    l: { L: [{ N: "1" }, { N: "2" }] },
    fresh: { N: "1" },
    seen: { SS: ["a", "b"] },
  });
  await expect(
    update("SET n = :one", { ":one": { N: "7" } }, "n < :one AND attribute_not_exists(l)"),
  ).rejects.toMatchObject({
    name: "ConditionalCheckFailedException",
  });
  const { Item } = await own.dynamodb.send(new GetItemCommand({ TableName: "users", Key: { id: { S: "u" } } }));
  expect(Item?.n).toEqual({ N: "2" });
});

test("tables and items survive a restart; a table made again under the same name is empty", async () => {
  await create("kept", "N");
  await put("kept", { id: { N: "7" } });
  cloud = await cloud.restart();
  own = clientsFor(cloud.endpoint, KEYS);
  expect(await scanAll({ TableName: "kept" })).toEqual([{ id: { N: "7" } }]);
  await own.dynamodb.send(new DeleteTableCommand({ TableName: "kept" }));
  await expect(own.dynamodb.send(new DescribeTableCommand({ TableName: "kept" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
  await create("kept", "N");
  expect(await scanAll({ TableName: "kept" })).toEqual([]);
  expect((await own.dynamodb.send(new ListTablesCommand({}))).TableNames).toContain("kept");
});
