import { makeDocument, prepareAll } from "@letsdata/plugin-kit/testing/writer-conformance";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeTable, storedIn } from "../testing/make-table.ts";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { openRefusingCloud } from "../testing/refusing-cloud.ts";
import { checkDynamodbWrite } from "./check-access.ts";
import { type DynamodbTarget, dynamodbTargetReadPermissions, dynamodbWritePermissions } from "./permissions.ts";
import { provisionTable, removeTable } from "./provision.ts";
import { describeDynamodbWriter, openWriter, targetOf } from "./testing/writer-suite.ts";
import { openDynamodbWriter } from "./writer.ts";

let open: OpenCloud;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud();
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

describeDynamodbWriter(
  () => open.access,
  (places) => open.rejectNext("dynamodb", "BatchWriteItem", places),
);

const idsIn = async (tableName: string) =>
  (await storedIn(tableName, open.access)).map(({ documentId }) => documentId!.S).sort();

describe("the DynamoDB writer, at a cloud that misbehaves", () => {
  it("with exactly the stated permissions asks for what was left unprocessed again", async () => {
    const config = targetOf(await makeTable(open.access, "partly"));
    const writer = await openWriter(config, await open.narrowed(dynamodbWritePermissions(config, open.access)));
    const ids = Array.from({ length: 25 }, (_, n) => `id-${String(n).padStart(2, "0")}`);
    const batch = await prepareAll(
      writer,
      ids.map((id) => makeDocument(id)),
    );
    open.faults.add({ kind: "partial", service: "dynamodb", action: "BatchWriteItem", probability: 0.4, seed: 7 });
    const rejections = await writer.write(batch, signal);
    open.faults.clear();
    expect(rejections.length).toBeGreaterThan(0);
    expect(rejections.length).toBeLessThan(25);
    expect(rejections.every(({ retry }) => retry)).toBe(true);
    const left = rejections.map(({ index }) => batch[index]!);
    expect(await idsIn("partly")).toEqual(ids.filter((id) => !left.some(({ document }) => document.documentId === id)));
    expect(await writer.write(left, signal)).toEqual([]);
    expect(await idsIn("partly")).toEqual(ids);
  });

  it.each(["throttle", "5xx", "cut"] as const)("throws a problem worth repeating: %s", async (kind) => {
    const writer = await openWriter(targetOf(await makeTable(open.access, `write-${kind}`)), open.access);
    open.faults.add({ kind, service: "dynamodb", action: "BatchWriteItem" });
    const thrown = await writer
      .write(await prepareAll(writer, [makeDocument("a")]), signal)
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ entry: { retry: "later" } });
  });

  it.each([
    ["ReplicatedWriteConflictException", "later"],
    ["TransactionConflictException", "later"],
    ["InvalidEndpointException", "never"],
  ])("refuses no document for good for what concerns the table: %s", async (name, retry) => {
    const refusing = await openRefusingCloud(open.access, name);
    try {
      const config = targetOf({ tableName: "elsewhere" });
      const keys = [{ name: "documentId", type: "S" }] as const;
      const writer = openDynamodbWriter({ config, access: refusing.access, keys });
      const prepared = await prepareAll(writer, [makeDocument("a"), makeDocument("b")]);
      await expect(writer.write(prepared, signal)).rejects.toMatchObject({ entry: { retry } });
    } finally {
      refusing.close();
    }
  });
});

describe("a table of LetsData", () => {
  it("is made once with its stream on, given other capacity when asked, and removed, however often each is repeated", async () => {
    const config: DynamodbTarget = {
      resourceLocation: "LetsData",
      tableName: "made",
      partitionKeyAttributeName: "userId",
      sortKeyAttributeName: "time",
      billingMode: "PAY_PER_REQUEST",
    };
    const first = await provisionTable(config, open.access, signal);
    expect(first.map(({ kind }) => kind)).toEqual(["dynamodb-table", "dynamodb-stream"]);
    expect(first[1]!.arn).toMatch(/table\/made\/stream\/./);
    expect(await provisionTable(config, open.access, signal)).toEqual(first);
    const units = { billingMode: "PROVISIONED", readCapacityUnits: 5, writeCapacityUnits: 20 } as const;
    expect(await provisionTable({ ...config, ...units }, open.access, signal)).toEqual(first);
    expect(await checkDynamodbWrite(config, open.access, signal)).toEqual([]);
    await removeTable(config, open.access, signal);
    await removeTable(config, open.access, signal);
  });

  it("can be read with exactly the permissions stated for readers", async () => {
    const table = await makeTable(open.access, "results");
    const config = targetOf(table);
    const writer = await openWriter(config, open.access);
    await writer.write(await prepareAll(writer, [makeDocument("a")]), signal);
    const access = await open.narrowed(dynamodbTargetReadPermissions(config, open.access));
    expect(await storedIn("results", access)).toHaveLength(1);
  });
});

describe("the DynamoDB access check", () => {
  it("is satisfied by the stated permissions and writes nothing", async () => {
    const config = targetOf(await makeTable(open.access, "checked"));
    const access = await open.narrowed(dynamodbWritePermissions(config, open.access));
    expect(await checkDynamodbWrite(config, access, signal)).toEqual([]);
    expect(await idsIn("checked")).toEqual([]);
  });

  it("names each missing action and the table", async () => {
    const config = targetOf(await makeTable(open.access, "closed"));
    const findings = await checkDynamodbWrite(config, await open.narrowed([]), signal);
    expect(findings.map(({ code, path }) => [code, path])).toEqual(
      Array.from({ length: 3 }, () => ["ACCESS_DENIED", "writeConnector.tableName"]),
    );
    const arn = `arn:aws:dynamodb:eu-west-1:${open.access.accountId}:table/closed`;
    expect(findings[1]!.message).toContain(`dynamodb:BatchWriteItem on ${arn}`);
  });

  it("says when the table does not exist, or has other keys than configured", async () => {
    const missing = await checkDynamodbWrite(targetOf({ tableName: "nowhere" }), open.access, signal);
    expect(missing.map(({ code }) => code)).toEqual(["RESOURCE_NOT_FOUND"]);
    const table = await makeTable(open.access, "otherKeys", { userId: "S", time: "N" });
    expect(await checkDynamodbWrite(targetOf(table), open.access, signal)).toMatchObject([
      { path: "writeConnector.partitionKeyAttributeName", fix: "Set partitionKeyAttributeName to userId." },
      { path: "writeConnector.sortKeyAttributeName", fix: "Set sortKeyAttributeName to time." },
    ]);
    const noSort = targetOf(await makeTable(open.access, "noSort"), "documentId", "time");
    expect(await checkDynamodbWrite(noSort, open.access, signal)).toMatchObject([
      { path: "writeConnector.sortKeyAttributeName", fix: "Leave sortKeyAttributeName out." },
    ]);
  });
});
