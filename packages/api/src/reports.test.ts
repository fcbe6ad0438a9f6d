import { appendLogLines } from "@letsdata/database/stores/log-store";
import { addMeasurements } from "@letsdata/database/stores/metric-store";
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

test("a chart joins the tasks of a minute and draws unmeasured minutes as gaps", async () => {
  const { datasetId } = await tenant.client.datasets.create(sampleDataset("Charted"));
  const minute = Math.floor(Date.now() / 60_000) * 60_000 - 120_000;
  const point = (metric: string, sum: number) => ({ metric, minute, count: 1, sum, min: sum, max: sum });
  await addMeasurements(api.database, datasetId, "task1", [point("records.processed", 10), point("read.records", 10)]);
  await addMeasurements(api.database, datasetId, "task2", [point("records.processed", 30), point("read.records", 30)]);
  const chart = await tenant.client.metrics.view({
    dataset: "Charted",
    chart: "records",
    from: minute - 60_000,
    to: minute + 60_000,
  });
  expect(chart.series[0]?.points.map(({ time, value }) => [time, value])).toEqual([
    [minute - 60_000, null],
    [minute, 40],
  ]);
  const read = await tenant.client.metrics.view({
    dataset: "Charted",
    chart: "read",
    from: minute,
    to: minute + 60_000,
  });
  expect(read.series.find(({ statistic }) => statistic === "per-task")?.points[0]?.value).toBe(20);
  const one = await tenant.client.metrics.view({
    dataset: "Charted",
    chart: "records",
    taskId: "task2",
    from: minute,
    to: minute + 60_000,
  });
  expect(one.series[0]?.points[0]?.value).toBe(30);
});

test("a log line says where it was written, as far as that is known", async () => {
  const { datasetId } = await tenant.client.datasets.create(sampleDataset("Logged"));
  const line = { datasetId, taskId: null, attempt: null, time: Date.now(), level: "INFO", source: "ENGINE" } as const;
  await appendLogLines(api.database, [
    { ...line, message: "older" },
    { ...line, message: "newer", fields: { hnm: "machine-7", unm: "letsdata" } },
  ]);
  const { items } = await tenant.client.logs.list({ dataset: "Logged" });
  expect(items.map(({ message, fields }) => [message, fields])).toEqual([
    ["newer", { hnm: "machine-7", unm: "letsdata" }],
    ["older", {}],
  ]);
});

test("the access policy names the role, both policies and the commands", async () => {
  const policy = await tenant.client.datasets.accessPolicy(sampleDataset("Granted"));
  expect(policy).toMatchObject({ needsRole: true, roleName: "LetsData_AccessRole_Granted" });
  expect(policy.commands).toHaveLength(3);
  expect(JSON.stringify(policy.trustPolicy)).toContain(tenant.userId);
});

test("what this installation cannot run is refused at create", async () => {
  const kafka = sampleDataset("Unrunnable", {
    writeConnector: { connectorDestination: "KAFKA", resourceLocation: "LetsData" },
  });
  await expect(tenant.client.datasets.create(kafka)).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    errors: expect.arrayContaining([
      expect.objectContaining({ path: "writeConnector.connectorDestination", code: "NOT_AVAILABLE_LOCALLY" }),
    ]),
  });
});
