import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleDataset } from "./testing/sample-dataset.ts";
import { startTestApi, type TestApi, type TestTenant } from "./testing/start-test-api.ts";

/** Bodies are what the tests are about: read loosely. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads answers as a foreign client would.
type Body = any;
const bodyOf = (response: Response): Promise<Body> => response.json();

let api: TestApi;
let tenant: TestTenant;

beforeAll(async () => {
  api = await startTestApi();
  tenant = await api.createTenant();
});
afterAll(() => api?.stop());

function send(path: string, init: RequestInit & { readonly key?: string } = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${init.key ?? tenant.apiKey}`);
  if (init.body !== undefined) headers.set("content-type", "application/json");
  return fetch(`${api.url}/api/v1${path}`, { ...init, headers });
}

describe("creating a dataset", () => {
  test("stores it as CREATED with its audit row, its first revision and its job", async () => {
    const made = await tenant.client.datasets.create(sampleDataset("Flights"));
    expect(made.datasetStatus).toBe("CREATED");
    expect(made.customerAccessExternalId).toBe(String(made.createDatetime));
    expect(made.allowedActions).toContain("delete");
    const { items } = await tenant.client.datasets.listConfigRevisions({ dataset: "Flights" });
    expect(items).toHaveLength(1);
    const audit = await api.database.auditEntry.findMany({ where: { target: made.datasetId } });
    expect(audit.map(({ action, userId }) => [action, userId])).toEqual([["datasets.create", tenant.userId]]);
    const jobs = await api.database.$queryRaw<
      { data: object }[]
    >`SELECT data FROM jobs.job WHERE name = 'initialise-dataset'`;
    expect(jobs.map((job) => job.data)).toContainEqual({ datasetId: made.datasetId });
  });

  test("refuses a name that is taken, whatever its case, with the path", async () => {
    await tenant.client.datasets.create(sampleDataset("Taken"));
    const response = await send("/datasets", { method: "POST", body: JSON.stringify(sampleDataset("tAKEN")) });
    expect(response.status).toBe(409);
    expect(await bodyOf(response)).toMatchObject({ code: "DATASET_NAME_TAKEN", errors: [{ path: "datasetName" }] });
  });

  test("reports every problem at once with path, code, message and fix", async () => {
    const body = sampleDataset("Bad!", { region: "moon", errorConnector: undefined });
    const response = await send("/datasets", { method: "POST", body: JSON.stringify(body) });
    expect(response.status).toBe(422);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const problem = await bodyOf(response);
    expect(problem).toMatchObject({ code: "CONFIG_INVALID", status: 422, instance: "/api/v1/datasets" });
    expect(problem.requestId).toBe(response.headers.get("x-request-id"));
    const paths = problem.errors.map((finding: { path: string }) => finding.path);
    expect(paths).toEqual(expect.arrayContaining(["datasetName", "region", "errorConnector"]));
    for (const finding of problem.errors)
      expect(Object.keys(finding).sort()).toEqual(["code", "fix", "message", "path"]);
  });

  test("with an Idempotency-Key happens once: a repeat gets the first answer, another body is refused", async () => {
    const once = (name: string) =>
      send("/datasets", {
        method: "POST",
        body: JSON.stringify(sampleDataset(name)),
        headers: { "idempotency-key": "key-1" },
      });
    const [first, second] = await Promise.all([once("Once"), once("Once")]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(await bodyOf(second)).toEqual(await bodyOf(first));
    const other = await once("Other");
    expect(other.status).toBe(422);
    expect(await bodyOf(other)).toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED" });
  });
});

describe("actions", () => {
  test("answer 202 with a request that can be looked up, and move the status", async () => {
    const { datasetId } = await tenant.client.datasets.create(sampleDataset("Doomed"));
    const response = await send(`/datasets/Doomed?type=DELETE`, { method: "DELETE" });
    expect(response.status).toBe(202);
    const { requestId, status } = await bodyOf(response);
    expect(status).toBe("PENDING");
    const request = await tenant.client.requests.view({ dataset: datasetId, requestId });
    expect(request).toMatchObject({ kind: "delete", input: { type: "DELETE" }, datasetId, userId: tenant.userId });
    expect((await tenant.client.datasets.view({ dataset: datasetId })).datasetStatus).toBe("DELETING");
  });

  test("the status does not allow are 409 and change nothing", async () => {
    await tenant.client.datasets.create(sampleDataset("Fresh"));
    const body = JSON.stringify({ moveStoppedTasksTo: "ERROR" });
    const stop = await send("/datasets/Fresh/stops", { method: "POST", body });
    expect([stop.status, (await bodyOf(stop)).code]).toEqual([409, "TRANSITION_NOT_ALLOWED"]);
    const redrive = await send("/datasets/Fresh/redrives", { method: "POST", body: "{}" });
    expect([redrive.status, (await bodyOf(redrive)).code]).toEqual([409, "TRANSITION_NOT_ALLOWED"]);
    expect((await tenant.client.datasets.view({ dataset: "Fresh" })).datasetStatus).toBe("CREATED");
    expect((await tenant.client.requests.list({ dataset: "Fresh" })).items).toEqual([]);
  });

  test("a delete is asked for again where the release before failed", async () => {
    await tenant.client.datasets.create(sampleDataset("Kept"));
    const ask = () => tenant.client.datasets.delete({ params: { dataset: "Kept" }, query: { type: "DELETE" } });
    const [first, second] = [await ask(), await ask()];
    expect(second.requestId).not.toBe(first.requestId);
    const view = await tenant.client.datasets.view({ dataset: "Kept" });
    expect(view).toMatchObject({ datasetStatus: "DELETING", allowedActions: ["delete"] });
  });

  test("a redrive counts the ERRORED tasks it would take, however they are selected", async () => {
    const { datasetId } = await tenant.client.datasets.create(sampleDataset("Counted"));
    const { database } = api;
    await database.dataset.update({ where: { id: datasetId }, data: { status: "ERRORED" } });
    const statuses = ["ERRORED", "ERRORED", "COMPLETED"] as const;
    const ids = statuses.map((_, ordinal) => `${datasetId.slice(1)}${ordinal}`);
    await database.task.createMany({
      data: statuses.map((status, ordinal) => ({
        ...{ id: ids[ordinal]!, datasetId, tenantId: tenant.tenantId, status, ordinal, position: String(ordinal) },
        ...{ taskType: "READER", readerDefinition: {}, computeDefinition: {} },
      })),
    });
    const count = async (selection: object) =>
      (await tenant.client.redrives.create({ dataset: "Counted", dryRun: true, ...selection })).matchingTasks;
    expect(await count({})).toBe(2);
    expect(await count({ selection: "TASK_IDS", taskIds: [ids[0], ids[2]] })).toBe(1);
    expect(await count({ selection: "FILTER", filter: { status: "COMPLETED" } })).toBe(0);
    expect(await count({ selection: "FILTER", filter: { status: ["COMPLETED", "ERRORED"], text: ids[1] } })).toBe(1);
  });

  test("a redrive of a failed initialisation is asked for, a dry run only counts", async () => {
    const { datasetId } = await tenant.client.datasets.create(sampleDataset("Failed"));
    await api.database.dataset.update({ where: { id: datasetId }, data: { status: "ERRORED" } });
    const counted = await tenant.client.redrives.create({ dataset: "Failed", dryRun: true });
    expect(counted).toEqual({ request: null, matchingTasks: 0 });
    const asked = await tenant.client.redrives.create({ dataset: "Failed" });
    expect(asked.request?.status).toBe("PENDING");
    expect((await tenant.client.datasets.view({ dataset: "Failed" })).datasetStatus).toBe("REDRIVING");
  });
});

describe("lists", () => {
  test("page through every dataset exactly once, filtered by text and status", async () => {
    const lister = await api.createTenant();
    for (const number of [1, 2, 3, 4, 5]) await lister.client.datasets.create(sampleDataset(`Paged${number}`));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await lister.client.datasets.list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ datasetName }) => datasetName));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.toSorted()).toEqual(["Paged1", "Paged2", "Paged3", "Paged4", "Paged5"]);
    const found = await lister.client.datasets.list({ text: "paged3", status: ["CREATED", "ERRORED"] });
    expect(found.items.map(({ datasetName }) => datasetName)).toEqual(["Paged3"]);
    expect(found.items[0]).toMatchObject({
      readConnector: { type: "S3", name: "flights", detail: "SINGLEFILEREADER" },
      writeConnector: { type: "KINESIS", resourceLocation: "LetsData" },
      manifestFile: { detail: "2 lines" },
    });
  });

  test.each(["limit=0", "limit=501", "limit=x", "cursor=nonsense", "status=NONE"])(
    "refuse ?%s as 400 with the path",
    async (query) => {
      const response = await send(`/datasets?${query}`);
      expect(response.status).toBe(400);
      const problem = await bodyOf(response);
      expect(problem.code).toBe("REQUEST_INVALID");
      expect(problem.errors[0].path).toMatch(new RegExp(`^${query.split("=")[0]}`));
    },
  );
});

describe("requests that cannot be understood", () => {
  const bad: readonly (readonly [string, string | Uint8Array<ArrayBuffer>])[] = [
    ["no JSON", "{"],
    ["no UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
    ["deep nesting", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
  ];
  test.each(bad)("%s is 400 and never 500", async (_, body) => {
    const response = await send("/datasets", { method: "POST", body });
    expect(response.status).toBe(400);
    expect((await bodyOf(response)).code).toBe("REQUEST_INVALID");
  });

  test("a body over 1 MiB is 413, with and without a stated length", async () => {
    const body = JSON.stringify({ x: "x".repeat(1024 * 1024) });
    expect((await send("/datasets", { method: "POST", body })).status).toBe(413);
    const stream = new Blob([body]).stream();
    const streamed = await send("/datasets", { method: "POST", body: stream, duplex: "half" } as RequestInit);
    expect(streamed.status).toBe(413);
  });

  test("an unknown path is a 404 problem", async () => {
    const response = await send("/nothing");
    expect(response.status).toBe(404);
    expect(await bodyOf(response)).toMatchObject({ code: "NOT_FOUND" });
  });
});

test("health and schema answer without signing in", async () => {
  const health = await fetch(`${api.url}/api/v1/health`);
  expect(await bodyOf(health)).toEqual({ status: "ok", database: true, version: "test" });
  const schema = await fetch(`${api.url}/api/v1/schema`);
  expect(await bodyOf(schema)).toMatchObject({ title: "LetsData dataset" });
});

test("an access check says which grants are missing", async () => {
  api.cloud.accessFindings = [{ path: "readConnector.bucketName", code: "ACCESS_DENIED", message: "no s3:GetObject" }];
  const refused = await tenant.client.datasets.checkAccess(sampleDataset("Checked"));
  expect(refused).toMatchObject({ passed: false, errors: [{ path: "readConnector.bucketName" }] });
  api.cloud.accessFindings = [];
  expect(await tenant.client.datasets.checkAccess(sampleDataset("Checked"))).toEqual({
    passed: true,
    errors: [],
    missing: null,
  });
});
