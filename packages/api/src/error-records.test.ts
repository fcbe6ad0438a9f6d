import { taskIdOf } from "@letsdata/dataset/task-id";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleDataset } from "./testing/sample-dataset.ts";
import { startTestApi, type TestApi, type TestTenant } from "./testing/start-test-api.ts";

let api: TestApi;
let tenant: TestTenant;

beforeAll(async () => {
  api = await startTestApi();
  tenant = await api.createTenant();
});
afterAll(() => api?.stop());

test("error records are listed per file, a page at a time, cut short, and viewed whole", async () => {
  const { datasetId } = await tenant.client.datasets.create(sampleDataset("Broken"));
  const taskId = taskIdOf(datasetId, "0");
  await api.database.task.create({
    data: {
      id: taskId,
      datasetId,
      tenantId: tenant.tenantId,
      ordinal: 0,
      position: "0",
      taskType: "READER",
      status: "COMPLETED",
      readerDefinition: {},
      computeDefinition: {},
      recordsErrored: 3,
    },
  });
  const key = `Broken/${taskId}/0-3.jsonl`;
  await api.database.errorFile.create({ data: { datasetId, taskId, key, records: 3, bytes: 10 } });
  const line = (place: number) => ({
    errorId: `e${place}`,
    datasetName: "Broken",
    datasetId,
    taskId,
    attempt: 1,
    errorTime: 1_767_225_600_000,
    origin: "HANDLER",
    code: "HANDLER_ERROR_DOC",
    errorMessage: `bad row ${place}`,
    documentId: null,
    recordType: null,
    partitionKey: null,
    documentMetadata: {},
    errorStartOffsetMap: { FILE: "0" },
    errorEndOffsetMap: { FILE: "9" },
    document: null,
    parts: [],
    source: { fileNames: { FILE: "a.gz" }, lastRecordTypes: {} },
    record: { encoding: "utf8", body: "x".repeat(5_000), truncated: false },
    codeVersion: 1,
  });
  api.cloud.objects.set(key, `${[0, 1, 2].map((place) => JSON.stringify(line(place))).join("\n")}\n`);
  const { items } = await tenant.client.errors.list({ dataset: "Broken" });
  expect(items).toMatchObject([{ taskId, taskStatus: "COMPLETED", numberOfErrors: 3, files: [{ key, records: 3 }] }]);
  const file = items[0]!.files[0]!.file;
  const page = await tenant.client.errors.listRecords({ dataset: "Broken", file, limit: 2 });
  expect(page.items.map(({ errorId, record }) => [errorId, record.truncated])).toEqual([
    ["e0", true],
    ["e1", true],
  ]);
  const rest = await tenant.client.errors.listRecords({ dataset: "Broken", file, cursor: page.nextCursor! });
  expect([rest.items.map(({ errorId }) => errorId), rest.nextCursor]).toEqual([["e2"], null]);
  const found = await tenant.client.errors.listRecords({ dataset: "Broken", file, text: "row 1" });
  expect(found.items.map(({ errorId }) => errorId)).toEqual(["e1"]);
  const whole = await tenant.client.errors.view({ dataset: "Broken", file, errorId: "e1" });
  expect([whole.record.body.length, whole.record.truncated]).toEqual([5_000, false]);
  const task = await tenant.client.tasks.view({ dataset: "Broken", taskId });
  expect(task).toMatchObject({ taskStatus: "COMPLETED", numberOfErrors: 3 });
  expect((await tenant.client.tasks.list({ dataset: "Broken" })).matching).toBe(1);
  expect((await tenant.client.logs.list({ dataset: "Broken" })).items).toEqual([]);
});
