import fc from "fast-check";
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

const anyJson = fc.jsonValue({ maxDepth: 6 });
const strangeKeys = fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "datasetName", "");
const names = [
  "readConnector",
  "writeConnector",
  "errorConnector",
  "computeEngine",
  "manifestFile",
  "region",
  "datasetName",
];

/** A good body in which one place was replaced or added. */
const nearlyGood = fc.tuple(fc.constantFrom(...names), fc.option(strangeKeys), anyJson).map(([name, key, value]) => {
  const good: Record<string, unknown> = sampleDataset("Fuzzed");
  const part = good[name];
  const inner =
    key !== null && typeof part === "object" ? `{"${key}":${JSON.stringify(value)}}` : JSON.stringify(value);
  return JSON.stringify(good).replace(JSON.stringify(part), () => inner);
});
const bodies = fc.oneof(
  anyJson.map((value) => JSON.stringify(value)),
  nearlyGood,
  fc.string(),
);

test("no body makes create or validate fail on our side: refusals list a path, code, message and fix each", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("/datasets", "/datasets/validate"), bodies, async (path, body) => {
      const response = await fetch(`${api.url}/api/v1${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${tenant.apiKey}`, "content-type": "application/json" },
        body,
      });
      const answer = (await response.json()) as { errors?: { path: string; fix: string }[]; valid?: boolean };
      expect(response.status).toBeLessThan(500);
      if (response.status < 400 && answer.valid !== false) return;
      expect(answer.errors?.length).toBeGreaterThan(0);
      for (const finding of answer.errors ?? []) {
        expect(typeof finding.path).toBe("string");
        expect(typeof finding.fix).toBe("string");
      }
    }),
    { numRuns: 200 },
  );
  expect(api.logged).toEqual([]);
});
