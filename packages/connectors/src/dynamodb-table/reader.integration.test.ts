import type { ReadBatch } from "@letsdata/plugin-kit/reader";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeTable } from "../testing/make-table.ts";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { amountOfTable } from "./amount.ts";
import { checkDynamodbTableRead } from "./check-access.ts";
import { dynamodbTableReadPermissions } from "./permissions.ts";
import { openSegmentReader } from "./reader.ts";
import { describeDynamodbTableReader, wholeTable } from "./testing/reader-suite.ts";

let open: OpenCloud;
let skewMs = 0;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud({ now: () => Date.now() + skewMs });
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

describeDynamodbTableReader(() => open.access);

describe("the DynamoDB table reader", () => {
  it("with Continuous scans again a minute after each scan, showing itself meanwhile, with exactly the stated permissions", async () => {
    const config = await makeTable(open.access, "again");
    await config.put({ documentId: { S: "a" } });
    const access = await open.narrowed(dynamodbTableReadPermissions(config, open.access));
    let now = 1_000_000;
    const clock = {
      now: () => now,
      sleep: async (milliseconds: number) => {
        now += milliseconds;
      },
    };
    const definition = { ...wholeTable, completionMode: "Continuous" } as const;
    const batches: (ReadBatch & { readonly at: number })[] = [];
    for await (const batch of openSegmentReader({ config, definition, access }, clock).read(null, signal)) {
      batches.push({ ...batch, at: now - 1_000_000 });
      if (batch.records.length > 0) await config.put({ documentId: { S: String(now) } });
      if (batch.nextPosition.scan === 4) break;
    }
    const scans = batches.filter(({ records }) => records.length > 0);
    expect(scans.map(({ at, records }) => [at, records.length])).toEqual([
      [0, 1],
      [60_000, 2],
      [120_000, 3],
    ]);
    expect(batches.length - scans.length).toBe(2 * 20);
    expect(scans[0]!.nextPosition).toEqual({ scan: 2, lastEvaluatedKey: null, notBefore: 1_060_000 });
  });

  it.each(["throttle", "5xx", "cut"] as const)("throws a problem worth repeating: %s", async (kind) => {
    const config = await makeTable(open.access, `scan-${kind}`);
    open.faults.add({ kind, service: "dynamodb", action: "Scan" });
    const reader = openSegmentReader({ config, definition: wholeTable, access: open.access });
    await expect(reader.read(null, signal)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      entry: { retry: "later" },
    });
  });
});

describe("the access check of a table to read", () => {
  it("is satisfied by the stated permissions", async () => {
    const config = await makeTable(open.access, "checked");
    const access = await open.narrowed(dynamodbTableReadPermissions(config, open.access));
    expect(await checkDynamodbTableRead(config, access, signal)).toEqual([]);
  });

  it("names each missing action, and a table that is not there", async () => {
    const config = await makeTable(open.access, "closed");
    const findings = await checkDynamodbTableRead(config, await open.narrowed([]), signal);
    expect(findings.map(({ message }) => /dynamodb:\w+/.exec(message)?.[0])).toEqual([
      "dynamodb:DescribeTable",
      "dynamodb:Scan",
      "dynamodb:GetItem",
    ]);
    const missing = await checkDynamodbTableRead({ tableName: "nowhere" }, open.access, signal);
    expect(missing).toMatchObject([{ code: "RESOURCE_NOT_FOUND", path: "readConnector.tableName" }]);
  });
});

describe("the amount of a table", () => {
  it("is DynamoDB's own count; a table it has not counted yet has none, and a filter makes it a limit", async () => {
    const config = await makeTable(open.access, "counted");
    for (const id of ["a", "b", "c"]) await config.put({ documentId: { S: id } });
    const access = await open.narrowed(dynamodbTableReadPermissions(config, open.access));
    const amountWith = (manifest: Readonly<Record<string, unknown>>) =>
      amountOfTable({ config, manifest, concurrency: 2, access }, signal);
    const once = { dynamoDBTableReaderCompletionMode: "SingleTableScan" };
    const fresh = await amountWith(once);
    expect(fresh).toMatchObject({ records: null, bytes: null, whyNoRecords: expect.stringContaining("counted") });
    // The local cloud counts again after a minute, AWS after six hours.
    skewMs += 120_000;
    const counted = await amountWith(once);
    expect(counted).toMatchObject({ records: 3, whyNoRecords: null, goesOn: null });
    expect(counted.bytes).toBeGreaterThan(0);
    const filtered = await amountWith({ dynamoDBTableReaderCompletionMode: "Continuous", filterExpression: "a = :a" });
    expect(filtered).toMatchObject({ records: 3, goesOn: expect.stringContaining("scanned again") });
    expect(filtered.basis.join(" ")).toContain("at most");
  });
});
